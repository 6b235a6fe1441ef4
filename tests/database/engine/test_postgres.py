"""What only PostgreSQL does: tables are thrown away or packed while others read them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from wiki.database.engine.database import Database
from wiki.database.engine.schema import projections, truth

pytestmark = pytest.mark.postgres


def make_aside(database: Database) -> None:
    """Let new lists take the place of the old ones."""
    with database.aside():
        pass


@pytest.mark.parametrize("throw_away", [Database.reset, make_aside])
def test_nobody_who_reads_several_lists_is_ended_by_who_drops_them(
    postgres_url: str, tmp_path: Path, throw_away: Callable[[Database], None]
) -> None:
    reader, other = (Database.open(postgres_url, tmp_path) for _ in range(2))
    tables = [f"projections.{table.name}" for table in projections.sorted_tables]
    held = tables[len(tables) // 2]
    with reader.read() as connection:
        look(connection, held)
        dropping = threading.Thread(target=throw_away, args=[other], daemon=True)
        dropping.start()
        dropping.join(0.5)
        # Some of them are locked before the one that is held here, whatever the order.
        for table in tables:
            look(connection, table)
    dropping.join(30)
    assert not dropping.is_alive()
    for database in (reader, other):
        with database.read() as connection:
            look(connection, held)
        database.close()


def test_what_is_gone_is_taken_off_the_disk_while_others_read(
    postgres_url: str, tmp_path: Path
) -> None:
    reader, other = (Database.open(postgres_url, tmp_path) for _ in range(2))
    with reader.read() as connection:
        look(connection, truth.sorted_tables[0].name)
        compacting = threading.Thread(target=other.compact, daemon=True)
        compacting.start()
        compacting.join(1)
        for table in truth.sorted_tables:
            look(connection, table.name)
        assert compacting.is_alive()
    compacting.join(30)
    assert not compacting.is_alive()
    reader.close()
    other.close()


def look(connection: Connection, table: str) -> None:
    """Ask a list for something."""
    connection.execute(text(f"SELECT count(*) FROM {table}")).all()
