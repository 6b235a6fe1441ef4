"""How often a server is asked for the generation."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from wiki.database.engine import changes
from wiki.database.engine.database import Database


def change(database: Database) -> None:
    """Change something that a reader sees."""
    with database.write() as connection:
        changes.record(connection, "comment", 2)


def elsewhere(database: Database) -> None:
    """The same, in another request."""
    thread = threading.Thread(target=change, args=(database,))
    thread.start()
    thread.join()


@pytest.mark.postgres
def test_a_request_asks_once_and_again_after_it_wrote(postgres_url: str, tmp_path: Path) -> None:
    with closing(Database.open(postgres_url, tmp_path)) as database:
        database.begin_request()
        first = database.generation()
        elsewhere(database)
        assert database.generation() == first
        change(database)
        second = database.generation()
        assert second != first
        database.end_request()
        elsewhere(database)
        assert database.generation() != second
