"""A database that is locked, away or replaced: a refusal with a code, never a lost write."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from wiki.database.engine import changes, faults, progress
from wiki.database.engine.database import Database
from wiki.database.engine.sqlite import POINTER
from wiki.domain.errors import Unavailable


def record(database: Database) -> None:
    with database.write() as connection:
        changes.record(connection, "comment", 1)


def refused(database: Database) -> str:
    with pytest.raises(Unavailable) as refusal:
        record(database)
    return refusal.value.code


def test_locked_from_outside_is_said_soon(tmp_path: Path) -> None:
    with (
        closing(Database.open("", tmp_path)) as database,
        closing(sqlite3.connect(tmp_path / "wiki.db", isolation_level=None)) as outside,
    ):
        outside.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert refused(database) == "database_locked"
        assert time.monotonic() - began < 15, "twenty seconds were seen"
        outside.execute("ROLLBACK")
        record(database)


def test_a_file_that_went_or_was_replaced_is_not_written(tmp_path: Path) -> None:
    with closing(Database.open("", tmp_path)) as database:
        record(database)
        known = database.version()
        file = tmp_path / "wiki.db"
        away = file.rename(tmp_path / "away")
        assert refused(database) == "database_replaced"
        assert database.version() == known
        file.write_bytes(away.read_bytes())
        assert refused(database) == "database_replaced"
        away.rename(file)
        record(database)
        assert database.version() != known


def test_what_was_committed_does_not_depend_on_the_log(tmp_path: Path) -> None:
    with closing(Database.open("", tmp_path)) as database:
        record(database)
        database.harden()
        assert (tmp_path / "wiki.db-wal").stat().st_size == 0


def test_projections_that_went_under_their_readers_are_found_again(tmp_path: Path) -> None:
    with closing(Database.open("", tmp_path)) as database:
        with database.read() as connection:
            progress.everything(connection)
        file = tmp_path / f"projections-{(tmp_path / POINTER).read_text()}.db"
        file.write_bytes(b"garbage" * 5_000)
        with pytest.raises(Unavailable), database.project() as connection:
            progress.put(connection, "history", "abc", 1)
        file.unlink()
        assert database.heal()
        assert database.is_blank()
        with database.project() as connection:
            progress.put(connection, "history", "abc", 1)
        with database.read() as connection:
            assert progress.get(connection, "history") == ("abc", 1)


@pytest.mark.postgres
def test_a_session_that_was_ended_is_a_refusal_and_the_next_one_works(
    postgres_server: str, tmp_path: Path
) -> None:
    with closing(Database.open(f"{postgres_server}/postgres", tmp_path)) as database:
        end = text("SELECT pg_terminate_backend(:pid)")
        with pytest.raises(Unavailable) as refusal, database.write() as connection:
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
            with database.write() as killer:
                killer.execute(end, {"pid": pid})
            changes.record(connection, "comment", 1)
        assert refusal.value.code == "database_away"
        record(database)


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_meanwhile_is_no_fault(
    postgres_url: str, tmp_path: Path
) -> None:
    with closing(Database.open(postgres_url, tmp_path)) as database:
        own = text("SELECT pg_backend_pid()")
        ended = []
        for using in (database.read, database.write, database.project):
            with using() as connection:
                ended.append(connection.scalar(own))
        with database.beside().connect() as other:
            for pid in ended:
                other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        assert database.generation() is not None
        record(database)
        with database.project() as connection:
            assert connection.scalar(own) not in ended


@pytest.mark.postgres
def test_who_stands_still_in_a_transaction_keeps_nobody_for_long(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database.open(postgres_url, tmp_path)) as other:
        monkeypatch.setattr("wiki.database.engine.postgres.STILL", 1)
        with closing(Database.open(postgres_url, tmp_path)) as frozen:
            with pytest.raises(Unavailable) as refusal, frozen.write() as connection:
                changes.record(connection, "comment", 1)
                # Waits for the number that the other one took.
                record(other)
            assert refusal.value.code == "database_away"


def test_an_error_of_our_own_stays_what_it_is(tmp_path: Path) -> None:
    with (
        closing(Database.open("", tmp_path)) as database,
        pytest.raises(Exception, match="syntax error"),
        database.write() as connection,
    ):
        connection.execute(text("SELEC 1"))


def test_nothing_listens(tmp_path: Path) -> None:
    url = make_url("postgresql://denktank@127.0.0.1:1/wiki").render_as_string()
    with pytest.raises(Unavailable) as refusal:
        Database.open(url, tmp_path)
    assert refusal.value.code == "database_away"


def test_a_server_that_does_not_even_refuse_is_away() -> None:
    psycopg = pytest.importorskip("psycopg")
    for error in (psycopg.errors.ConnectionTimeout("expired"), psycopg.OperationalError("refused")):
        fault = faults.seen(DBAPIError("SELECT 1", {}, error))
        assert fault
        assert fault.code == faults.AWAY
