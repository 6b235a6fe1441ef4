"""A disk that refuses every write of real processes: what is typed is kept, reading goes on."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import psutil
import pytest

from tests.fixtures.running import Browser, Running, denktank, value_of

pytestmark = pytest.mark.slow
TYPED = "Woorden van een uur"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A wiki with starter content and a member, running."""
    wiki = Running(tmp_path / "wiki")
    assert denktank("init", "--data", wiki.data).returncode == 0
    wiki.user("anna", "editor")
    try:
        wiki.start()
        yield wiki
    finally:
        wiki.end()


@contextlib.contextmanager
def full(running: Running) -> Iterator[None]:
    """No file of these processes may grow: the kernel refuses what they write."""
    family = running.family()
    for process in family:
        process.rlimit(psutil.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def test_what_is_typed_is_kept_and_saved_once_there_is_room(running: Running) -> None:
    browser = Browser(running.port)
    browser.login("anna")
    page = browser.get("/edit/index")[1]
    edit = {name: value_of(page, name) for name in ("base", "csrf_token")}
    edit |= {"text": f"# Begin\n\n{TYPED}\n", "summary": ""}
    comment = {"csrf_token": edit["csrf_token"], "text": TYPED}
    with full(running):
        for address, form in (("/edit/index", edit), ("/comments/index", comment)):
            status, body = browser.post(address, **form)
            assert status == 503, body
            assert TYPED in unescape(body)
            assert value_of(body, "csrf_token")
        status, body = browser.get("/wiki/index")
        assert status == 200, body
        assert Browser(running.port).get("/")[0] == 200
        assert browser.get("/healthz")[0] == 200
    for address, form in (("/edit/index", edit), ("/comments/index", comment)):
        assert browser.post(address, **form)[0] == 303
    assert running.process is not None
    assert running.process.poll() is None
