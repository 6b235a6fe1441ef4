"""The supervisor and its processes: killed, stopped, started twice, and without a database."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url

from tests.fixtures.gate import Gate
from tests.fixtures.running import Browser, Running, denktank, value_of
from wiki.commands import serve
from wiki.engine import open_wiki
from wiki.services.notices import outbox
from wiki.settings import load

pytestmark = pytest.mark.slow
PAGES = 3000


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A new wiki, not yet started."""
    wiki = Running(tmp_path / "wiki")
    try:
        yield wiki
    finally:
        wiki.end()


def until(what: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def children(running: Running, name: str) -> list[psutil.Process]:
    """The web processes under the server, or what the worker started."""
    supervisor = psutil.Process(running.process.pid if running.process else 0)
    # A worker that cannot start is away for a while, so the web's own supervisor comes first.
    started = sorted(supervisor.children(), key=lambda one: one.pid)
    chosen = started[:1] if name == "web" else started[1:]
    return [child for one in chosen for child in one.children()]


def answers(running: Running, path: str = "/healthz") -> int:
    """The status of an answer; 0 for none."""
    with contextlib.suppress(OSError):
        return Browser(running.port).get(path)[0]
    return 0


def test_a_server_that_is_killed_takes_its_processes_along(running: Running) -> None:
    running.start()
    until(lambda: len(children(running, "web")) == 2)
    server = psutil.Process(children(running, "web")[0].ppid())
    left = server.children()
    server.kill()
    _, alive = psutil.wait_procs(left, timeout=30)
    assert not alive
    until(lambda: answers(running) == 200)
    assert running.process is not None
    assert running.process.poll() is None


def test_what_a_child_has_started_ends_after_it() -> None:
    def leave_something() -> None:
        os.setsid()
        subprocess.Popen(["sleep", "600"])

    child = serve.FORK.Process(target=leave_something)
    child.start()
    child.join()
    group = [one for one in psutil.process_iter() if os.getpgid(one.pid) == child.pid]
    assert len(group) == 1
    serve.end_group(child)
    assert psutil.wait_procs(group, timeout=30)[1] == []


def test_what_cannot_start_is_in_no_hurry_until_it_ran_a_while() -> None:
    child = serve.Child("worker", partial(os._exit, 1))

    def wait_after(seconds: float, now: float) -> float:
        """Start it; it ends by itself after so long."""
        child.tend(now)
        assert child.process
        child.process.join()
        child.tend(now + seconds)
        return round(child.due - now - seconds, 3)

    now, waits = 0.0, []
    for _ in range(9):
        waits.append(wait_after(0, now))
        child.tend(now + waits[-1] / 2)
        assert child.process is None, "not before its time"
        now += waits[-1]
    assert waits == [0.1, 0.2, 0.4, 0.8, 10, 20, 40, 60, 60]
    assert wait_after(31, now) == 0.1


def test_stops_in_the_middle_of_building_an_index(running: Running) -> None:
    assert denktank("init", "--empty", "--data", running.data).returncode == 0
    lines = [
        "commit refs/heads/main",
        "committer T <t@example.org> 1700000000 +0000",
        "data 1",
        "x",
    ]
    for number in range(PAGES):
        text = f"# Bladzijde {number}\n\n" + "Lange zinnen over beleid en bestuur. " * 200
        lines += [f"M 644 inline p{number}.md", f"data {len(text)}", text]
    running.import_history("\n".join(lines) + "\n")
    running.start()
    until(lambda: len(children(running, "worker")) >= 2)
    family = running.family()
    began = time.monotonic()
    assert running.stop() == 0
    # It took thirty seconds and a kill; on a machine at rest it is less than five.
    assert time.monotonic() - began < 25
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive


def test_a_second_supervisor_is_refused_and_a_killed_one_is_not_in_the_way(
    running: Running,
) -> None:
    running.start()
    second = denktank("serve", "--data", running.data, "--port", "0")
    assert second.returncode == 2
    assert running.process is not None
    assert f"process {running.process.pid}" in second.stderr
    running.process.kill()
    running.process.wait()
    running.start()
    assert running.process.poll() is None


@pytest.mark.postgres
def test_a_database_that_is_away_for_a_while(running: Running, postgres_url: str) -> None:
    url = make_url(postgres_url)
    assert url.port is not None
    gate = Gate(url.port)
    running.settings["DENKTANK_DATABASE_URL"] = url.set(port=gate.port).render_as_string(False)
    # What was seen by one process is known to that one.
    running.settings["DENKTANK_WORKERS"] = "1"
    running.start()
    assert answers(running, "/questions") == 200
    gate.shut()
    browser = Browser(running.port)
    status, page = browser.get("/readyz")
    assert (status, '"problem":"database_away"' in page) == (503, True)
    assert answers(running) == 200
    assert answers(running, "/questions") == 200
    assert answers(running, "/search?q=x") == 503
    time.sleep(2)
    gate.open()
    until(lambda: answers(running, "/readyz") == 200)
    assert running.process is not None
    assert running.process.poll() is None
    assert running.stop() == 0
    gate.shut()
    running.start(wait=False)
    until(lambda: "Trying again" in running.log())
    gate.open()
    running.wait()
    gate.shut()


def goes_on_without(
    running: Running, leave: Callable[[], object], back: Callable[[], object]
) -> None:
    """Kill the web process while its database is away: it waits for that, and says so."""
    leave()
    (killed,) = children(running, "web")
    server = psutil.Process(killed.ppid())
    killed.kill()
    until(lambda: answers(running) == 200)
    (waiting,) = children(running, "web")
    for path, accept, language in (("/", "nl", "nl"), ("/readyz", "en", "en"), ("/x", "", "nl")):
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Accept-Language": accept})
            answer = connection.getresponse()
            page = answer.read().decode()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert f'<html lang="{language}">' in page
    assert answers(running) == 200
    back()
    until(lambda: answers(running, "/readyz") == 200)
    assert value_of(Browser(running.port).get("/login")[1], "csrf_token")
    assert children(running, "web") == [waiting]
    assert server.is_running(), "one process waits; the others need not start again"


@pytest.mark.postgres
def test_a_web_process_killed_while_the_server_is_away_comes_back(
    running: Running, postgres_url: str
) -> None:
    url = make_url(postgres_url)
    assert url.port is not None
    gate = Gate(url.port)
    running.settings["DENKTANK_DATABASE_URL"] = url.set(port=gate.port).render_as_string(False)
    running.settings["DENKTANK_WORKERS"] = "1"
    running.start()
    goes_on_without(running, gate.shut, gate.open)
    gate.shut()
    assert running.process is not None
    _, worker = sorted(psutil.Process(running.process.pid).children(), key=lambda one: one.pid)
    worker.kill()
    until(lambda: "the worker cannot begin" in running.log())
    gate.open()
    until(lambda: answers(running, "/readyz") == 200)
    assert "Traceback" not in running.log()
    assert running.stop() == 0
    gate.shut()


def test_a_web_process_killed_while_the_file_cannot_be_read_comes_back(running: Running) -> None:
    running.settings["DENKTANK_WORKERS"] = "1"
    running.start()
    file, aside = running.data / "wiki.db", running.data / "aside"

    def leave() -> None:
        file.rename(aside)
        file.mkdir()

    def back() -> None:
        file.rmdir()
        aside.rename(file)

    goes_on_without(running, leave, back)
    assert running.stop() == 0


def test_stops_while_a_mail_server_says_nothing(running: Running) -> None:
    assert denktank("init", "--empty", "--data", running.data).returncode == 0
    wiki = open_wiki(load(running.data, {}))
    with wiki.database.write() as connection:
        outbox.put(wiki, connection, "a@example.org", "Subject", "Text")
    wiki.close()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        running.settings["DENKTANK_MAIL_URL"] = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        running.start()
        with silent.accept()[0]:
            family = running.family()
            began = time.monotonic()
            assert running.stop() == 0
            # It waited for the server; on a machine at rest it is about five.
            assert time.monotonic() - began < 25
            assert psutil.wait_procs(family, timeout=30)[1] == []


def test_locked_from_outside_at_its_start_it_waits(running: Running) -> None:
    assert denktank("init", "--empty", "--data", running.data).returncode == 0
    with contextlib.closing(
        sqlite3.connect(running.data / "wiki.db", isolation_level=None)
    ) as outside:
        outside.execute("BEGIN IMMEDIATE")
        running.start()
        form = value_of(Browser(running.port).get("/login")[1], "csrf_token")
        assert form
        outside.execute("ROLLBACK")


def test_a_wrong_setting_ends_it_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "denktank.cfg").write_text("DATABASE_URL = mysql://localhost/x\n")
    done = denktank("serve", "--data", tmp_path, "--port", "0")
    assert done.returncode == 2
    assert "The database cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
