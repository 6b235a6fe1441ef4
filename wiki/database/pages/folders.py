"""Questions about folders: which lie in one, which pages do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from wiki.database.access.sight import inside, visible
from wiki.database.content.entries import SUMMARY, catalogue, slices
from wiki.database.content.entries import files as page_files
from wiki.database.content.entries import folders as page_folders
from wiki.database.history.history import commits, places
from wiki.database.pages.catalogue import holds, is_listed
from wiki.domain.access.sight import Sight
from wiki.domain.content.pages import Kind
from wiki.domain.content.paths import fold, index_rank
from wiki.domain.pages.folders import Folder, Leaf, Row


def under(connection: Connection, folder: str, *, sight: Sight) -> dict[str, int]:
    """Each folder at or below this one in which pages stand, with how many do right in it."""
    here = inside(catalogue.c.folder, folder)
    query = (
        select(catalogue.c.folder, func.count())
        .where(here, catalogue.c.redirect == "", visible(catalogue.c.path, sight))
        .where(is_listed(catalogue.c.path))
        .group_by(catalogue.c.folder)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def within(counts: dict[str, int], folder: str) -> list[Folder]:
    """The folders right below one, by name, from what `under` gave for it."""
    at = f"{folder}/" if folder else ""
    totals: dict[str, int] = {}
    for path, pages in counts.items():
        if path != folder:
            name = path.removeprefix(at).partition("/")[0]
            totals[at + name] = totals.get(at + name, 0) + pages
    return [Folder(path, totals[path]) for path in sorted(totals, key=fold)]


def pages(
    connection: Connection, folder: str, limit: int, offset: int, *, sight: Sight
) -> list[Row]:
    """The pages right in a folder, by title."""
    query = _seen(sight).where(catalogue.c.folder == folder).order_by(*_BY_TITLE)
    return _rows(connection, query.limit(limit).offset(offset))


def by_title(connection: Connection, limit: int, offset: int, *, sight: Sight) -> list[Row]:
    """All pages by title."""
    query = _seen(sight).order_by(*_BY_TITLE)
    return _rows(connection, query.limit(limit).offset(offset))


def lately(connection: Connection, limit: int, offset: int, *, sight: Sight) -> list[Row]:
    """All pages, the one that changed last first."""
    here = and_(places.c.path == catalogue.c.path, places.c.alive)
    query = _seen(sight).join(places, here).order_by(places.c.date.desc(), catalogue.c.path)
    return _rows(connection, query.limit(limit).offset(offset))


def files(connection: Connection, limit: int, offset: int, *, sight: Sight) -> list[str]:
    """All files that are no pages, by path."""
    query = select(page_files.c.path).where(visible(page_files.c.path, sight))
    return list(connection.scalars(query.order_by(page_files.c.path).limit(limit).offset(offset)))


def has_more_than(connection: Connection, number: int, *, sight: Sight) -> bool:
    """Whether there are more plain pages in sight than so many."""
    query = _seen(sight).where(catalogue.c.kind == Kind.PAGE.value).limit(number + 1)
    return len(connection.execute(query).all()) > number


def children(connection: Connection, folder: str, limit: int, *, sight: Sight) -> list[str]:
    """The folders right below one in which pages in sight stand, by path."""
    at = f"{folder}/" if folder else ""
    path = page_folders.c.path
    query = select(path).where(path != folder, inside(path, folder), visible(path, sight))
    # Compared by length: names may hold what a pattern would take for a sign.
    rest = func.substr(path, len(at) + 1)
    query = query.where(rest != "", rest.not_like("%/%")).order_by(path)
    if not sight.hidden:
        return list(connection.scalars(query.limit(limit)))
    found = (one for one in connection.scalars(query) if holds(connection, one, sight=sight))
    return list(islice(found, limit))


def leaves(connection: Connection, folder: str, limit: int, *, sight: Sight) -> list[Leaf]:
    """The plain pages right in a folder, by title; without the folder's own page."""
    query = _seen(sight).add_columns(catalogue.c.title).where(catalogue.c.folder == folder)
    query = query.where(catalogue.c.kind == Kind.PAGE.value).order_by(*_BY_TITLE)
    found = (Leaf(*row) for row in connection.execute(query.limit(limit + _OWN_PAGES)))
    return list(islice((leaf for leaf in found if index_rank(leaf.path) < 0), limit))


_OWN_PAGES = 40
"""More pages than a folder has that are its own: by a few names, each with a few suffixes."""
_BY_TITLE = (catalogue.c.title_fold, catalogue.c.path)


def _seen(sight: Sight) -> Select[Any]:
    return select(catalogue.c.path).where(
        catalogue.c.redirect == "", visible(catalogue.c.path, sight), is_listed(catalogue.c.path)
    )


def _rows(connection: Connection, query: Select[Any]) -> list[Row]:
    """The pages whose paths a query gives, in its order, as briefly as a long list has them."""
    return rows(connection, list(connection.scalars(query)))


_ROW = SUMMARY.with_only_columns(catalogue.c.path, catalogue.c.title, commits.c.written)


def rows(connection: Connection, paths: Sequence[str]) -> list[Row]:
    """The pages at these paths, in their order; those that hold none are left out."""
    by_path: dict[str, Row] = {}
    for some in slices(paths):
        for row in connection.execute(_ROW.where(catalogue.c.path.in_(some))):
            by_path[row.path] = Row(row.path, row.title, row.written.astimezone(UTC))
    return [by_path[path] for path in paths if path in by_path]
