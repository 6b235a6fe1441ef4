"""The truth as plain rows, so that it moves between SQLite and PostgreSQL.

A row travels as JSON: moments as ISO 8601, bytes as base64. The projections do not travel.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    delete,
    insert,
    or_,
    select,
    text,
)

from wiki.database.engine import tables
from wiki.database.engine.postgres import unhurried
from wiki.database.engine.schema import Moment, truth

BATCH = 500


def lines(connection: Connection) -> Iterator[bytes]:
    """Every row of every table, one line of JSON each, parents before their children."""
    tables.load()
    for table in _travelling():
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
            values = {name: _out(value) for name, value in row._mapping.items()}
            yield json.dumps([table.name, values], ensure_ascii=False).encode() + b"\n"


def load(connection: Connection, written: Iterator[bytes]) -> int:
    """Put rows made by `lines` into an empty truth; gives how many.

    Tables and columns that are unknown here are an error: KeyError names the first.
    """
    tables.load()
    unhurried(connection)
    by_name = {table.name: table for table in _travelling()}
    for table in reversed(_travelling()):
        connection.execute(delete(table))
    count = 0
    parsed = (json.loads(line) for line in written)
    for name, rows in groupby(parsed, key=lambda row: row[0]):
        table = by_name[name]
        batch = [_row(table, values) for _, values in rows]
        for at in range(0, len(batch), BATCH):
            connection.execute(insert(table), batch[at : at + BATCH])
        count += len(batch)
        _move_counter(connection, table)
    return count


def _travelling() -> list[Table]:
    return [table for table in truth.sorted_tables if not table.info.get("stays")]


def _row(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {name: _in(table.c[name], value) for name, value in values.items()}


def _out(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _in(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, (Moment, DateTime)):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return datetime.fromisoformat(value).date()
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value)
    return value


def _move_counter(connection: Connection, table: Table) -> None:
    """PostgreSQL counts ids apart from the rows: go on after the highest one."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        if not isinstance(column.type, Integer) or column.foreign_keys:
            continue
        connection.execute(
            text(
                f'SELECT setval(seq, (SELECT coalesce(max("{column.name}"), 0) + 1 '
                f'FROM "{table.name}"), false) FROM pg_get_serial_sequence(:name, :column) AS seq '
                "WHERE seq IS NOT NULL"
            ).bindparams(name=table.name, column=column.name)
        )


# -- what is of one person --

SECRETS = frozenset(
    {"password", "hash", "secret", "secrets", "token", "nonce", "code", "codes", "recovery"}
)
"""Columns that nobody gets to see, the person included: who holds them could pass for them."""


def own(connection: Connection, member: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """For each table that names this member: its name and their rows, without secrets.

    Also what belongs to their rows (the former texts of a comment). Every table is asked, so that
    a new one cannot be forgotten.
    """
    tables.load()
    theirs: dict[str, list[Any]] = {"members": [member]}
    for table in truth.sorted_tables:
        where: list[ColumnElement[bool]] = [
            key.parent.in_(theirs[key.column.table.name])
            for key in table.foreign_keys
            if key.column.table.name in theirs and key.column.table is not table
        ]
        if table.name == "members":
            where.append(table.c.id == member)
        if not where:
            continue
        asked = select(table).where(or_(*where)).order_by(*table.primary_key.columns)
        rows = [row._mapping for row in connection.execute(asked)]
        if "id" in table.columns and table.name in OWNED:
            theirs[table.name] = [row["id"] for row in rows]
        if rows:
            yield table.name, [_shown(row) for row in rows]


OWNED = frozenset({"comments"})
"""Tables whose rows own rows in other tables, beside `members`."""


def _shown(row: Any) -> dict[str, Any]:
    return {name: _out(value) for name, value in row.items() if name not in SECRETS}
