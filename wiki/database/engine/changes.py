"""Changes in SQL that a reader sees: rows for the worker, a generation for caches."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import truth

COMMENT = "comment"

changes = Table(
    "changes",
    truth,
    Column("id", Integer, primary_key=True),
    Column("noun", String(20), nullable=False),
    Column("key", String(250), nullable=False),
    sqlite_autoincrement=True,
)

untold = Table(
    "untold",
    truth,
    Column("id", Integer, primary_key=True),
    Column("comment", Integer, nullable=False),
    sqlite_autoincrement=True,
)
"""Comments that changed since members were last told of them, one row for each change."""

generation = Table(
    "generation",
    truth,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Change:
    """Something of this noun (`comment`, `member`, `rule`, ...) with this key changed."""

    id: int
    noun: str
    key: str


def record(connection: Connection, noun: str, key: str | int) -> None:
    """Note, in the caller's transaction, that a reader now sees something else.

    The generation goes first and gives the rows their number: whoever raised it holds its row until
    the commit, so numbers are given in the order of commits. A sequence's are not, and who follows
    the queue would pass by a lower number that is committed later.
    """
    raised = update(generation).values(number=generation.c.number + 1)
    number = connection.scalar(raised.returning(generation.c.number))
    connection.execute(insert(changes).values(id=number, noun=noun, key=str(key)))
    if noun == COMMENT:
        connection.execute(insert(untold).values(id=number, comment=int(key)))


def begin(connection: Connection) -> None:
    """Make the row that holds the generation, where a database has none yet.

    It stands above every row that waits: their numbers are not given twice.
    """
    if connection.scalar(select(generation.c.number)) is None:
        connection.execute(insert(generation).values(id=1, number=0))
    highest = max(connection.scalar(select(func.max(t.c.id))) or 0 for t in (changes, untold))
    raised = update(generation).where(generation.c.number < highest).values(number=highest)
    connection.execute(raised)


def current(connection: Connection) -> int:
    """The generation: higher after every change that a reader sees."""
    return connection.scalar(select(generation.c.number)) or 0


def pending(connection: Connection, limit: int = 500) -> list[Change]:
    """The oldest changes not yet processed, at most `limit`."""
    rows = connection.execute(select(changes).order_by(changes.c.id).limit(limit))
    return [filled(Change, row) for row in rows]


def done(connection: Connection, last: int) -> None:
    """Forget the changes up to and including id `last`."""
    connection.execute(delete(changes).where(changes.c.id <= last))
