"""The wiki in real processes: many writers, processes that die, commits that come from clones."""

from __future__ import annotations

import contextlib
import http.client
import json
import multiprocessing
import random
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import psutil
import pytest

from tests.fixtures.running import (
    PASSWORD,
    Browser,
    Running,
    catch_up,
    denktank,
    edit_url,
    value_of,
)
from wiki.engine import open_wiki
from wiki.services.members import members
from wiki.settings import Settings

pytestmark = pytest.mark.slow
LINES = 40


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wiki with four pages of forty paragraphs and eight members; to copy, not to use."""
    data = tmp_path_factory.mktemp("prepared") / "wiki"
    write(data / "pages", {f"p{n}.md": start_text(n) for n in range(4)})
    wiki = open_wiki(Settings(data=data))
    for number in range(8):
        email = f"lid{number}@example.org"
        members.add(wiki, username=f"lid{number}", email=email, password=PASSWORD)
    wiki.close()
    return data


@pytest.fixture
def running(tmp_path: Path, prepared: Path) -> Iterator[Running]:
    """A copy of the prepared wiki, running."""
    wiki = Running(tmp_path / "wiki")
    shutil.copytree(prepared, wiki.data)
    try:
        wiki.start()
        yield wiki
    finally:
        wiki.end()


def start_text(number: int) -> str:
    """Forty paragraphs, each of which one writer may change."""
    return f"# Pagina {number}\n\n" + "\n\n".join(f"alinea {n}: begin" for n in range(LINES)) + "\n"


def write(folder: Path, files: dict[str, str]) -> None:
    """A repository with these files, made with git alone."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    for words in (["init", "-q", "-b", "main"], ["add", "."], commit_words("begin")):
        subprocess.run(["git", "-C", folder, *words], check=True)


def commit_words(message: str) -> list[str]:
    """A commit by somebody outside the wiki."""
    who = ["-c", "user.name=Buiten", "-c", "user.email=buiten@example.org"]
    return [*who, "commit", "-q", "-m", message]


