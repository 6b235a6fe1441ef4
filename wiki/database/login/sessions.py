"""Sessions: where members are logged in. Only the hash of a token is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.database.members.members import groups_of, members
from wiki.database.moderation.cautions import cautions
from wiki.database.notices.notifications import notifications
from wiki.database.notices.watches import watches
from wiki.domain.access.rights import Actor, Role
from wiki.domain.members.members import Session, Status, Visit

sessions = Table(
    "sessions",
    truth,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("agent", String(200), nullable=False),
    # Kept by the browser when it is closed, and so for weeks here.
    Column("remember", Boolean, nullable=False, server_default=false()),
    # The password was right and a second step is to follow: nobody is logged in yet.
    Column("half", Boolean, nullable=False, server_default=false()),
    # More was shown than a password.
    Column("strong", Boolean, nullable=False, server_default=false()),
    # When its owner last proved to be who they are, other than by logging in.
    Column("proved", Moment),
    sqlite_autoincrement=True,
)

_VISIT = (
    select(
        sessions.c.id.label("session"),
        sessions.c.seen,
        sessions.c.remember,
        sessions.c.strong,
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
        ~sessions.c.half,
        or_(
            sessions.c.seen > bindparam("since"),
            and_(sessions.c.remember, sessions.c.seen > bindparam("remembered_since")),
        ),
        sessions.c.created > bindparam("begun_since"),
    )
)
"""Made once: building a statement takes longer than SQLite takes to answer it."""


@dataclass(frozen=True, slots=True)
class Since:
    """Since when a session must have been used to be alive, and since when it must have begun.

    `ordinary`, `remembered`: used, by whether the browser keeps it; `begun`: whatever its use.
    """

    ordinary: datetime
    remembered: datetime
    begun: datetime


@dataclass(frozen=True, slots=True)
class Half:
    """A login whose second step is to follow: whose it is, and what they chose."""

    id: int
    member: int
    remember: bool


def add(
    connection: Connection,
    hash: str,
    member: int,
    agent: str,
    now: datetime,
    *,
    remember: bool = False,
    half: bool = False,
    strong: bool = False,
) -> int:
    """A new session; gives its id."""
    values = {
        "hash": hash,
        "member": member,
        "agent": agent,
        "created": now,
        "seen": now,
        "remember": remember,
        "half": half,
        "strong": strong,
    }
    return insert_numbered(connection, sessions, values)


def visit(connection: Connection, hash: str, since: Since) -> tuple[Visit, datetime] | None:
    """Find whose session it is and when it was seen; None if unknown or not seen `since`.

    One statement: it runs for every page that a member views.
    """
    bound = {
        "hash": hash,
        "since": since.ordinary,
        "remembered_since": since.remembered,
        "begun_since": since.begun,
    }
    row = connection.execute(_VISIT, bound).first()
    if row is None:
        return None
    groups = groups_of(row.groups)
    actor = Actor(row.id, row.uid, row.username, row.name, Role(row.role), groups)
    made = Visit(
        actor,
        row.session,
        row.language,
        row.timezone,
        row.theme,
        row.unread,
        watching=row.watching or 0,
        cautions=row.cautions,
        remember=row.remember,
        strong=row.strong,
    )
    return made, row.seen


def half(connection: Connection, hash: str, since: datetime) -> Half | None:
    """The login with this hash whose second step is to follow, if it began after `since`."""
    where = (sessions.c.hash == hash, sessions.c.half, sessions.c.created > since)
    row = connection.execute(select(sessions).where(*where)).first()
    return filled(Half, row) if row else None


def renew(connection: Connection, session: int, hash: str, *, strong: bool | None = None) -> None:
    """The session goes on under another token; `strong` says that more was shown meanwhile."""
    values: dict[str, object] = {"hash": hash}
    if strong is not None:
        values["strong"] = strong
    connection.execute(update(sessions).where(sessions.c.id == session).values(**values))


def shown(connection: Connection, session: int) -> tuple[datetime, datetime | None] | None:
    """When somebody logged in for this session, and when they last proved again who they are."""
    asked = select(sessions.c.created, sessions.c.proved).where(sessions.c.id == session)
    row = connection.execute(asked).first()
    return (row.created, row.proved) if row else None


def prove(connection: Connection, session: int, now: datetime) -> None:
    """Its owner proved again who they are."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(proved=now))


def seen(connection: Connection, session: int, now: datetime) -> None:
    """The session was used now."""
    connection.execute(update(sessions).where(sessions.c.id == session).values(seen=now))


def _alive(since: Since) -> ColumnElement[bool]:
    used = or_(
        sessions.c.seen > since.ordinary,
        and_(sessions.c.remember, sessions.c.seen > since.remembered),
    )
    return and_(used, sessions.c.created > since.begun)


def of_member(connection: Connection, member: int, since: Since) -> list[Session]:
    """The member's sessions, the last used first."""
    query = (
        select(sessions)
        .where(sessions.c.member == member, ~sessions.c.half, _alive(since))
        .order_by(sessions.c.seen.desc(), sessions.c.id.desc())
    )
    return [filled(Session, row) for row in connection.execute(query)]


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


def forget(connection: Connection, since: Since) -> int:
    """Remove sessions that are not alive; gives how many."""
    return connection.execute(delete_from(sessions).where(not_(_alive(since)))).rowcount
