"""Recent changes: revisions of all pages and comments on them, as far as asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, select, tuple_

from wiki.database.access.sight import inside, visible
from wiki.database.content.entries import catalogue
from wiki.database.history import history
from wiki.database.history.history import ROW, commits, listed, places
from wiki.database.talk.comments import LIVE, comments, placed_comment, placed_query
from wiki.domain.access.sight import Sight
from wiki.domain.history.revisions import Revision
from wiki.domain.pages.recent import AHEAD, Wanted
from wiki.domain.talk.comments import PlacedComment

MOST_COMMENTS = 200
SMALL = 300
"""Pages in a small folder."""


def revisions(
    connection: Connection,
    wanted: Wanted,
    *,
    before: str = "",
    limit: int = 50,
    sight: Sight,
) -> list[Revision]:
    """Revisions, newest first, of pages that now are (or last were) in sight and asked for.

    Not those from when they were out of it.
    """
    query = ROW
    if sight.hidden or wanted.folder or wanted.kind:
        few = bool(wanted.folder) and _is_small(connection, wanted.folder)
        conditions = _pages(wanted, sight, by_path=few)
        query = query.join(places, places.c.page == history.revisions.c.page).where(*conditions)
        # A page that came from elsewhere does not say where it was.
        query = query.where(visible(history.revisions.c.path, sight))
    if wanted.author:
        query = query.where(history.revisions.c.author == wanted.author)
    if wanted.since:
        # What is ordered as earlier was made earlier; the other way it need not be so.
        query = query.where(history.revisions.c.date >= int(wanted.since.timestamp()))
        query = query.where(commits.c.written >= wanted.since)
    return listed(connection, query, before, limit)


def talk(
    connection: Connection,
    wanted: Wanted,
    *,
    since: datetime | None,
    until: datetime | None,
    sight: Sight,
) -> list[PlacedComment]:
    """Readable comments made from `since` on and before `until`, newest first, at most 200."""
    conditions = [LIVE]
    starts = [moment for moment in (since, wanted.since) if moment]
    if starts:
        conditions.append(comments.c.created >= max(starts))
    if until:
        conditions.append(comments.c.created < until)
    if wanted.member is not None:
        conditions.append(comments.c.author == wanted.member)
    if not (wanted.folder or wanted.kind):
        # The comments first: left to itself, SQLite begins with all the pages.
        newest = select(comments.c.id).where(*conditions).order_by(comments.c.created.desc())
        conditions = [comments.c.id.in_(connection.scalars(newest.limit(MOST_COMMENTS)).all())]
    query = placed_query().where(places.c.alive, *conditions, *_pages(wanted, sight))
    found = connection.execute(query.order_by(comments.c.id.desc()).limit(MOST_COMMENTS))
    return [placed_comment(row) for row in found]


def is_known(connection: Connection, cursor: str) -> bool:
    """Whether there is a row that a cursor names."""
    return _date_of(connection, cursor) is not None


def moment_of(connection: Connection, cursor: str, now: datetime) -> datetime | None:
    """When the row of a cursor was made, by its own time.

    One that lies ahead of now does not count: then it is when the last one before it was made that
    does not; None if there is none.
    """
    place = tuple_(history.revisions.c.date, history.revisions.c.commit)
    query = (
        select(commits.c.written)
        .join_from(history.revisions, commits, commits.c.commit == history.revisions.c.commit)
        .where(place <= (_date_of(connection, cursor), cursor.partition(":")[0]))
        .where(commits.c.written <= now + AHEAD)
        .order_by(history.revisions.c.date.desc(), history.revisions.c.commit.desc())
    )
    found: datetime | None = connection.scalar(query.limit(1))
    return found


def _date_of(connection: Connection, cursor: str) -> int | None:
    commit = cursor.partition(":")[0]
    found: int | None = connection.scalar(select(commits.c.date).where(commits.c.commit == commit))
    return found


def titles(connection: Connection, paths: Iterable[str]) -> dict[str, str]:
    """The titles of the pages at these paths; those that hold none are left out."""
    query = select(catalogue.c.path, catalogue.c.title).where(catalogue.c.path.in_(sorted(paths)))
    return {row.path: row.title for row in connection.execute(query)}


def _is_small(connection: Connection, folder: str) -> bool:
    """Whether a folder has few pages, so that to begin with them costs less than with dates."""
    some = select(places.c.page).where(inside(places.c.path, folder)).limit(SMALL + 1)
    return len(connection.execute(some).all()) <= SMALL


def _pages(wanted: Wanted, sight: Sight, by_path: bool = True) -> list[ColumnElement[bool]]:
    """Conditions on where a page is, and on what it is there.

    `by_path` lets the database begin with the folder's pages; else it goes through the dates.
    """
    path = places.c.path if by_path else places.c.path.concat("")
    conditions = [visible(places.c.path, sight), inside(path, wanted.folder)]
    if wanted.kind:
        of_kind = and_(catalogue.c.path == places.c.path, catalogue.c.kind == wanted.kind.value)
        conditions += [places.c.alive, exists().where(of_kind)]
    return conditions
