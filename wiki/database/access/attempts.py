"""Attempts at what is limited, counted over all processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, String, Table, func, insert, select
from sqlalchemy import delete as delete_from

from wiki.database.engine.schema import Moment, truth

attempts = Table(
    "attempts",
    truth,
    Column("id", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("key", String(64), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "kind", "key", "at"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many attempts there were, and the last one's moment (None if there was none)."""

    number: int
    last: datetime | None


def count(connection: Connection, kind: str, key: str, since: datetime) -> Count:
    """The attempts of this kind under this key since a moment."""
    where = (attempts.c.kind == kind, attempts.c.key == key, attempts.c.at > since)
    row = connection.execute(
        select(func.count(), func.max(attempts.c.at, type_=Moment)).where(*where)
    ).one()
    return Count(row[0], row[1])


def add(connection: Connection, kind: str, key: str, at: datetime) -> None:
    """One more attempt."""
    connection.execute(insert(attempts).values(kind=kind, key=key, at=at))


def clear(connection: Connection, kind: str, key: str) -> None:
    """Forget the attempts of this kind under this key."""
    where = (attempts.c.kind == kind, attempts.c.key == key)
    connection.execute(delete_from(attempts).where(*where))


def take_back(connection: Connection, kind: str, key: str) -> None:
    """Forget the last attempt of this kind under this key: it was no failure."""
    last = select(func.max(attempts.c.id)).where(attempts.c.kind == kind, attempts.c.key == key)
    connection.execute(delete_from(attempts).where(attempts.c.id == last.scalar_subquery()))


def forget(connection: Connection, before: datetime) -> int:
    """Remove attempts from before a moment; gives how many."""
    return connection.execute(delete_from(attempts).where(attempts.c.at < before)).rowcount
