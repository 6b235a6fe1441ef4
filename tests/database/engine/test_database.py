"""Connections: snapshots, versions, swaps, threads, forks."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Connection, Integer, Table, insert
from sqlalchemy.exc import DBAPIError

from wiki.database.engine import changes, progress
from wiki.database.engine.database import Database
from wiki.database.history.history import commits, revisions
from wiki.database.history.lineage import places
from wiki.domain.errors import Unavailable


def follow(connection: Connection, commit: str) -> None:
    progress.put(connection, "history", commit, 1)


def followed(database: Database) -> str:
    with database.read() as connection:
        return progress.get(connection, "history")[0]


def test_a_reader_sees_truth_and_projections_and_cannot_write(database: Database) -> None:
    with database.write() as connection:
        changes.record(connection, "comment", 1)
    with database.project() as connection:
        follow(connection, "a" * 40)
    with database.read() as connection:
        assert changes.current(connection) == 1
        assert progress.get(connection, "history") == ("a" * 40, 1)
        with pytest.raises(DBAPIError):
            changes.record(connection, "comment", 2)


def test_a_writer_of_either_side_does_not_wait_for_the_other(database: Database) -> None:
    with database.write() as truth, database.project() as projected:
        changes.record(truth, "comment", 1)
        follow(projected, "a" * 40)
    assert followed(database) == "a" * 40


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        changes.record(connection, "comment", 1)
        raise RuntimeError
    with database.read() as connection:
        assert changes.current(connection) == 0


def test_version_changes_with_either_side_and_only_then(database: Database) -> None:
    seen = [database.version(), database.version()]
    assert seen[0] == seen[1]
    with database.write() as connection:
        changes.record(connection, "comment", 1)
    seen.append(database.version())
    with database.project() as connection:
        follow(connection, "a" * 40)
    seen.append(database.version())
    with database.aside() as connection:
        follow(connection, "a" * 40)
    seen.append(database.version())
    assert len(set(seen)) == 4
    assert database.version() == seen[-1]


def test_what_is_made_aside_is_seen_only_at_the_end(database: Database) -> None:
    with database.project() as connection:
        follow(connection, "old")
    with database.aside() as connection:
        follow(connection, "new")
        assert followed(database) == "old"
    assert followed(database) == "new"


def test_a_broken_rebuild_leaves_the_live_projections(database: Database) -> None:
    with database.project() as connection:
        follow(connection, "old")
    with pytest.raises(RuntimeError), database.aside() as connection:
        follow(connection, "new")
        raise RuntimeError
    assert followed(database) == "old"
    with database.aside() as connection:
        follow(connection, "newer")
    assert followed(database) == "newer"


def test_rebuilding_twice_removes_files_that_nobody_reads(database: Database) -> None:
    for number in range(4):
        with database.aside() as connection:
            follow(connection, str(number))
    assert followed(database) == "3"


def test_a_wiki_that_grows_is_asked_as_suits_what_it_holds(tmp_path: Path) -> None:
    """By statistics of its first commit a member's page took ten seconds."""
    with closing(Database.open("", tmp_path)) as database:
        with database.aside() as connection:
            grow(connection, 7, commit="begin")
        database.measure()
        assert "SCAN c" in plan(database)
        with database.project() as connection:
            for number in range(3_000):
                grow(connection, 1, commit=str(number), author=f"author {number % 90}")
        assert "SCAN c" in plan(database)
        database.measure()
        assert "SCAN" not in plan(database)
        version = database.version()
        database.measure()
        assert database.version() == version


def grow(connection: Connection, number: int, *, commit: str, author: str = "begin") -> None:
    """Add a commit with so many revisions of new pages."""
    for at in range(number):
        page = f"{commit} {at}"
        add(connection, revisions, commit=commit, path=page, page=page, author=author)
        add(connection, places, page=page, path=page)
    add(connection, commits, commit=commit, written=datetime(2026, 12, 1, tzinfo=UTC))


def add(connection: Connection, table: Table, **values: object) -> None:
    """Add a row, in which what is not said is empty."""
    empty = {
        column.name: 0 if isinstance(column.type, (Integer, Boolean)) else ""
        for column in table.columns
        if not column.nullable
    }
    connection.execute(insert(table).values({**empty, **values}))


_asked = count()
_DAYS = """SELECT c.written, count(*) FROM projections.revisions r
    JOIN projections.commits c ON c."commit" = r."commit"
    JOIN projections.places p ON p.page = r.page
    WHERE r.author = 'author 7' AND NOT EXISTS (SELECT * FROM hidden_revisions h
        WHERE h."commit" = r."commit" AND h.path = r.path AND h.part = 'author')
    GROUP BY c.written"""


def plan(database: Database) -> str:
    """How a connection that was used before finds the days on which an author wrote."""
    with database.read() as connection:
        connection.exec_driver_sql(_DAYS).all()
        # A statement that explains is not prepared anew as one that reads is.
        explain = f"EXPLAIN QUERY PLAN {_DAYS} -- {next(_asked)}"
        return "\n".join(row[3] for row in connection.exec_driver_sql(explain))


def test_threads_share_a_database(database: Database) -> None:
    def count() -> None:
        for _ in range(10):
            with database.write() as connection:
                changes.record(connection, "comment", 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert changes.current(connection) == 40


def test_a_forked_child_has_connections_of_its_own(database: Database) -> None:
    with database.project() as connection:
        follow(connection, "a")
    with database.read() as connection:
        assert progress.get(connection, "history")[0] == "a"
        child = os.fork()
        if not child:
            try:
                same = followed(database) == "a" and database.version() == database.version()
            finally:
                os._exit(0 if same else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert progress.get(connection, "history")[0] == "a"


def test_another_kind_of_database_is_refused(tmp_path: object) -> None:
    with pytest.raises(Unavailable):
        Database.open("mysql://localhost/x", tmp_path)  # type: ignore[arg-type]
