"""Counts of who worked on a page, and when."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    cast,
    exists,
    extract,
    func,
    literal_column,
    select,
)

from wiki.database.access.sight import visible
from wiki.database.history.hiding import hidden_revisions
from wiki.database.history.history import commits, places, revisions
from wiki.domain.access.sight import Sight
from wiki.domain.history.activity import Writer
from wiki.domain.history.revisions import Part

# Written into the statement: PostgreSQL must see the same expression twice.
_LENGTH: ColumnElement[int] = literal_column("86400", Integer)
_DAY = cast(extract("epoch", commits.c.written), BigInteger) // _LENGTH
"""The day since 1970 on which a commit says that it was made."""
_SAME = commits.c.commit == revisions.c.commit

_HIDDEN = (
    hidden_revisions.c.commit == revisions.c.commit,
    hidden_revisions.c.path == revisions.c.path,
    hidden_revisions.c.part == Part.AUTHOR.value,
)


def days(connection: Connection, page: str) -> list[tuple[int, int]]:
    """(day since 1970, number of revisions) of every day on which a page changed, in order."""
    query = select(_DAY, func.count()).join_from(revisions, commits, _SAME)
    query = query.where(revisions.c.page == page).group_by(_DAY).order_by(_DAY)
    return [(int(row[0]), row[1]) for row in connection.execute(query)]


def days_of(connection: Connection, author: str, *, sight: Sight) -> list[tuple[int, int]]:
    """The same for all pages in sight that a member worked on; work that was hidden not counted."""
    query = select(_DAY, func.count()).join_from(revisions, commits, _SAME)
    query = query.where(revisions.c.author == author, ~exists().where(*_HIDDEN))
    if sight.hidden:
        query = query.join(places, places.c.page == revisions.c.page)
        query = query.where(visible(places.c.path, sight))
    query = query.group_by(_DAY).order_by(_DAY)
    return [(int(row[0]), row[1]) for row in connection.execute(query)]


def writers(connection: Connection, page: str, limit: int = 100) -> list[Writer]:
    """List those who wrote on a page, most revisions first, without work by a hidden author."""
    number = func.count()
    query = (
        select(revisions.c.author, number, func.max(revisions.c.commit))
        .where(revisions.c.page == page, ~exists().where(*_HIDDEN))
        .group_by(revisions.c.author)
        .order_by(number.desc(), revisions.c.author)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    ids = [row[2] for row in rows]
    named = select(commits.c.commit, commits.c.name).where(commits.c.commit.in_(ids))
    names = {row.commit: row.name for row in connection.execute(named)}
    return [Writer(row[0], names[row[2]], row[1]) for row in rows]
