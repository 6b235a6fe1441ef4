"""Power cuts: members save and comment in a real wiki whose disk is written down, and from many
moments of that record the wiki is opened anew, from what a cut would have left.

`recorded.py` says what a cut leaves. What was answered before the cut must be there.
"""

from __future__ import annotations

import contextlib
import copy
import http.client
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.recorded import MARK, Disk, Record, mark, real, records
from tests.faults.shim import Shim, compiled
from tests.fixtures.running import CHECKOUT, PASSWORD, Browser, Running, value_of
from wiki.app import create_app
from wiki.domain.access.rights import Role
from wiki.engine import open_wiki
from wiki.services.members import members
from wiki.settings import load

WRITERS = 3
MEMORY = ("-shm",)
"""Files that are memory: SQLite makes them anew."""


@dataclass(frozen=True)
class Recording:
    """The disk before anything was written, and all that was done to it."""

    start: Disk
    records: Sequence[Record]


@dataclass(frozen=True)
class Cut:
    """A folder as a cut may leave it, and what had been answered."""

    what: str
    folder: Path
    answered: Sequence[str]


class Writer(threading.Thread):
    """A member who saves and comments, and marks each answer in the record."""

    def __init__(self, port: int, number: int, log: Path, until: float) -> None:
        super().__init__(daemon=True)
        self._port, self._number, self._log, self._until = port, number, log, until
        self.error: BaseException | None = None

    def run(self) -> None:
        """Write until it is time."""
        try:
            self._write(Browser(self._port))
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self.error = error

    def _write(self, browser: Browser) -> None:
        browser.login(f"lid{self._number}")
        path, turn = f"p{self._number}", 0
        while time.monotonic() < self._until:
            turn += 1
            what = f"{self._number}:{turn}."
            page = browser.get(f"/edit/{path}")[1]
            form = {name: value_of(page, name) for name in ("base", "csrf_token")}
            text = f"# Pagina\n\n{what}\n"
            if browser.post(f"/edit/{path}", text=text, summary=what, **form)[0] == 303:
                mark(self._log, f"save {what}")
            token = form["csrf_token"]
            if browser.post(f"/comments/{path}", text=what, csrf_token=token)[0] == 303:
                mark(self._log, f"talk {what}")


def prepared(data: Path) -> None:
    """A wiki at rest, with a page and a member for each writer."""
    repository = data / "pages"
    repository.mkdir(parents=True)
    for number in range(WRITERS):
        (repository / f"p{number}.md").write_text("# Pagina\n\nbegin\n")
    who = ["-c", "user.name=Begin", "-c", "user.email=begin@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-qm", "begin"]):
        subprocess.run(["git", "-C", repository, *words], check=True)
    wiki = open_wiki(load(data, {}))
    for number in range(WRITERS):
        email = f"lid{number}@example.org"
        role = Role.MEMBER if number else Role.ADMIN
        members.add(wiki, username=f"lid{number}", email=email, password=PASSWORD, role=role)
    wiki.close()


def record(folder: Path, seconds: float) -> Recording:
    """Let members write for so many seconds, and one more join."""
    running, log = Running(folder / "wiki"), folder / "records"
    prepared(running.data)
    start = Disk(running.data)
    shim = Shim(compiled(folder), running.data, folder / "control", log)
    running.settings = shim.environment
    running.start()
    try:
        until = time.monotonic() + seconds
        writers = [Writer(running.port, number, log, until) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        _join(running.data, shim, log)
        for writer in writers:
            writer.join(60 + seconds)
            assert not writer.is_alive()
            if writer.error:
                raise writer.error
        assert running.stop() == 0, running.log()
    finally:
        running.end()
        shim.close()
    found = list(records(log))
    _agrees(copy.deepcopy(start), found, running.data)
    return Recording(start, found)


def _join(data: Path, shim: Shim, log: Path) -> None:
    words = ["user", "add", "laat", "--email", "laat@example.org", "--password-stdin"]
    done = subprocess.run(
        [sys.executable, "-m", "wiki", *words, "--data", data],
        input=PASSWORD,
        text=True,
        capture_output=True,
        cwd=CHECKOUT,
        env={**os.environ, **shim.environment},
    )
    assert done.returncode == 0, done.stderr
    mark(log, "user laat")


def _agrees(disk: Disk, found: Sequence[Record], data: Path) -> None:
    """The record is whole: played to its end it gives the folder as it is."""
    for one in found:
        disk.take(one)
    seen, there = disk.seen(), real(data)
    for name in {*seen, *there}:
        if not name.endswith(MEMORY):
            assert seen.get(name) == there.get(name), f"not all that was done to {name} was seen"


def cuts(recording: Recording, number: int, seed: int, folder: Path) -> Iterator[Cut]:
    """So many states that a cut may leave: what it is, and the folder, which is reused.

    Half of them right after an answer, half anywhere; half of them with nothing but what is safe.
    """
    random = Random(seed)
    marks = [n for n, one in enumerate(recording.records) if one.kind == MARK]
    places = random.choices(marks, k=number // 2)
    places += random.choices(range(len(recording.records)), k=number - number // 2)
    disk, done = copy.deepcopy(recording.start), 0
    for place in sorted(places):
        for one in recording.records[done : place + 1]:
            disk.take(one)
        done = place + 1
        target = folder / "cut"
        shutil.rmtree(target, ignore_errors=True)
        is_bare = random.random() < 0.5
        disk.cut(target, None if is_bare else random)
        what = f"record {place}, {'what is safe' if is_bare else 'some of the rest too'}"
        answered = [one.first.decode() for one in recording.records[:done] if one.kind == MARK]
        yield Cut(what, target, answered)


def wrong(cut: Cut) -> str:
    """What is not right when the wiki is opened after the cut; empty if all is well."""
    try:
        return ", ".join(_missing(cut))
    except Exception:
        return traceback.format_exc()


def _missing(cut: Cut) -> Iterator[str]:
    wiki = open_wiki(load(cut.folder, {}))
    try:
        client = create_app(wiki.settings, wiki).test_client()
        if members.setup_link(wiki):
            yield "it is taken for a new wiki"
        for path in ("/", "/wiki/p0", "/history/p1", "/recent", "/search?q=pagina", "/login"):
            if (status := client.get(path).status_code) != 200:
                yield f"{path} answers {status}"
        found = {f"save {line}" for line in _subjects(cut.folder)} | written(cut.folder)
        yield from (f"gone: {what}" for what in cut.answered if what not in found)
    finally:
        wiki.close()


def _subjects(data: Path) -> list[str]:
    words = ["git", f"--git-dir={data}/pages/.git", "log", "--format=%s", "main"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()


def written(data: Path) -> set[str]:
    """Every comment and every member, as marks name them."""
    with contextlib.closing(sqlite3.connect(data / "wiki.db")) as connection:
        said = connection.execute("SELECT text FROM comments").fetchall()
        joined = connection.execute("SELECT username FROM members").fetchall()
    return {f"talk {text}" for (text,) in said} | {f"user {name}" for (name,) in joined}
