"""Rows that the history projection writes, and reads back to go on where it stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    insert,
    select,
    tuple_,
    union_all,
    update,
)

from wiki.database.history.files import file_revisions
from wiki.database.history.history import (
    Sorted,
    commits,
    crossings,
    identities,
    joined,
    names,
    places,
    revisions,
)

TABLES = (commits, revisions, crossings, identities, joined, places, names, file_revisions)

_GRAVE = case((revisions.c.blob != "", ""), else_=revisions.c.before)
_TOUCHED = select(revisions.c.date, revisions.c.commit, revisions.c.born, _GRAVE)
_CROSSED = select(crossings.c.date, crossings.c.commit, crossings.c.born, crossings.c.grave)


def _newest(query: Select[Any], table: Table) -> Select[Any]:
    ordered = query.where(table.c.path == bindparam("at"))
    return ordered.order_by(table.c.date.desc(), table.c.commit.desc()).limit(1)


# Built once: a save sends all of these, and what a statement costs is mostly its making.
_LAST_TRACES = union_all(
    select(_newest(_TOUCHED, revisions).subquery()), select(_newest(_CROSSED, crossings).subquery())
)
_INSERTS = {table: insert(table) for table in TABLES}
_AMONG: BindParameter[Any] = bindparam("ids", expanding=True)
_DATES = select(commits.c.commit, commits.c.date).where(commits.c.commit.in_(_AMONG))
_JOINS = select(joined.c.commit, joined.c.one, joined.c.other)
_PAGES = select(identities.c.born, identities.c.page).where(identities.c.born.in_(_AMONG))
_HOMES = (
    select(names.c.path)
    .join_from(identities, names, names.c.page == identities.c.page)
    .where(identities.c.born == bindparam("of"))
    .order_by(names.c.path)
)
_BIRTH = select(identities.c.date, identities.c.commit, identities.c.path)
_BIRTH = _BIRTH.where(identities.c.born == bindparam("of"))
_BORN_AT = select(revisions.c.born)
_BORN_AT = _BORN_AT.where(
    revisions.c.commit == bindparam("by"), revisions.c.path == bindparam("at")
)
_NAMED = select(names.c.page).where(
    names.c.page == bindparam("of"), names.c.path == bindparam("at")
)
_OF_PAGE = (
    select(revisions.c.date, revisions.c.commit, revisions.c.path)
    .where(revisions.c.page == bindparam("of"))
    .order_by(revisions.c.date.desc(), revisions.c.commit.desc(), revisions.c.path.desc())
    .limit(1)
)
_OF_PAGE_AT = _OF_PAGE.where(revisions.c.path == bindparam("at"))
_MOVED = (
    update(places)
    .where(places.c.page == bindparam("of"))
    .values(
        {column: bindparam(f"new_{column.name}") for column in places.c if column.name != "page"}
    )
)
_STAYED = (
    update(places)
    .where(
        places.c.page == bindparam("of"),
        places.c.path == bindparam("at"),
        places.c.alive,
        tuple_(places.c.date, places.c.commit)
        <= tuple_(bindparam("when", type_=BigInteger), bindparam("by", type_=Sorted)),
    )
    .values(date=bindparam("when", type_=BigInteger), commit=bindparam("by", type_=Sorted))
)


def add(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to one of the tables."""
    if values:
        connection.execute(_INSERTS[table], values)


