"""Addresses that mail servers refuse for good: the table and its queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, insert, select
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth

mail_stops = Table(
    "mail_stops",
    truth,
    Column(
        "member",
        ForeignKey("members.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    # The address that was refused: another one of the same member works again.
    Column("email", String(254), nullable=False),
    Column("error", String(500), nullable=False),
    Column("since", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """A member gets no mail at this address: what the mail server said, and when."""

    member: int
    email: str
    error: str
    since: datetime


def some(connection: Connection, members: Collection[int]) -> dict[int, Stop]:
    """For each of these members whose address was refused: which one, and why."""
    asked = select(mail_stops).where(mail_stops.c.member.in_(sorted(members)))
    return {row.member: filled(Stop, row) for row in connection.execute(asked)}


def put(connection: Connection, stop: Stop) -> None:
    """From now on the member gets no mail at this address."""
    lift(connection, stop.member)
    values = {"email": stop.email, "error": stop.error[:500], "since": stop.since}
    connection.execute(insert(mail_stops).values(member=stop.member, **values))


def lift(connection: Connection, member: int) -> None:
    """The member's address is to be tried again."""
    connection.execute(delete_from(mail_stops).where(mail_stops.c.member == member))
