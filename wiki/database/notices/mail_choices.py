"""When members want mail of what: the table and its queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Boolean, Column, Connection, ForeignKey, String, Table, insert, select
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import truth
from wiki.domain.notices.notifications import Choices

mail_choices = Table(
    "mail_choices",
    truth,
    Column(
        "member",
        ForeignKey("members.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("direct", String(8), nullable=False),
    Column("watched", String(8), nullable=False),
    Column("own", String(8), nullable=False),
    Column("duty", String(8), nullable=False),
    Column("watch_written", Boolean, nullable=False),
    Column("watch_commented", Boolean, nullable=False),
)


def get(connection: Connection, member: int) -> Choices:
    """Give a member's choices; the defaults if they chose nothing."""
    return some(connection, [member]).get(member, Choices())


def some(connection: Connection, members: Collection[int]) -> dict[int, Choices]:
    """Give the choices of those of these members who chose anything."""
    asked = select(mail_choices).where(mail_choices.c.member.in_(sorted(members)))
    return {row.member: filled(Choices, row) for row in connection.execute(asked)}


def put(connection: Connection, member: int, choices: Choices) -> None:
    """Keep what a member chose."""
    connection.execute(delete_from(mail_choices).where(mail_choices.c.member == member))
    connection.execute(insert(mail_choices).values(member=member, **asdict(choices)))
