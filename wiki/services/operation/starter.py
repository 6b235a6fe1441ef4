"""The think tank that a new wiki starts with, so that nobody begins before an empty page."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from wiki.domain.access.rights import SYSTEM
from wiki.domain.errors import Unreadable
from wiki.domain.history.revisions import Author, Event
from wiki.engine import Wiki
from wiki.services.editing import templates
from wiki.store.store import Change

MESSAGE = "Een denktank om mee te beginnen"


def write(wiki: Wiki) -> bool:
    """Write the starter pages, in one commit, if the wiki holds no commit yet; whether it did."""
    with wiki.store.locked():
        if wiki.store.head():
            return False
        changes = [Change(name, data) for name, data in _found(files("wiki") / "starter", "")]
        if not changes:
            return False
        wiki.store.commit(
            changes,
            author=Author(SYSTEM.username, f"{SYSTEM.uid}@{Author.DOMAIN}"),
            message=MESSAGE,
            trailers={"Denktank": Event.CREATE.value},
            expect={change.file: None for change in changes},
            when=wiki.clock(),
        )
    wiki.follow()
    wiki.wake()
    return True


def examples_left(wiki: Wiki) -> list[str]:
    """The paths of the example pages that stand there as they were written at first.

    Front page, help and terms are no examples: they stand at the top, and a site needs them. Nor
    are pages to start from.
    """
    examples = _found(files("wiki") / "starter", "")
    return [name.removesuffix(".md") for name, data in examples if _stands(wiki, name, data)]


def _stands(wiki: Wiki, name: str, data: bytes) -> bool:
    folder = name.rpartition("/")[0]
    if folder in ("", templates.FOLDER) or (entry := wiki.store.entry(name)) is None:
        return False
    try:
        return wiki.store.blob(entry.blob) == data
    except Unreadable:
        return False


def _found(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    """Every file under the folder, with its name from there."""
    entries = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            entries += _found(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".md"):
            entries.append((prefix + item.name, item.read_bytes()))
    return entries
