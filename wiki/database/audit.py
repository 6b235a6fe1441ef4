"""The audit log: what those in charge did, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from wiki.database.members import members
from wiki.database.schema import Moment, truth

audit = Table(
    "audit",
    truth,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    # None: from the command line, by whoever runs the machine.
    Column("actor", ForeignKey("members.id"), index=True),
    Column("act", String(30), nullable=False),
    Column("subject", String(250), nullable=False),
    Column("detail", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: by whom (a username, empty for the command line), to what, with which values."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: Mapping[str, str]
    reason: str


def add(
    connection: Connection,
    at: datetime,
    actor: int | None,
    act: str,
    subject: str,
    detail: Mapping[str, str],
    reason: str,
) -> None:
    """Write one act down, in the transaction that does it."""
    values = {
        "at": at,
        "actor": actor,
        "act": act,
        "subject": subject,
        "detail": json.dumps(dict(detail)),
        "reason": reason,
    }
    connection.execute(insert(audit).values(**values))


def newest(connection: Connection, *, before: int = 0, limit: int = 50) -> list[Entry]:
    """The acts, newest first; with `before`, those with a lower id."""
    asked = (
        select(audit, members.c.username)
        .outerjoin(members, members.c.id == audit.c.actor)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if before:
        asked = asked.where(audit.c.id < before)
    return [
        Entry(
            id=row.id,
            at=row.at,
            actor=row.username or "",
            act=row.act,
            subject=row.subject,
            detail=json.loads(row.detail),
            reason=row.reason,
        )
        for row in connection.execute(asked)
    ]


def forget(connection: Connection, before: datetime) -> int:
    """Remove acts from before a moment; gives how many."""
    return connection.execute(delete(audit).where(audit.c.at < before)).rowcount
