"""Which wiki a database holds: a mark that its data folder has too, so that neither is mistaken.

Without it, a database that is missing, emptied, rolled back or another wiki's looks like a new one.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Column, Connection, Integer, String, Table, delete, insert, inspect, select

from wiki.database.engine.schema import truth

identity = Table(
    "identity",
    truth,
    Column("id", Integer, primary_key=True),
    Column("mark", String(32), nullable=False),
)


def new() -> str:
    """A mark that no other wiki has."""
    return secrets.token_hex(16)


def get(connection: Connection) -> str:
    """The mark of the wiki in this database; empty if it holds none (also without any table)."""
    if not inspect(connection).has_table(identity.name):
        return ""
    return connection.scalar(select(identity.c.mark)) or ""


def put(connection: Connection, mark: str) -> None:
    """This database holds the wiki with this mark."""
    connection.execute(delete(identity))
    connection.execute(insert(identity).values(id=1, mark=mark))


def ensure(connection: Connection) -> str:
    """The mark of the wiki in this database, in a transaction that may write; made if need be."""
    mark = get(connection)
    if not mark:
        mark = new()
        put(connection, mark)
    return mark
