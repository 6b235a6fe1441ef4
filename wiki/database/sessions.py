"""Sessions: where members are logged in. Only the hash of a token is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.cautions import cautions
from wiki.database.members import groups_of, members
from wiki.database.notifications import notifications
from wiki.database.schema import Moment, truth
from wiki.database.watches import watches
from wiki.domain.members import Session, Status, Visit
from wiki.domain.rights import Actor, Role

sessions = Table(
    "sessions",
    truth,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("agent", String(200), nullable=False),
    sqlite_autoincrement=True,
)

_VISIT = (
    select(
        sessions.c.id.label("session"),
        sessions.c.seen,
        members.c.id,
        members.c.uid,
        members.c.username,
        members.c.name,
        members.c.role,
        members.c.groups,
        members.c.language,
        members.c.timezone,
        members.c.theme,
        select(func.count())
        .where(notifications.c.member == members.c.id, notifications.c.read.is_(None))
        .scalar_subquery()
        .label("unread"),
        select(func.max(watches.c.id))
        .where(watches.c.member == members.c.id)
        .scalar_subquery()
        .label("watching"),
        select(func.count())
        .where(cautions.c.member == members.c.id, cautions.c.seen.is_(None))
        .scalar_subquery()
        .label("cautions"),
    )
    .join(members, members.c.id == sessions.c.member)
    .where(
        members.c.status == Status.ACTIVE.value,
        sessions.c.hash == bindparam("hash"),
        sessions.c.seen > bindparam("since"),
    )
)
"""Made once: building a statement takes longer than SQLite takes to answer it."""


def add(connection: Connection, hash: str, member: int, agent: str, now: datetime) -> int:
    """A new session; gives its id."""
    values = {"hash": hash, "member": member, "agent": agent, "created": now, "seen": now}
    key = connection.execute(insert(sessions).values(**values)).inserted_primary_key
    return int(key[0])  # type: ignore[index]


def visit(connection: Connection, hash: str, since: datetime) -> tuple[Visit, datetime] | None:
    """Who the session belongs to, and when it was last seen; None if unknown or not seen `since`.

    One statement: it runs for every page that a member views.
    """
    row = connection.execute(_VISIT, {"hash": hash, "since": since}).first()
    if row is None:
        return None
    groups = groups_of(row.groups)
    actor = Actor(row.id, row.uid, row.username, row.name, Role(row.role), groups)
    visit = Visit(
        actor=actor,
        session=row.session,
        language=row.language,
        timezone=row.timezone,
        theme=row.theme,
        unread=row.unread,
        watching=row.watching or 0,
        cautions=row.cautions,
    )
    return visit, row.seen


def seen(connection: Connection, session: int, now: datetime) -> None:
    """The session was used now."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(seen=now))


def of_member(connection: Connection, member: int, since: datetime) -> list[Session]:
    """The member's sessions, the last used first."""
    asked = (
        select(sessions)
        .where(sessions.c.member == member, sessions.c.seen > since)
        .order_by(sessions.c.seen.desc(), sessions.c.id.desc())
    )
    return [Session(row.id, row.created, row.seen, row.agent) for row in connection.execute(asked)]


def end(connection: Connection, hash: str) -> None:
    """The session with this hash is over."""
    connection.execute(delete_from(sessions).where(sessions.c.hash == hash))


def end_one(connection: Connection, member: int, session: int) -> bool:
    """The member's session with this id is over; False if they have none such."""
    where = (sessions.c.member == member, sessions.c.id == session)
    return bool(connection.execute(delete_from(sessions).where(*where)).rowcount)


def end_all(connection: Connection, member: int, *, but: int = 0) -> int:
    """All the member's sessions are over, but one; gives how many."""
    where = (sessions.c.member == member, sessions.c.id != but)
    return connection.execute(delete_from(sessions).where(*where)).rowcount


def forget(connection: Connection, since: datetime) -> int:
    """Remove sessions not seen since; gives how many."""
    return connection.execute(delete_from(sessions).where(sessions.c.seen <= since)).rowcount
