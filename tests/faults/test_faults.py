"""Disks that are full, read-only or broken, from any call on: nothing answered is lost, what is
typed comes back, reading goes on, and all of it ends when the disk is well again."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faults import power
from tests.faults.shim import EVERYTHING, Calls, Shim, compiled
from tests.fixtures.running import PASSWORD, Running, catch_up, denktank, value_of

pytestmark = pytest.mark.slow
CSRF = "csrf_token"
CALLS = (1, 2, 5, 13, 34, 89)
"""From the how-manieth call on everything fails."""

ERRORS = {
    "broken": (errno.EIO, EVERYTHING),
    # Taking names away needs no room.
    "full": (errno.ENOSPC, Calls.OPEN | Calls.WRITE | Calls.SYNC | Calls.SIZE),
    "read-only": (errno.EROFS, EVERYTHING),
}


@dataclass
class Member:
    """Somebody who saves, comments, brings files and logs in, and remembers what was answered."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)
    saved: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)
    token: str = ""
    base: str = ""

    def enter(self, name: str = "lid0") -> requests.Response:
        """Log in."""
        page = self.get("/login")
        if page.status_code != 200:
            return page
        form = {"username": name, "password": PASSWORD, "csrf_token": value_of(page.text, CSRF)}
        return self._post("/login", form)

    def look(self) -> None:
        """Open the editor."""
        page = self.get("/edit/p0")
        assert page.status_code == 200, page.text
        self.base, self.token = value_of(page.text, "base"), value_of(page.text, CSRF)

    def everything(self, what: str) -> Iterator[tuple[str, requests.Response, str]]:
        """Save, comment, bring a file: what was done, the answer, and what was typed."""
        text = f"# Pagina\n\n{what}\n"
        form = {"text": text, "base": self.base, "summary": what, CSRF: self.token}
        answer = self._post("/edit/p0", form)
        if answer.status_code == 303:
            self.saved.append(what)
        yield "save", answer, what
        answer = self._post("/comments/p0", {"text": what, CSRF: self.token})
        if answer.status_code == 303:
            self.said.append(what)
        yield "comment", answer, what
        name = f"{what.strip('.').replace('.', '-')}.txt"
        sent = {"file": (name, what.encode())}
        answer = self._post("/upload/p0", {CSRF: self.token}, files=sent)
        if answer.status_code == 303:
            self.brought.append(name)
        yield "upload", answer, ""

    def get(self, path: str) -> requests.Response:
        """A page."""
        return self._ask("GET", path)

    def _post(self, path: str, form: dict[str, str], **more: Any) -> requests.Response:
        return self._ask("POST", path, data=form, **more)

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """The answer; one with status 0 if there is none."""
        try:
            return self.session.request(
                method, self.address + path, timeout=30, allow_redirects=False, **more
            )
        except requests.ConnectionError:
            none = requests.Response()
            none.status_code = 0
            return none


@pytest.mark.parametrize("name", ERRORS)
def test_a_failing_disk_loses_nothing_and_heals(tmp_path: Path, name: str) -> None:
    error, calls = ERRORS[name]
    running = Running(tmp_path / "wiki")
    power.prepared(running.data)
    shim = Shim(compiled(tmp_path), running.data, tmp_path / "control")
    running.settings = shim.environment
    running.start()
    try:
        member = Member(f"http://127.0.0.1:{running.port}")
        assert member.enter().status_code == 303
        wrong = []
        for first in CALLS:
            member.look()
            with shim.failing(error, first, calls=calls):
                wrong += tried(member, f"{name}.{first}.")
            wrong += healed(member, f"weer.{name}.{first}.")
        assert shim.failed
        assert running.process is not None
        assert running.process.poll() is None
        running.end()
        running.settings = {}
        running.start()
        assert [*wrong, *lost(running, member)] == []
        catch_up(running.port)
        assert running.stop() == 0
    finally:
        running.end()
        shim.close()
    checked = denktank("check", "--data", running.data)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def tried(member: Member, what: str) -> Iterator[str]:
    """What was not as it should be while the disk fails."""
    for act, answer, typed in member.everything(what):
        if answer.status_code == 303:
            continue
        if answer.status_code != 503 or "Retry-After" not in answer.headers:
            yield f"{act} {what}: {answer.status_code}"
        elif typed not in answer.text:
            yield f"{act} {what}: the text is gone"
    other = Member(member.address)
    status = other.enter("lid1").status_code
    if status not in (303, 503):
        yield f"login {what}: {status}"
    for path in ("/wiki/p0", "/", "/history/p0", "/healthz"):
        status = member.get(path).status_code
        if status != 200:
            yield f"{path} {what}: {status}"


def healed(member: Member, what: str) -> Iterator[str]:
    """Whether everything is possible again within seconds."""
    end = time.monotonic() + 15
    while True:
        member.look()
        bad = [
            f"{act} {what}: {answer.status_code}"
            for act, answer, _ in member.everything(what)
            if answer.status_code != 303
        ]
        if not bad or time.monotonic() > end:
            yield from bad
            return
        time.sleep(0.5)


def lost(running: Running, member: Member) -> Iterator[str]:
    """What was answered and is not there."""
    subjects = running.git("log", "--format=%s", "main").splitlines()
    files = running.git("ls-tree", "-r", "--name-only", "main").splitlines()
    yield from (f"save {what}" for what in member.saved if what not in subjects)
    yield from (f"file {name}" for name in member.brought if f"p0/{name}" not in files)
    said = power.written(running.data)
    yield from (f"comment {what}" for what in member.said if f"talk {what}" not in said)
