"""A running wiki whose small files and projections are emptied, cut off, or something else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures.running import Browser, Running, denktank
from wiki.domain.history.revisions import Author
from wiki.engine import open_wiki
from wiki.settings import Settings
from wiki.store.store import Change


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path / "wiki", settings={"DENKTANK_WORKERS": "1"})
    wiki = open_wiki(Settings(data=made.data))
    for number in range(3):
        wiki.store.commit(
            [Change(f"blad-{number}.md", f"# Blad {number}\n\nWoorden.\n".encode())],
            author=Author("anna", "a1@members.invalid"),
            message="",
            trailers={},
            expect={},
        )
    wiki.follow()
    wiki.close()
    yield made
    made.end()


def live(data: Path) -> Path:
    return data / f"projections-{(data / 'projections.live').read_text()}.db"


def without_log(file: Path) -> Path:
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    return file


WAYS: dict[str, Callable[[Path], object]] = {
    "empty": lambda data: without_log(live(data)).write_bytes(b""),
    "no database": lambda data: without_log(live(data)).write_bytes(b"garbage" * 5_000),
    "cut": lambda data: os.truncate(without_log(live(data)), 4_096 * 3),
    "gone": lambda data: without_log(live(data)).unlink(),
    "pointer empty": lambda data: (data / "projections.live").write_bytes(b""),
    "pointer wrong": lambda data: (data / "projections.live").write_text("77"),
    "pointer gone": lambda data: (data / "projections.live").unlink(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_start_makes_unusable_projections_anew(running, way):
    WAYS[way](running.data)
    assert denktank("check", "--data", running.data).returncode in (0, 1)
    wiki = open_wiki(Settings(data=running.data))
    try:
        wiki.mend()
        with wiki.database.read() as connection:
            from wiki.database.pages import catalogue

            assert catalogue.get(connection, "blad-1").title == "Blad 1"
    finally:
        wiki.close()


@pytest.mark.slow
def test_a_running_wiki_makes_unusable_projections_anew(running):
    running.start()
    browser = Browser(running.port)
    for number, (way, spoil) in enumerate(WAYS.items()):
        assert browser.get("/recent")[0] == 200
        spoil(running.data)
        end = time.monotonic() + 20
        answers = []
        while time.monotonic() < end:
            # An address that nobody asked for before: no kept page answers.
            page, text = browser.get(f"/wiki/blad-1?x={number}{len(answers)}")
            answers.append((page, "Woorden" in text, browser.get(f"/recent?x={len(answers)}")[0]))
            assert browser.get("/healthz")[0] == 200
            if len(answers) > 3 and answers[-1] == (200, True, 200):
                break
            time.sleep(0.3)
        assert answers[-1] == (200, True, 200), (way, answers, running.log()[-3000:])
        assert {lists for _, _, lists in answers} <= {200, 503}, (way, answers)
        assert all(is_there for page, is_there, _ in answers if page == 200)
        assert {page for page, _, _ in answers} <= {200, 503}, (way, answers)
    assert " in GET " not in running.log()


def test_small_files_that_are_damaged_are_made_anew(running):
    data = running.data
    (data / "secret_key").write_bytes(b"")
    (data / "worker.bell").unlink(missing_ok=True)
    (data / "worker.bell").write_text("no bell")
    (data / "worker.beat").write_bytes(b"\0\0")
    (data / "last-check.json").write_bytes(b"")
    (data / "setup-link").write_bytes(b"")
    running.start()
    assert len((data / "secret_key").read_text().strip()) == 64
    assert (data / "secret_key").stat().st_mode & 0o777 == 0o600
    assert "/setup/" in (data / "setup-link").read_text()
    end = time.monotonic() + 10
    while not (data / "worker.bell").is_fifo() and time.monotonic() < end:
        time.sleep(0.1)
    assert (data / "worker.bell").is_fifo()
    assert running.stop() == 0
    assert "holds no key" in running.log()
    assert "Traceback" not in running.log()
    assert not [file.name for file in data.iterdir() if file.name.startswith(".")]
