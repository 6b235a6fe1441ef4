"""A database of each kind, for tests of queries and connections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wiki.database.engine.database import Database


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database, once in SQLite and once in PostgreSQL."""
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()
