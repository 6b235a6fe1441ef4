"""Rows of a table, many at once: to compare one database with another, to write fast."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert, select


def contents(connection: Connection, table: Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Every row of a table by its primary key."""
    keys = [column.name for column in table.primary_key]
    return {
        tuple(row[key] for key in keys): dict(row)
        for row in connection.execute(select(table)).mappings()
    }


def insert_tuples(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values stand in the order of the table's columns.

    SQLAlchemy sees to the statement alone: what it does for each value takes longer than the
    database takes to write it. So there must be nothing to do: text, numbers and truth values.
    """
    if not rows:
        return
    schemas = connection.get_execution_options().get("schema_translate_map", {})
    schema = schemas.get(table.schema, table.schema)
    statement, names = _insertion(table, schema, connection.dialect)
    given: list[Any] = list(rows)
    if names:
        given = [dict(zip(names, row, strict=True)) for row in rows]
    connection.exec_driver_sql(statement, given)


@lru_cache(32)
def _insertion(table: Table, schema: str | None, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """The statement, and what it calls its values; nothing if it takes them by their order."""
    made = insert(table).compile(
        dialect=dialect,
        schema_translate_map={table.schema: schema},
        render_schema_translate=True,
    )
    names = tuple(column.name for column in table.c)
    return str(made), () if dialect.positional else names
