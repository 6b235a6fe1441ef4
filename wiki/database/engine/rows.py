"""Whole tables, to compare one database's rows with another's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, select


def contents(connection: Connection, table: Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Every row of a table by its primary key."""
    keys = [column.name for column in table.primary_key]
    return {
        tuple(row[key] for key in keys): dict(row)
        for row in connection.execute(select(table)).mappings()
    }
