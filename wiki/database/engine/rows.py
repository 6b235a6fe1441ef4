"""Rows of a table, many at once: to compare one database with another, to read and write fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Table, insert, select
from sqlalchemy.sql import CompoundSelect, Select
from sqlalchemy.sql.compiler import SQLCompiler


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
    schema = _schemas(connection).get(table.schema, table.schema)
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


def asked(
    connection: Connection,
    query: Select[Any] | CompoundSelect[Any],
    lists: Mapping[str, Sequence[str]],
) -> CursorResult[Any]:
    """Ask a query that was built once and takes lists of texts; rows are as the database has them.

    A list is filled up with its last text, so that the statements are few: neither SQLAlchemy nor
    the database reads anew what it read before.
    """
    full = {name: _filled(values) for name, values in lists.items()}
    sizes = tuple((name, len(values)) for name, values in full.items())
    schemas = tuple(_schemas(connection).items())
    statement, order = _asking(query, sizes, schemas, connection.dialect)
    if connection.dialect.positional:
        return connection.exec_driver_sql(
            statement, tuple([full[name][at] for _, name, at in order])
        )
    return connection.exec_driver_sql(statement, {said: full[name][at] for said, name, at in order})


def _filled(values: Sequence[str]) -> list[str]:
    size = 1 << (len(values) - 1).bit_length() if values else 0
    return [*values, *list(values[-1:]) * (size - len(values))]


@lru_cache(256)
def _asking(
    query: Select[Any] | CompoundSelect[Any],
    sizes: tuple[tuple[str, int], ...],
    schemas: tuple[tuple[str | None, str | None], ...],
    dialect: Dialect,
) -> tuple[str, tuple[tuple[str, str, int], ...]]:
    """The statement, and in its order what each value is called, its list and its place there."""
    made = query.compile(
        dialect=dialect, schema_translate_map=dict(schemas), render_schema_translate=bool(schemas)
    )
    assert isinstance(made, SQLCompiler)
    state = made.construct_expanded_state({name: [""] * size for name, size in sizes})
    places = {
        said: (said, name, at)
        for name, all_said in state.parameter_expansion.items()
        for at, said in enumerate(all_said)
    }
    return state.statement, tuple(places[said] for said in state.positiontup or places)


def _schemas(connection: Connection) -> Mapping[str | None, str | None]:
    return connection.get_execution_options().get("schema_translate_map") or {}
