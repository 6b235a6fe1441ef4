"""A database that is missing, empty or another wiki's is never taken for a new wiki."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import shutil
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

import pytest

from tests.fixtures.running import PASSWORD, denktank
from wiki.database.engine import changes
from wiki.database.engine.faults import LOCKED
from wiki.domain.access.rights import Role
from wiki.domain.errors import Unavailable
from wiki.engine import Wiki, open_wiki
from wiki.identity import FILE, REACHED, reach, reached
from wiki.services.members import members
from wiki.settings import Settings

FORK = multiprocessing.get_context("fork")
T = TypeVar("T")


def make(data: Path, url: str = "") -> Settings:
    """A wiki with an administrator whose account is in the log beside the database only."""
    settings = Settings(data=data, database_url=url)
    wiki = open_wiki(settings)
    members.add(wiki, username="chef", email="", password=PASSWORD, role=Role.ADMIN)
    wiki.close()
    return settings


def refused(settings: Settings) -> str:
    with pytest.raises(Unavailable) as refusal:
        open_wiki(settings)
    return refusal.value.code


def number(wiki: Wiki) -> int:
    with wiki.database.read() as connection:
        return changes.current(connection)


def change(data: Path, count: int, told: Connection) -> None:
    """In a process of its own: change what readers see, so many times; tell of each, and wait."""
    wiki = patiently(lambda: open_wiki(Settings(data=data)))

    def one() -> int:
        with wiki.database.write() as connection:
            changes.record(connection, "rule", "")
            return changes.current(connection)

    for _ in range(count):
        told.send(patiently(one))
    signal.pause()


def patiently(do: Callable[[], T]) -> T:
    """Do it, however long others write."""
    while True:
        try:
            return do()
        except Unavailable as error:
            if error.code != LOCKED:
                raise


def killed(
    data: Path, count: int, *, writers: int = 1, wait_for: int = 1, seconds: float = 0.0
) -> int:
    """Let processes change the wiki, kill them; gives the last change that one of them told.

    Each has told of so many first, and goes on for so many seconds.
    """
    told, started = [], []
    for _ in range(writers):
        here, there = FORK.Pipe(duplex=False)
        writer = FORK.Process(target=change, args=(data, count, there))
        writer.start()
        there.close()
        started.append((writer, here))
    for _, here in started:
        told += [here.recv() for _ in range(wait_for)]
    time.sleep(seconds)
    for writer, here in started:
        writer.kill()
        writer.join()
        # The last of what it said may be cut off.
        with here, contextlib.suppress(EOFError, OSError):
            while True:
                told.append(here.recv())
    return max(told)


def delete(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def begin_anew(file: Path) -> None:
    other = file.parent.parent / "other"
    open_wiki(Settings(data=other)).close()
    shutil.copy(other / "wiki.db", file)


@pytest.mark.parametrize(
    ("harm", "code"),
    [(delete, "database_lost"), (empty, "database_lost"), (begin_anew, "database_foreign")],
)
def test_a_wiki_whose_people_are_gone_is_not_begun_anew(
    tmp_path: Path, harm: Callable[[Path], None], code: str
) -> None:
    settings = make(tmp_path / "wiki")
    file = settings.data / "wiki.db"
    kept = file.read_bytes()
    harm(file)
    for _ in range(2):
        assert refused(settings) == code
    assert not (settings.data / "setup-link").exists()
    file.write_bytes(kept)
    open_wiki(settings).close()


def test_people_do_not_depend_on_the_log_beside_the_database(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "wiki")
    wiki = open_wiki(settings)
    members.add(wiki, username="chef", email="", password=PASSWORD, role=Role.ADMIN)
    # As after a power cut that took the log with it.
    shutil.copytree(settings.data, tmp_path / "copy", ignore=shutil.ignore_patterns("*.db-*"))
    wiki.close()
    copy = open_wiki(Settings(data=tmp_path / "copy"))
    assert not members.needs_setup(copy)
    copy.close()


def test_people_that_were_rolled_back_are_missed(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "wiki")
    open_wiki(settings).close()
    before = (settings.data / "wiki.db").read_bytes()
    make(settings.data)
    for file in settings.data.glob("wiki.db*"):
        file.unlink()
    (settings.data / "wiki.db").write_bytes(before)
    assert refused(settings) == "database_short"
    (settings.data / REACHED).unlink()
    assert refused(settings) == "database_lost"


def lose_the_log(data: Path) -> None:
    for end in ("-wal", "-shm"):
        (data / f"wiki.db{end}").unlink()


def roll_back(data: Path) -> None:
    lose_the_log(data)
    shutil.copy(data.parent / "before.db", data / "wiki.db")


@pytest.mark.parametrize("harm", [lose_the_log, roll_back])
def test_a_database_that_is_older_than_what_was_answered_is_missed(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    settings = make(tmp_path / "wiki")
    shutil.copy(settings.data / "wiki.db", tmp_path / "before.db")
    # Few enough that all of them are in the log alone.
    answered = killed(settings.data, 9, wait_for=9)
    shutil.copytree(settings.data, tmp_path / "whole")
    harm(settings.data)
    done = denktank("serve", "--data", settings.data, "--port", "0")
    assert done.returncode == 2
    assert "wiki.db-wal" in done.stderr
    assert "--adopt" in done.stderr
    assert "/setup/" not in done.stdout + done.stderr
    assert refused(settings) == "database_short"

    # Put back it is whole; believed as it is, it goes on from there.
    whole = open_wiki(Settings(data=tmp_path / "whole"))
    assert number(whole) >= answered
    whole.close()
    done = denktank("init", "--adopt", "--empty", "--data", settings.data)
    assert done.returncode == 0, done.stderr
    adopted = open_wiki(settings)
    assert number(adopted) < answered
    members.add(adopted, username="lida", email="", password=PASSWORD, role=Role.EDITOR)
    adopted.close()
    open_wiki(settings).close()


@pytest.mark.slow
def test_processes_that_are_killed_never_make_a_database_look_old(tmp_path: Path) -> None:
    settings = make(tmp_path / "wiki")
    for turn in range(20):
        writers, seconds = 1 + turn % 2, random.uniform(0, 0.1)
        answered = killed(settings.data, 1_000_000, writers=writers, seconds=seconds)
        assert reached(settings.data) > 0
    wiki = open_wiki(settings)
    assert number(wiki) >= answered
    wiki.close()


def test_a_copy_made_file_by_file_of_a_wiki_that_runs_is_not_old(tmp_path: Path) -> None:
    settings = make(tmp_path / "wiki")
    wiki = open_wiki(settings)
    (tmp_path / "copy").mkdir()
    for file in sorted(settings.data.iterdir()):
        if file.is_file():
            with wiki.database.write() as connection:
                changes.record(connection, "rule", "")
            shutil.copy(file, tmp_path / "copy")
    wiki.close()
    open_wiki(Settings(data=tmp_path / "copy")).close()


@pytest.mark.parametrize("said", [b"", b"0" * 20, b"9", b"99999999999999999 98", b"\0" * 20])
def test_a_note_that_says_nothing_stops_nothing(tmp_path: Path, said: bytes) -> None:
    settings = make(tmp_path / "wiki")
    (settings.data / REACHED).write_bytes(said)
    open_wiki(settings).close()
    reach(settings.data, 7)
    reach(settings.data, 3)
    assert reached(settings.data) == 7


def test_a_folder_from_before_there_were_marks_gets_one(tmp_path: Path) -> None:
    settings = make(tmp_path / "wiki")
    (settings.data / FILE).unlink()
    open_wiki(settings).close()
    (settings.data / "wiki.db").unlink()
    assert refused(settings) == "database_lost"


def test_the_command_says_what_to_do_and_shows_no_link(tmp_path: Path) -> None:
    settings = make(tmp_path / "wiki")
    for file in settings.data.glob("wiki.db*"):
        file.unlink()
    done = denktank("serve", "--data", settings.data, "--port", "0")
    assert done.returncode == 2
    assert "restore" in done.stderr
    assert "denktank init" in done.stderr
    assert "/setup/" not in done.stdout + done.stderr


@pytest.mark.postgres
def test_a_database_belongs_to_one_folder(tmp_path: Path, postgres_url: str) -> None:
    settings = make(tmp_path / "wiki", postgres_url)
    open_wiki(settings).close()
    other = Settings(data=tmp_path / "other", database_url=postgres_url)
    assert refused(other) == "database_taken"
    make(tmp_path / "third")
    assert refused(Settings(data=tmp_path / "third", database_url=postgres_url)) == (
        "database_foreign"
    )
    (other.data / "denktank.cfg").write_text(f"DATABASE_URL = {postgres_url}\n")
    done = denktank("init", "--adopt", "--empty", "--data", other.data)
    assert done.returncode == 0, done.stderr
    open_wiki(other).close()
