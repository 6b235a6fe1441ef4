"""Warnings to members, on their screen until they say to have read them: table and queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    select,
    update,
)

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.domain.moderation.cautions import Caution

cautions = Table(
    "cautions",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id"), nullable=False, index=True),
    Column("by", ForeignKey("members.id")),
    Column("reason", Text, nullable=False),
    Column("address", String(1000), nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen", Moment),
    sqlite_autoincrement=True,
)


def add(
    connection: Connection, member: int, by: int | None, reason: str, address: str, now: datetime
) -> int:
    """Warn a member; gives the warning's id."""
    values = {"member": member, "by": by, "reason": reason, "address": address, "at": now}
    return insert_numbered(connection, cautions, values)


def of_member(connection: Connection, member: int, *, unseen: bool = False) -> list[Caution]:
    """A member's warnings, the newest first; only those not read yet, if asked."""
    query = select(cautions).where(cautions.c.member == member).order_by(cautions.c.id.desc())
    if unseen:
        query = query.where(cautions.c.seen.is_(None))
    return [filled(Caution, row) for row in connection.execute(query)]


def see(connection: Connection, member: int, id: int, now: datetime) -> bool:
    """The member read this warning; False if it is not theirs, or was read before."""
    where = (cautions.c.id == id, cautions.c.member == member, cautions.c.seen.is_(None))
    return bool(connection.execute(update(cautions).where(*where).values(seen=now)).rowcount)
