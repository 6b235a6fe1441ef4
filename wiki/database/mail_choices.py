"""When members want mail of what: the table and its queries."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Boolean, Column, Connection, ForeignKey, String, Table, insert, select
from sqlalchemy import delete as delete_from

from wiki.database.schema import truth
from wiki.domain.notifications import Choices, Pace

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
    """What a member chose; the defaults if they chose nothing."""
    where = mail_choices.c.member == member
    row = connection.execute(select(mail_choices).where(where)).first()
    if row is None:
        return Choices()
    return Choices(
        direct=Pace(row.direct),
        watched=Pace(row.watched),
        own=Pace(row.own),
        duty=Pace(row.duty),
        watch_written=row.watch_written,
        watch_commented=row.watch_commented,
    )


def put(connection: Connection, member: int, choices: Choices) -> None:
    """Keep what a member chose."""
    connection.execute(delete_from(mail_choices).where(mail_choices.c.member == member))
    connection.execute(insert(mail_choices).values(member=member, **asdict(choices)))
