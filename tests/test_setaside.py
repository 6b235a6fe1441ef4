"""Texts that stopped the wiki, pushed to a running one: it goes on, and says what it set aside."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.running import Browser, Running, denktank

TEXTS = {
    "signs": "Nou " + "!" * 100_000 + "x",
    "entities": "&#32;" * 80_000,
    "marks": "# a" + "\u0301" * 10_000 + "\u0323" * 10_000,
    "table": "a|b\n-" + "|   " * 24 + "x\n",
    "open-link": "Hallo [a](" + " " * 200_000 + "x",
    "front": "---\nhttp://" + "\t" * 80_000 + ")\n---\n",
    "nested": "> a\n- b\n" * 300,
    "large": "woord en zin. " * 4_500_000,
    "goed": "# Goed\n\nhoning\n",
}
SECONDS = 90


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A wiki that is served."""
    made = Running(tmp_path / "wiki")
    made.start()
    yield made
    made.end()


def push(running: Running, clone: Path) -> None:
    """Push all texts, and a file in 1,200 folders."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "Outside", f"GIT_{who}_EMAIL": "outside@example.org"}

    def git(*words: str, given: str = "") -> str:
        done = subprocess.run(
            ["git", *words], cwd=clone, env=environment, input=given, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    clone.mkdir()
    git("init", "-q", "-b", "main")
    for name, text in TEXTS.items():
        (clone / f"{name}.md").write_text(text, encoding="utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "texts")
    lines = ["commit refs/heads/main", "committer O <o@example.org> 1700000000 +0000", "data 4"]
    path = "d/" * 1_200 + "x.md"
    lines += ["deep", "from refs/heads/main^0", f"M 100644 inline {path}", "data 1", "x", ""]
    git("fast-import", "--quiet", given="\n".join(lines))
    git("push", "-q", f"{running.data}/pages/.git", "main")


@pytest.mark.slow
def test_a_push_of_poison_stops_nothing(running: Running, tmp_path: Path):
    running.user("chef", "admin")
    before = {process.pid for process in running.family()}
    push(running, tmp_path / "clone")
    browser = Browser(running.port)
    end = time.monotonic() + SECONDS
    while "/wiki/goed" not in browser.get("/search?q=honing")[1]:
        assert time.monotonic() < end, running.log()
        time.sleep(0.5)
    for path in ("/", "/recent", *(f"/wiki/{name}" for name in TEXTS), "/history/large"):
        assert browser.get(path)[0] == 200, path
    assert browser.get("/diff/large")[0] == 413
    assert {process.pid for process in running.family()} == before
    browser.login("chef")
    health = browser.get("/admin/health")[1]
    assert 'data-aside="catalogue large"' in health
    assert 'data-aside="git d/d/' in health
    browser.get("/readyz")
    running.stop()
    told = denktank("check", "--data", running.data)
    assert "set aside: page large in catalogue: page_too_large" in told.stdout
    assert told.returncode == 0, told.stdout
