"""Members who are shut out, and until when: the table and its queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, delete, insert, select

from wiki.database.engine.schema import Moment, truth
from wiki.database.members.members import members
from wiki.domain.login.suspensions import Suspension

suspensions = Table(
    "suspensions",
    truth,
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", ForeignKey("members.id")),
    Column("at", Moment, nullable=False),
    # None: until somebody lets them in again.
    Column("until", Moment, index=True),
)


def put(
    connection: Connection,
    member: int,
    reason: str,
    by: int | None,
    now: datetime,
    until: datetime | None,
) -> None:
    """A member is shut out from now on; what was known of an earlier time is replaced."""
    lift(connection, member)
    values = {"member": member, "reason": reason, "by": by, "at": now, "until": until}
    connection.execute(insert(suspensions).values(**values))


def get(connection: Connection, member: int) -> Suspension | None:
    """Why and until when a member is shut out, as far as that was written down."""
    query = (
        select(suspensions, members.c.username)
        .outerjoin(members, members.c.id == suspensions.c.by)
        .where(suspensions.c.member == member)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return Suspension(row.member, row.reason, row.username or "", row.at, row.until)


def over(connection: Connection, now: datetime) -> list[int]:
    """The members whose time is over."""
    return list(connection.scalars(select(suspensions.c.member).where(suspensions.c.until <= now)))


def lift(connection: Connection, member: int) -> None:
    """A member is no longer shut out."""
    connection.execute(delete(suspensions).where(suspensions.c.member == member))