def form_of(page: str) -> dict[str, str]:
    """The edit form: text, base and token."""
    text = re.search(r'<textarea[^>]*name="text"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL)
    assert text, page[:3000]
    return {
        "text": unescape(text[1]),
        "base": value_of(page, "base"),
        "csrf_token": value_of(page, "csrf_token"),
    }


def change(browser: Browser, path: str, line: int, what: str) -> int:
    """Change one paragraph in the editor and save; gives the status."""
    status, page = browser.get(edit_url(path))
    assert status == 200, page
    form = form_of(page)
    form["text"] = re.sub(rf"alinea {line}: .*", f"alinea {line}: {what}", form["text"])
    return browser.post(edit_url(path), summary=what, **form)[0]


def write_many(port: int, number: int, saves: int, failures: multiprocessing.Queue[str]) -> None:
    """One member who changes their own paragraphs, page after page."""
    browser = Browser(port)
    browser.login(f"lid{number}")
    for turn in range(saves):
        path, line = f"p{turn % 4}", number * 5 + turn % 5
        status = change(browser, path, line, f"{number}.{turn}")
        if status != 303:
            failures.put(f"writer {number}, save {turn}: {status}")


def test_eight_writers_lose_nothing(running: Running) -> None:
    failures: multiprocessing.Queue[str] = multiprocessing.Queue()
    writers = [
        multiprocessing.Process(target=write_many, args=(running.port, number, 50, failures))
        for number in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0, running.log()
    assert failures.empty(), failures.get()
    log = running.git("log", "--format=%s%x09%an", "main").splitlines()
    edits = dict(line.split("\t") for line in log)
    assert len(log) == 401
    for number in range(8):
        for turn in range(50):
            assert edits[f"{number}.{turn}"] == f"lid{number}"
    assert running.git("fsck", "--strict", "--no-dangling").strip() == ""
    catch_up(running.port)
    assert denktank("check", "--data", running.data).returncode == 0
    # The last word on every paragraph is in the page.
    for page in range(4):
        text = running.git("show", f"main:p{page}.md")
        for number in range(8):
            for turn in range(50 - 20, 50):
                if turn % 4 == page:
                    assert f"alinea {number * 5 + turn % 5}: {number}.{turn}" in text


class Saver(threading.Thread):
    """A member who goes on saving whatever dies, and remembers what was answered with 303."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self.answered: list[str] = []
        self.stopping = False

    def run(self) -> None:
        """Save until told to stop."""
        browser, turn = Browser(self.port), 0
        logged_in = False
        while not self.stopping:
            turn += 1
            what = f"{self.number}:{turn}"
            try:
                if not logged_in:
                    browser.login(f"lid{self.number}")
                    logged_in = True
                if change(browser, f"p{self.number % 4}", self.number * 5, what) == 303:
                    self.answered.append(what)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)


def test_kill_any_process_while_saving(running: Running) -> None:
    savers = [Saver(running.port, number) for number in range(4)]
    for saver in savers:
        saver.start()
    chance = random.Random(50)
    for _ in range(35):
        time.sleep(chance.uniform(0.05, 0.6))
        victim = chance.choice(running.family())
        is_supervisor = running.process is not None and victim.pid == running.process.pid
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
        if is_supervisor:
            running.process.wait()
            running.start()
    running.wait()
    # However slow the machine: enough was saved to say that nothing is lost.
    end = time.monotonic() + 120
    while sum(len(saver.answered) for saver in savers) <= 50 and time.monotonic() < end:
        time.sleep(0.1)
    for saver in savers:
        saver.stopping = True
    for saver in savers:
        saver.join(60)
    subjects = set(running.git("log", "--format=%s", "main").splitlines())
    answered = [what for saver in savers for what in saver.answered]
    assert len(answered) > 50, running.log()
    assert set(answered) <= subjects
    assert running.git("fsck", "--strict", "--no-dangling").strip() == ""
    catch_up(running.port)
    assert running.stop() == 0
    assert denktank("check", "--data", running.data).returncode == 0


def test_a_check_beside_savers_finds_nothing(running: Running) -> None:
    """What members write while it looks is no damage; what is damaged is seen all the same."""
    savers = [Saver(running.port, number) for number in range(3)]
    for saver in savers:
        saver.start()
    for _ in range(3):
        checked = denktank("check", "--data", running.data)
        assert checked.returncode == 0, checked.stdout
    (running.data / "pages" / "p3.md").write_text("met de hand")
    checked = denktank("check", "--data", running.data)
    for saver in savers:
        saver.stopping = True
    for saver in savers:
        saver.join(60)
    assert (checked.returncode, checked.stdout) == (1, "export: p3.md is changed\n")
    assert all(saver.answered for saver in savers)


def test_children_leave_when_the_supervisor_is_killed(running: Running) -> None:
    family = running.family()
    end = time.monotonic() + 60
    while len(family) < 5:  # supervisor, server, two of its workers, worker
        assert time.monotonic() < end
        time.sleep(0.1)
        family = running.family()
    family[0].kill()
    running.process.wait()
    _, alive = psutil.wait_procs(family[1:], timeout=30)
    assert not alive
    running.start()


def test_a_push_is_seen_without_a_restart(running: Running, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", running.data / "pages", clone], check=True)
    (clone / "zeldzaam.md").write_text("# Zeldzaam\n\nHet woord kwikstaartnest staat hier.\n")
    for words in (["add", "."], commit_words("van buiten"), ["push", "-q"]):
        subprocess.run(["git", "-C", clone, *words], check=True)
    pushed = time.monotonic()
    browser = Browser(running.port)
    assert "kwikstaartnest" in browser.get("/wiki/zeldzaam")[1]
    assert "van buiten" in browser.get("/history/zeldzaam")[1]
    while 'data-path="zeldzaam"' not in browser.get("/search?q=kwikstaartnest")[1]:
        assert time.monotonic() - pushed < 60
        time.sleep(0.05)


def test_ready_says_how_far_each_projection_is(running: Running) -> None:
    end = time.monotonic() + 60
    while True:
        status, body = Browser(running.port).get("/readyz")
        state = json.loads(body)
        assert status == 200
        if state["worker"]["alive"] and not any(state["behind"].values()):
            break
        assert time.monotonic() < end, state
        time.sleep(0.1)
    assert set(state["behind"]) >= {"history", "catalogue", "search"}


def test_stops_cleanly_and_frees_the_port(running: Running) -> None:
    family = running.family()
    assert running.stop() == 0
    assert not any(process.is_running() for process in family)
    running.start()


def test_port_in_use_is_one_clear_line(running: Running, tmp_path: Path) -> None:
    done = denktank("serve", "--data", tmp_path / "other", "--port", running.port)
    assert done.returncode == 2
    assert f"port {running.port} is in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_setting_and_wrong_folder_are_clear_lines(tmp_path: Path) -> None:
    missing = denktank("check", "--data", tmp_path / "nothing")
    assert (missing.returncode, "there is no wiki in" in missing.stderr) == (2, True)
    (tmp_path / "denktank.cfg").write_text("SITE_NAM = x\n")
    wrong = denktank("check", "--data", tmp_path)
    assert (wrong.returncode, "Did you mean SITE_NAME?" in wrong.stderr) == (2, True)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "wiki.db").write_text("this is not a database")
    unreadable = denktank("check", "--data", broken)
    assert unreadable.returncode == 2
    assert "Traceback" not in unreadable.stderr


def test_backup_while_it_runs_restores_elsewhere(running: Running, tmp_path: Path) -> None:
    saver = Saver(running.port, 1)
    saver.start()
    time.sleep(1)
    archive = tmp_path / "backup.tar.gz"
    assert denktank("backup", archive, "--data", running.data).returncode == 0
    assert archive.stat().st_mode & 0o077 == 0
    saver.stopping = True
    saver.join(30)
    other = Running(tmp_path / "restored" / "wiki")
    done = denktank("restore", archive, "--data", other.data)
    assert done.returncode == 0, done.stderr
    again = denktank("restore", archive, "--data", other.data)
    assert again.returncode == 2
    other.start()
    try:
        browser = Browser(other.port)
        browser.login("lid1")
        assert "alinea" in browser.get("/wiki/p1")[1]
        assert other.git("fsck", "--strict").strip() == ""
    finally:
        other.end()