def dates(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """The corrected date of each of these commits that is known."""
    found: dict[str, int] = {}
    for some in _slices(ids):
        found.update((row[0], row[1]) for row in connection.execute(_DATES, {"ids": some}))
    return found


def traces(connection: Connection, path: str) -> Iterable[tuple[str, str, str]]:
    """Trace what was made of a path, newest first: commit, page (by birth), and its grave.

    The grave is the last blob of a page that died, empty for one that lives; an empty page stands
    for a path at which nothing was left.
    """
    rows: list[Any] = [
        *map(tuple, connection.execute(_TOUCHED.where(revisions.c.path == path))),
        *map(tuple, connection.execute(_CROSSED.where(crossings.c.path == path))),
    ]
    return [row[1:] for row in sorted(rows, reverse=True)]


def last_trace(connection: Connection, path: str) -> tuple[str, str, str] | None:
    """The newest of `traces`, or None."""
    found: list[Any] = [tuple(row) for row in connection.execute(_LAST_TRACES, {"at": path})]
    return max(found)[1:] if found else None


def paths_by(connection: Connection, ids: Collection[str]) -> set[str]:
    """Every path that one of these commits touched or decided about."""
    paths: set[str] = set()
    for table in (revisions, crossings):
        for some in _slices(ids):
            paths.update(connection.scalars(select(table.c.path).where(table.c.commit.in_(some))))
    return paths


def all_paths(connection: Connection) -> set[str]:
    """Every path that any commit touched or decided about."""
    return {
        path
        for table in (revisions, crossings)
        for path in connection.scalars(select(table.c.path).distinct())
    }


def homes(connection: Connection, born: str) -> list[str]:
    """Every path that a page (by birth), or one that it was joined with, ever had."""
    return list(connection.scalars(_HOMES, {"of": born}))


def joins(connection: Connection) -> list[tuple[str, str, str]]:
    """Every (commit, one, other): pages that a merge found to be the same."""
    return [(row[0], row[1], row[2]) for row in connection.execute(_JOINS)]


def birth(connection: Connection, born: str) -> tuple[int, str, str]:
    """When (corrected date, commit) and at which path a page was born."""
    row = connection.execute(_BIRTH, {"of": born}).one()
    return row[0], row[1], row[2]


def born_at(connection: Connection, path: str, commit: str) -> str:
    """The page (by birth) that a commit touched at a path; empty if none."""
    return connection.scalar(_BORN_AT, {"by": commit, "at": path}) or ""


def page_by_birth(connection: Connection, born: Collection[str]) -> dict[str, str]:
    """For each page by birth: the page that it goes by."""
    found: dict[str, str] = {}
    for some in _slices(born):
        found.update((row[0], row[1]) for row in connection.execute(_PAGES, {"ids": some}))
    return found


def rename_page(connection: Connection, born: str, page: str) -> set[str]:
    """Let a page (by birth) go by another from now on; gives the pages that this concerns."""
    before = connection.scalar(select(identities.c.page).where(identities.c.born == born)) or born
    if before == page:
        return set()
    connection.execute(update(identities).where(identities.c.born == born).values(page=page))
    connection.execute(
        update(revisions)
        .where(and_(revisions.c.page == before, revisions.c.born == born))
        .values(page=page)
    )
    return {before, page}


def name(connection: Connection, pairs: Collection[tuple[str, str]]) -> None:
    """Note that each (page, path) was one of the page's names."""
    for page, path in pairs:
        if connection.execute(_NAMED, {"of": page, "at": path}).first() is None:
            add(connection, names, [{"page": page, "path": path}])


def name_anew(connection: Connection, page: str) -> None:
    """Write a page's names anew, from its revisions."""
    connection.execute(delete(names).where(names.c.page == page))
    found = connection.scalars(select(revisions.c.path).where(revisions.c.page == page).distinct())
    add(connection, names, [{"page": page, "path": path} for path in found])


def stay(connection: Connection, newest: Sequence[tuple[str, str, int, str]]) -> bool:
    """Note newer revisions (page, path, date, commit) of pages that live where they lived.

    Gives whether all of them do.
    """
    given = [dict(zip(("of", "at", "when", "by"), one, strict=True)) for one in newest]
    return connection.execute(_STAYED, given).rowcount == len(given)


def put_place(connection: Connection, page: str, home: str | None) -> None:
    """Note where a page lives (None: it does not); a page without revisions has no place."""
    last = newest(connection, page, home)
    if last is None:
        connection.execute(delete(places).where(places.c.page == page))
        return
    date, commit, path = last
    values = {"path": home or path, "alive": home is not None, "date": date, "commit": commit}
    given = {f"new_{name}": value for name, value in values.items()}
    if not connection.execute(_MOVED, {"of": page, **given}).rowcount:
        add(connection, places, [{"page": page, **values}])


def newest(
    connection: Connection, page: str, path: str | None = None
) -> tuple[int, str, str] | None:
    """A page's newest revision (at a path, if one is given): corrected date, commit, path."""
    if path is None:
        row = connection.execute(_OF_PAGE, {"of": page}).first()
    else:
        row = connection.execute(_OF_PAGE_AT, {"of": page, "at": path}).first()
    return (row[0], row[1], row[2]) if row else None


def uncounted(connection: Connection, limit: int) -> list[tuple[str, str, str, str, str]]:
    """The newest revisions without word counts: commit, path, where from, blob before and after."""
    query = (
        select(
            revisions.c.commit,
            revisions.c.path,
            revisions.c.came_from,
            revisions.c.before,
            revisions.c.blob,
        )
        .where(revisions.c.added.is_(None))
        .order_by(revisions.c.date.desc(), revisions.c.commit.desc(), revisions.c.path)
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]


def set_counts(connection: Connection, counts: Sequence[tuple[str, str, int, int]]) -> None:
    """Note for each (commit, path) how many words were added and removed."""
    if counts:
        connection.execute(
            update(revisions)
            .where(revisions.c.commit == bindparam("c"), revisions.c.path == bindparam("p"))
            .values(added=bindparam("a"), removed=bindparam("r")),
            [{"c": c, "p": p, "a": a, "r": r} for c, p, a, r in counts],
        )


def _slices(ids: Collection[str]) -> Iterable[list[str]]:
    """The ids in lists short enough for one statement."""
    all_ids = list(ids)
    for start in range(0, len(all_ids), 500):
        yield all_ids[start : start + 500]
