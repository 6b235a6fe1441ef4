"""When members last looked at what changed: the table and its queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table, delete, insert, select

from wiki.database.engine.schema import Moment, truth
from wiki.database.members.members import members
from wiki.domain.pages.recent import Visits

visits = Table(
    "visits",
    truth,
    Column("member", Integer, ForeignKey(members.c.id, ondelete="CASCADE"), primary_key=True),
    Column("before", Moment, nullable=False),
    Column("latest", Moment, nullable=False),
)


def get(connection: Connection, member: int) -> Visits | None:
    """A member's last two visits to recent changes; None if there was none."""
    query = select(visits.c.before, visits.c.latest).where(visits.c.member == member)
    row = connection.execute(query).first()
    return Visits(row.before, row.latest) if row else None


def put(connection: Connection, member: int, before: datetime, latest: datetime) -> None:
    """Keep a member's last two visits."""
    connection.execute(delete(visits).where(visits.c.member == member))
    connection.execute(insert(visits).values(member=member, before=before, latest=latest))


def forget(connection: Connection, before: datetime) -> int:
    """Remove visits from before a moment; gives how many."""
    return connection.execute(delete(visits).where(visits.c.latest < before)).rowcount
