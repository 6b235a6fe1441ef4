"""Remotes: the table and its queries. What proves who the wiki is stands there sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.domain.exchange.remotes import Remote, State, Way

remotes = Table(
    "remotes",
    truth,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("address", String(500), nullable=False),
    Column("branch", String(100), nullable=False),
    Column("way", String(10), nullable=False),
    Column("user", String(100), nullable=False),
    Column("secret", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("host_keys", Text, nullable=False, server_default=""),
    Column("owner", ForeignKey("members.id"), nullable=False),
    Column("made", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("problem", String(60), nullable=False),
    Column("detail", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("seen", String(64), nullable=False),
    Column("tried", Moment),
    Column("synced", Moment),
    Column("due", Moment, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class NewRemote:
    """What a remote is made of."""

    name: str
    address: str
    branch: str
    way: Way
    user: str
    secret: str
    public_key: str
    owner: int
    made: datetime


def add(connection: Connection, new: NewRemote) -> int:
    """Keep a remote; gives its id."""
    values = {
        "name": new.name,
        "address": new.address,
        "branch": new.branch,
        "way": new.way.value,
        "user": new.user,
        "secret": new.secret,
        "public_key": new.public_key,
        "owner": new.owner,
        "made": new.made,
        "state": State.NEW.value,
        "problem": "",
        "detail": "",
        "failures": 0,
        "seen": "",
        "due": new.made,
    }
    key = connection.execute(insert(remotes).values(**values)).inserted_primary_key
    return int(key[0])  # type: ignore[index]


def every(connection: Connection) -> list[Remote]:
    """All remotes, by name."""
    asked = select(remotes).order_by(func.lower(remotes.c.name), remotes.c.id)
    return [_remote(row) for row in connection.execute(asked)]


def get(connection: Connection, id: int) -> Remote | None:
    """The remote with that id, or None."""
    row = connection.execute(select(remotes).where(remotes.c.id == id)).first()
    return _remote(row) if row else None


def due(connection: Connection, now: datetime, head: str) -> Remote | None:
    """The remote that waits longest: its time has come, or the branch moved since."""
    moved = (remotes.c.state == State.WELL.value) & (remotes.c.seen != head)
    asked = select(remotes).where(or_(remotes.c.due <= now, moved)).order_by(remotes.c.due).limit(1)
    row = connection.execute(asked).first()
    return _remote(row) if row else None


def change(connection: Connection, id: int, values: Mapping[str, Any]) -> None:
    """Note how it goes with a remote."""
    connection.execute(update(remotes).where(remotes.c.id == id).values(**values))


def remove(connection: Connection, id: int) -> None:
    """Forget a remote."""
    connection.execute(delete_from(remotes).where(remotes.c.id == id))


def _remote(row: Any) -> Remote:
    return filled(Remote, row, way=Way(row.way), state=State(row.state))
