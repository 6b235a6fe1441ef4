"""Choices that administrators made on the screen: settings, marks of the owner, the logo."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, Connection, LargeBinary, String, Table, Text, delete, insert, select

from wiki.database.engine import changes
from wiki.database.engine.schema import truth

MARK_LENGTH = 16

choices = Table(
    "choices",
    truth,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

logos = Table(
    "logos",
    truth,
    # The beginning of the picture's hash: its address, which is for ever the same picture.
    Column("mark", String(MARK_LENGTH), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)


def every(connection: Connection) -> dict[str, str]:
    """Everything that was chosen, by its name."""
    return {row.name: row.value for row in connection.execute(select(choices))}


def put(connection: Connection, chosen: Mapping[str, str | None]) -> None:
    """Keep what was chosen; None takes a choice back."""
    connection.execute(delete(choices).where(choices.c.name.in_(sorted(chosen))))
    kept = [{"name": name, "value": value} for name, value in chosen.items() if value is not None]
    if kept:
        connection.execute(insert(choices), kept)
    changes.record(connection, "choices", "")


def put_logo(connection: Connection, mark: str, data: bytes) -> None:
    """Keep a logo in the place of the one before; no data: keep none."""
    connection.execute(delete(logos))
    if data:
        connection.execute(insert(logos).values(mark=mark, data=data))
    changes.record(connection, "choices", "")


def logo_mark(connection: Connection) -> str:
    """The mark of the logo; empty if there is none."""
    return connection.scalar(select(logos.c.mark).limit(1)) or ""


def logo(connection: Connection, mark: str) -> bytes | None:
    """The logo with this mark, or None."""
    return connection.scalar(select(logos.c.data).where(logos.c.mark == mark))
