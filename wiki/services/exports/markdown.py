"""The public part of the wiki as Markdown: each page with its discussion, and the files."""

from __future__ import annotations

from pathlib import Path

from wiki.domain.access.rights import ANONYMOUS
from wiki.domain.content.paths import file_of
from wiki.engine import Wiki
from wiki.services.exports import published, whole_pages
from wiki.services.exports.folders import Folder


def write(wiki: Wiki, target: Path) -> int:
    """Write them into a new folder; gives how many pages. Raises Conflict (`export_there`)."""
    folder, count = Folder(target), 0
    for summary in published.pages(wiki):
        whole = whole_pages.read(wiki, ANONYMOUS, summary.path)
        text = whole_pages.markdown(whole, wiki.settings.language)
        folder.write(file_of(summary.path), text.encode())
        count += 1
    for file, blob in published.files(wiki):
        folder.write(file, wiki.store.stream(blob))
    return count
