"""Watches: the table and its queries.

As a comment, a watch says for ever where the page was when it was made; which page that is today is
looked up. A row is never removed without a newer one in its place, so that a member's highest id
tells whether anything changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    and_,
    insert,
    select,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.history.history import places, revisions
from wiki.domain.history.history import Place
from wiki.domain.notices.watches import Reach, Scope, Watch, folders_of

watches = Table(
    "watches",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("scope", String(8), nullable=False),
    Column("path", String(250), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    Index(None, "member", "id"),
    Index(None, "path", "revision"),
    sqlite_autoincrement=True,
)

_MADE_THERE = and_(revisions.c.commit == watches.c.revision, revisions.c.path == watches.c.path)


def put(
    connection: Connection,
    member: int,
    scope: Scope,
    path: str,
    revision: str,
    now: datetime,
    *,
    wanted: bool = True,
    instead_of: Collection[int] = (),
) -> None:
    """Keep what a member says of a page or a folder, instead of what they said before."""
    connection.execute(
        insert(watches).values(
            member=member,
            scope=scope.value,
            path=path,
            revision=revision,
            wanted=wanted,
            created=now,
        )
    )
    if instead_of:
        old = (watches.c.member == member, watches.c.id.in_(instead_of))
        connection.execute(delete_from(watches).where(*old))


def of_page(connection: Connection, member: int, page: str) -> list[Watch]:
    """Find the member's watch of a page."""
    asked = _placed().where(watches.c.member == member, revisions.c.page == page)
    return [filled(Watch, row) for row in connection.execute(asked)]


def of_folder(connection: Connection, member: int, folder: str) -> list[Watch]:
    """Find the member's watch of a folder."""
    where = (watches.c.member == member, watches.c.path == folder, _IS_FOLDER)
    return [filled(Watch, row) for row in connection.execute(select(watches).where(*where))]


def placed(connection: Connection, member: int) -> list[tuple[Watch, Place]]:
    """All that a member said of pages, the newest first, with where each page is today."""
    asked = _placed().where(watches.c.member == member).order_by(watches.c.id.desc())
    return [
        (filled(Watch, row), Place(row.path_now, row.alive)) for row in connection.execute(asked)
    ]


def folders(connection: Connection, member: int) -> list[Watch]:
    """The folders that a member watches, by path."""
    where = (watches.c.member == member, _IS_FOLDER, watches.c.wanted)
    rows = connection.execute(select(watches).where(*where).order_by(watches.c.path))
    return [filled(Watch, row) for row in rows]


def wanted(connection: Connection, member: int) -> list[Watch]:
    """All that a member watches."""
    where = (watches.c.member == member, watches.c.wanted)
    return [filled(Watch, row) for row in connection.execute(select(watches).where(*where))]


def end(connection: Connection, member: int, ids: Collection[int], now: datetime) -> int:
    """End a member's watches; gives how many there were."""
    ended = [watch for watch in wanted(connection, member) if watch.id in ids]
    for watch in ended:
        put(
            connection,
            member,
            watch.scope,
            watch.path,
            watch.revision,
            now,
            wanted=False,
            instead_of=[watch.id],
        )
    return len(ended)


def watchers(
    connection: Connection, page: str, path: str, questions: Sequence[str] = ()
) -> dict[int, datetime]:
    """Find who watches a page that is at a path, by whatever watch, and since when.

    `questions` are the pages (by identity) of the questions that it is a dialogue about.
    """
    own = list(connection.execute(_placed().where(revisions.c.page == page)))
    since: dict[int, datetime] = {}
    for row in [*_about(connection, questions), *_around(connection, path)]:
        since[row.member] = min(row.created, since.get(row.member, row.created))
    for row in own:
        if row.wanted:
            since[row.member] = min(row.created, since.get(row.member, row.created))
    for row in own:
        if not row.wanted:
            since.pop(row.member, None)
    return since


def said_of(connection: Connection, page: str, members: Iterable[int]) -> set[int]:
    """Those of the members who said anything of a page: that they watch it, or no longer do."""
    asked = _placed().where(revisions.c.page == page, watches.c.member.in_(sorted(members)))
    return {row.member for row in connection.execute(asked)}


def reach(connection: Connection) -> Reach:
    """Gather all that anybody watches."""
    pages = select(revisions.c.page).join_from(watches, revisions, _MADE_THERE).distinct()
    paths = select(watches.c.path).where(_IS_FOLDER, watches.c.wanted).distinct()
    is_question = watches.c.scope == Scope.QUESTION.value
    question = select(watches.c.id).where(is_question, watches.c.wanted).limit(1)
    return Reach(
        pages=frozenset(connection.scalars(pages)),
        folders=frozenset(connection.scalars(paths)),
        questions=connection.execute(question).first() is not None,
    )


def first(connection: Connection) -> datetime | None:
    """When anybody first watched something that they still watch."""
    asked = select(watches.c.created).order_by(watches.c.created).limit(1)
    return connection.scalar(asked)


_IS_FOLDER = watches.c.scope == Scope.FOLDER.value


def _about(connection: Connection, questions: Sequence[str]) -> Sequence[Any]:
    if not questions:
        return ()
    is_question = watches.c.scope == Scope.QUESTION.value
    asked = _placed().where(revisions.c.page.in_(questions), is_question, watches.c.wanted)
    return connection.execute(asked).all()


def _around(connection: Connection, path: str) -> Sequence[Any]:
    above = folders_of(path)
    if not above:
        return ()
    asked = select(watches).where(watches.c.path.in_(above), _IS_FOLDER, watches.c.wanted)
    return connection.execute(asked).all()


def _placed() -> Select[Any]:
    """Watches of pages, each with where its page is today."""
    return (
        select(watches, places.c.path.label("path_now"), places.c.alive)
        .join(revisions, _MADE_THERE)
        .join(places, places.c.page == revisions.c.page)
        .where(~_IS_FOLDER)
    )
