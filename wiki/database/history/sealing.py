"""The secret with which the wiki seals its own commits, and what it believes without a seal."""

from __future__ import annotations

import secrets

from sqlalchemy import Column, Connection, Integer, String, Table, select

from wiki.database.engine.schema import truth
from wiki.database.engine.upsert import insert_or

sealing = Table(
    "sealing",
    truth,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("secret", String(64), nullable=False),
    # The newest commit when sealing began; empty: there was none.
    Column("believed", String(64), nullable=False),
)

_ONLY = 1


def get(connection: Connection) -> tuple[bytes, str] | None:
    """The secret, and up to which commit those without a seal are believed; None: neither yet."""
    row = connection.execute(select(sealing.c.secret, sealing.c.believed)).first()
    return (row.secret.encode(), row.believed) if row else None


def begin(connection: Connection, head: str) -> None:
    """Make the secret, unless there is one; what leads up to the head is believed for good."""
    new = insert_or(connection, sealing).values(
        id=_ONLY, secret=secrets.token_urlsafe(32), believed=head
    )
    connection.execute(new.on_conflict_do_nothing())
