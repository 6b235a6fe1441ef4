"""The audit log: what those in charge did, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    Select,
    String,
    Table,
    Text,
    delete,
    or_,
    select,
)

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.database.members.members import members

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
) -> int:
    """Write one act down, in the transaction that does it; gives its id."""
    values = {
        "at": at,
        "actor": actor,
        "act": act,
        "subject": subject,
        "detail": json.dumps(dict(detail)),
        "reason": reason,
    }
    return insert_numbered(connection, audit, values)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts: by a member (their id; 0: nobody's), that begin in some ways, about something.

    `since` and `until` are moments; `about` stands in what the act was done to. Empty or None: it
    does not matter.
    """

    actor: int | None = None
    begins: Sequence[str] = ()
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


ALL = Wanted()


def newest(
    connection: Connection, wanted: Wanted = ALL, *, before: int = 0, limit: int = 50
) -> list[Entry]:
    """The acts, newest first; with `before`, those with a lower id."""
    where = _conditions(wanted)
    if before:
        where.append(audit.c.id < before)
    asked = _asked().where(*where).order_by(audit.c.id.desc()).limit(limit)
    return [_entry(row) for row in connection.execute(asked)]


def get(connection: Connection, id: int) -> Entry | None:
    """The act with this id."""
    row = connection.execute(_asked().where(audit.c.id == id)).first()
    return _entry(row) if row else None


def actors(connection: Connection) -> list[str]:
    """The usernames of those whose acts are in the log."""
    asked = select(members.c.username).where(members.c.id.in_(select(audit.c.actor).distinct()))
    return list(connection.scalars(asked.order_by(members.c.folded)))


def _asked() -> Select[Any]:
    return select(audit, members.c.username).outerjoin(members, members.c.id == audit.c.actor)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.actor is not None:
        conditions.append(
            audit.c.actor == wanted.actor if wanted.actor else audit.c.actor.is_(None)
        )
    if wanted.begins:
        conditions.append(
            or_(*(audit.c.act.startswith(text, autoescape=True) for text in wanted.begins))
        )
    if wanted.about:
        conditions.append(audit.c.subject.icontains(wanted.about, autoescape=True))
    if wanted.since:
        conditions.append(audit.c.at >= wanted.since)
    if wanted.until:
        conditions.append(audit.c.at < wanted.until)
    return conditions


def _entry(row: Any) -> Entry:
    return filled(Entry, row, actor=row.username or "", detail=json.loads(row.detail))


def has(connection: Connection, act: str, mark: str) -> bool:
    """Whether an act of this kind was written down with a value that holds the mark."""
    asked = select(audit.c.id).where(audit.c.act == act, audit.c.detail.contains(mark))
    return connection.execute(asked.limit(1)).first() is not None


def forget(connection: Connection, before: datetime) -> int:
    """Remove acts from before a moment; gives how many."""
    return connection.execute(delete(audit).where(audit.c.at < before)).rowcount
