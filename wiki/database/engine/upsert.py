"""Inserting a row or changing the one that is there: each database has its own words for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table


def insert_or(connection: Connection, table: Table) -> Any:
    """An `insert` of this table that has `on_conflict_do_update`."""
    if connection.dialect.name == "postgresql":
        # Slow to load, and in most wikis not there.
        from sqlalchemy.dialects.postgresql import insert as for_postgres

        return for_postgres(table)
    from sqlalchemy.dialects.sqlite import insert as for_sqlite

    return for_sqlite(table)
