"""Connections: snapshots, versions, swaps, threads, forks."""

from __future__ import annotations

import os
import threading

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from wiki.database.engine import changes, progress
from wiki.database.engine.database import Database
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
