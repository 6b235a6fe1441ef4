"""All pages, in the ways in which one looks for one: by folder, title, what is missing, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wiki.database.engine.connection import Connection
from wiki.database.pages import catalogue, folders
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import Sight
from wiki.domain.content.pages import Summary
from wiki.domain.errors import NotFound
from wiki.domain.pages.catalogue import Tag, Wanted
from wiki.domain.pages.folders import Row
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.content import places
from wiki.services.pages.folders import FolderList, find, root
from wiki.services.talk.comment_counts import filled_in

PAGE = 100
LAST_PAGE = 100_000


class By(StrEnum):
    """A way to list all pages."""

    TREE = "tree"
    TITLE = "az"
    TAGS = "tags"
    WANTED = "wanted"
    ORPHANS = "orphans"
    FILES = "files"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Everything:
    """One page of a list of everything that an actor may read; one of its lists is filled."""

    by: By
    number: int
    has_more: bool = False
    folder: FolderList | None = None
    pages: Sequence[Row] = ()
    tags: Sequence[Tag] = ()
    wanted: Sequence[Wanted] = ()
    files: Sequence[str] = ()


def listing(wiki: Wiki, actor: Actor, view: str, number: int = 1, folder: str = "") -> Everything:
    """Page `number` (from 1) of everything; by folder for a view that is not known.

    Raises Invalid, LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.READ)
    by = By(view) if view in set(By) else By.TREE
    number = min(max(1, number), LAST_PAGE)
    if by is By.TREE:
        inside = find(wiki, actor, places.asked(folder), number) if folder else None
        found = inside or root(wiki, actor, number)
        return Everything(by, number, found.has_more, folder=found)
    with wiki.database.read() as connection:
        return _read(connection, by, number, sight.of(wiki, actor))


def all_tags(wiki: Wiki, actor: Actor) -> list[tuple[str, int]]:
    """Every tag on a page that the actor may read, with how many such pages carry it, by name."""
    wiki.rights.require(actor, Right.READ)
    with wiki.database.read() as connection:
        found = catalogue.tags(connection, sight=sight.of(wiki, actor))
    return [(tag.name, tag.count) for tag in found]


def tagged(wiki: Wiki, actor: Actor, tag: str) -> list[Summary]:
    """The pages with this tag that the actor may read. Raises NotFound if there is none."""
    wiki.rights.require(actor, Right.READ)
    with wiki.database.read() as connection:
        summaries = catalogue.tagged(connection, tag, sight=sight.of(wiki, actor))
    if not summaries:
        raise NotFound("tag_missing", tag=tag[:80])
    return filled_in(wiki, summaries)


def using(wiki: Wiki, actor: Actor, file: str) -> list[Summary]:
    """Pages that the actor may read and that show the file or lead to it, by title."""
    with wiki.database.read() as connection:
        return catalogue.users_of(connection, file, sight=sight.of(wiki, actor))


def _read(connection: Connection, by: By, number: int, seen: Sight) -> Everything:
    most, skipped = PAGE + 1, (number - 1) * PAGE
    if by is By.TAGS:
        return Everything(by, number, tags=catalogue.tags(connection, sight=seen))
    if by is By.WANTED:
        wanted = catalogue.wanted(connection, most, skipped, sight=seen)
        return Everything(by, number, len(wanted) > PAGE, wanted=wanted[:PAGE])
    if by is By.FILES:
        files = folders.files(connection, most, skipped, sight=seen)
        return Everything(by, number, len(files) > PAGE, files=files[:PAGE])
    if by is By.ORPHANS:
        paths = catalogue.orphans(connection, most, skipped, sight=seen)
        return Everything(
            by, number, len(paths) > PAGE, pages=folders.rows(connection, paths[:PAGE])
        )
    read = folders.lately if by is By.NEW else folders.by_title
    pages = read(connection, most, skipped, sight=seen)
    return Everything(by, number, len(pages) > PAGE, pages=pages[:PAGE])
