"""Inserting a row, or changing the one that is there: each database has its own words for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert


def insert_numbered(connection: Connection, table: Table, values: Mapping[str, object]) -> int:
    """Insert a row to which the database gives a number; gives that."""
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def insert_or(connection: Connection, table: Table) -> Any:
    """An `insert` of this table that has `on_conflict_do_update`."""
    if connection.dialect.name == "postgresql":
        # Slow to load, and in most wikis not there.
        from sqlalchemy.dialects.postgresql import insert as for_postgres

        return for_postgres(table)
    from sqlalchemy.dialects.sqlite import insert as for_sqlite

    return for_sqlite(table)
