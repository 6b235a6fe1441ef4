"""Folders as pages: a folder that has no page of its own lists what lies in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wiki.database.pages import folders
from wiki.domain.access.rights import Actor, Right
from wiki.domain.pages.folders import Folder, Row
from wiki.engine import Wiki
from wiki.services.access import sight

PAGE = 100


@dataclass(frozen=True, slots=True)
class FolderList:
    """A folder as an actor sees it: the folders in it, and page `number` of its pages.

    `total` counts all pages at or below it; `has_more` says whether the list goes on.
    """

    path: str
    folders: Sequence[Folder]
    pages: Sequence[Row]
    total: int
    number: int
    has_more: bool

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.rpartition("/")[2]


def find(wiki: Wiki, actor: Actor, path: str, number: int = 1) -> FolderList | None:
    """Page `number` (from 1) of a folder's list; None if it holds no page that the actor may read.

    Raises LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.READ, path)
    found = _list(wiki, actor, path, number)
    return found if found.total else None


def root(wiki: Wiki, actor: Actor, number: int = 1) -> FolderList:
    """Page `number` of all that lies in no folder. Raises LoginRequired."""
    wiki.rights.require(actor, Right.READ)
    return _list(wiki, actor, "", number)


def _list(wiki: Wiki, actor: Actor, path: str, number: int) -> FolderList:
    seen = sight.of(wiki, actor)
    number = max(1, number)
    with wiki.database.read() as connection:
        counts = folders.under(connection, path, sight=seen)
        pages = folders.pages(connection, path, PAGE, (number - 1) * PAGE, sight=seen)
    within = folders.within(counts, path) if number == 1 else []
    has_more = counts.get(path, 0) > number * PAGE
    return FolderList(path, within, pages, sum(counts.values()), number, has_more)
