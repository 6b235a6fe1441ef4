"""Every table of the truth travels, also those that were added since; some stay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, delete, insert, select

from wiki.database.engine import dump, tables
from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.database.engine.schema import STAYS, Moment, truth

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def value(column: Column[Any]) -> Any:
    """Something that this column takes; ids are 1, so that every reference holds."""
    kinds: tuple[tuple[type, Any], ...] = (
        (Moment, NOW),
        (Boolean, True),
        (Integer, 1),
        (LargeBinary, b"\x00\xff"),
    )
    found = next((some for kind, some in kinds if isinstance(column.type, kind)), None)
    return f"é{column.name}"[:7] if found is None else found


def rows(connection: Connection) -> dict[str, list[Any]]:
    tables = [table for table in truth.sorted_tables if table.info != STAYS]
    return {table.name: list(connection.execute(select(table))) for table in tables}


def test_a_row_of_every_table_comes_back(database: Database, tmp_path: Path) -> None:
    tables.load()
    every: list[Table] = truth.sorted_tables
    with database.write() as connection:
        for table in reversed(every):
            connection.execute(delete(table))
        for table in every:
            connection.execute(
                insert(table).values({column.name: value(column) for column in table.columns})
            )
    with database.read() as connection:
        before = rows(connection)
        written = list(dump.lines(connection))
    assert len(written) == len(before)
    assert not [line for line in written if line.startswith(b'["git_')]
    (tmp_path / "other").mkdir()
    other = Database.open("", tmp_path / "other")
    with other.write() as connection:
        assert dump.load(connection, iter(written)) == len(before)
    with other.read() as connection:
        assert rows(connection) == before
    other.close()
