"""Questions about folders: which lie in one, which pages do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from wiki.database.access.sight import inside, visible
from wiki.database.content.entries import catalogue
from wiki.database.content.entries import files as page_files
from wiki.database.history.history import places
from wiki.database.pages.catalogue import find
from wiki.domain.access.sight import Sight
from wiki.domain.content.pages import Summary
from wiki.domain.content.paths import fold
from wiki.domain.pages.folders import Folder


def under(connection: Connection, folder: str, *, sight: Sight) -> dict[str, int]:
    """Each folder at or below this one in which pages stand, with how many do right in it."""
    here = inside(catalogue.c.folder, folder)
    query = (
        select(catalogue.c.folder, func.count())
        .where(here, catalogue.c.redirect == "", visible(catalogue.c.path, sight))
        .group_by(catalogue.c.folder)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def within(counts: dict[str, int], folder: str) -> list[Folder]:
    """The folders right below one, by name, from what `under` gave for it."""
    at = f"{folder}/" if folder else ""
    found: dict[str, int] = {}
    for path, pages in counts.items():
        if path != folder:
            name = path.removeprefix(at).partition("/")[0]
            found[at + name] = found.get(at + name, 0) + pages
    return [Folder(path, found[path]) for path in sorted(found, key=fold)]


def pages(
    connection: Connection, folder: str, limit: int, offset: int, *, sight: Sight
) -> list[Summary]:
    """The pages right in a folder, by title."""
    query = _seen(sight).where(catalogue.c.folder == folder).order_by(*_BY_TITLE)
    return _summaries(connection, query.limit(limit).offset(offset))


def by_title(connection: Connection, limit: int, offset: int, *, sight: Sight) -> list[Summary]:
    """All pages by title."""
    query = _seen(sight).order_by(*_BY_TITLE)
    return _summaries(connection, query.limit(limit).offset(offset))


def lately(connection: Connection, limit: int, offset: int, *, sight: Sight) -> list[Summary]:
    """All pages, the one that changed last first."""
    here = and_(places.c.path == catalogue.c.path, places.c.alive)
    query = _seen(sight).join(places, here).order_by(places.c.date.desc(), catalogue.c.path)
    return _summaries(connection, query.limit(limit).offset(offset))


def files(connection: Connection, limit: int, offset: int, *, sight: Sight) -> list[str]:
    """All files that are no pages, by path."""
    query = select(page_files.c.path).where(visible(page_files.c.path, sight))
    return list(connection.scalars(query.order_by(page_files.c.path).limit(limit).offset(offset)))


_BY_TITLE = (catalogue.c.title_fold, catalogue.c.path)


def _seen(sight: Sight) -> Select[Any]:
    return select(catalogue.c.path).where(
        catalogue.c.redirect == "", visible(catalogue.c.path, sight)
    )


def _summaries(connection: Connection, query: Select[Any]) -> list[Summary]:
    paths = list(connection.scalars(query))
    known = find(connection, paths)
    return [known[path] for path in paths if path in known]
