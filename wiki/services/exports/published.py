"""Pages that everybody may read, of which exports are made, and the files beside them."""

from __future__ import annotations

from collections.abc import Iterator

from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS, Right
from wiki.domain.content.pages import Summary
from wiki.domain.content.paths import page_of
from wiki.engine import Wiki

_AT_ONCE = 200


def pages(wiki: Wiki, after: str = "") -> Iterator[Summary]:
    """Every page that everybody may read, in the order of paths; those `after` a path.

    Not those that only lead on to another.
    """
    wiki.follow()
    paths = [path for entry in wiki.store.list() if (path := page_of(entry.file))]
    later = sorted(path for path in paths if path > after)
    open_ones = [path for path in later if wiki.rights.may(ANONYMOUS, Right.READ, path)]
    for at in range(0, len(open_ones), _AT_ONCE):
        with wiki.database.read() as connection:
            found = catalogue.find(connection, open_ones[at : at + _AT_ONCE])
        for _, summary in sorted(found.items()):
            if not summary.meta.redirect:
                yield summary


def files(wiki: Wiki, folder: str = "") -> Iterator[tuple[str, str]]:
    """Every other file that everybody may read, with its blob; under a folder."""
    for entry in wiki.store.list(folder):
        is_hidden = any(part.startswith(".") for part in entry.file.split("/"))
        if page_of(entry.file) or is_hidden:
            continue
        if wiki.rights.may(ANONYMOUS, Right.READ, entry.file):
            yield entry.file, entry.blob
