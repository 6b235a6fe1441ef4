"""`denktank purge` as an operator runs it: in a process of its own, that may be killed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.running import CHECKOUT, Running, denktank
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Role
from wiki.domain.history.revisions import Author
from wiki.engine import open_wiki
from wiki.projections import export
from wiki.services.access import audit
from wiki.services.history import history
from wiki.services.members import members
from wiki.services.pages import pages
from wiki.services.talk import comments
from wiki.settings import Settings
from wiki.store.store import Change

pytestmark = pytest.mark.slow
NAME = "Zeldzaamheid"
AS_PIET = ["-c", "user.name=Piet", "-c", "user.email=piet@example.org"]
KILLED = """
import os, signal, sys
from importlib import import_module
place, name, when, times = sys.argv[1:5]
times = int(times)
module = import_module(place)
do = getattr(module, name)
def dying(*args, **options):
    global times
    times -= 1
    if times or when == "after":
        found = do(*args, **options)
    if not times:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
setattr(module, name, dying)
sys.argv = ["denktank", *sys.argv[5:]]
from wiki.cli import main
main()
"""
BEFORE = [
    ("wiki.store.rewriting.rewriting", "_moves", "before", 1),
    ("wiki.store.rewriting.moving", "_lock", "after", 2),
    ("wiki.store.rewriting.moving", "ready", "before", 1),
    ("wiki.store.rewriting.moving", "flush_folder", "after", 1),
]
DECIDED = [
    ("wiki.store.rewriting.moving", "ready", "after", 1),
    ("wiki.database.history.moved_revisions", "move", "after", 1),
    ("wiki.store.rewriting.moving", "move", "before", 1),
    ("wiki.store.rewriting.moving", "flush_folder", "after", 4),
    ("wiki.projections.export", "catch_up", "before", 1),
    ("wiki.store.rewriting.pruning", "prune", "after", 1),
    ("wiki.store.rewriting.moving", "end", "before", 1),
]
"""Where the process dies: in which function, before or after it did its work for which time."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wiki with a name in its history, and what git shows of it; to copy, not to use."""
    data = tmp_path_factory.mktemp("purge") / "wiki"
    wiki = open_wiki(Settings(data=data, secret_key="only for tests"))
    anna = members.add(wiki, username="anna", email="", password="correct horse", role=Role.ADMIN)
    for text in ("# A\n\nBegin.\n", f"# A\n\n{NAME} zei dit.\n", "# A\n\nZonder naam.\n"):
        wiki.store.commit(
            [Change("a.md", text.encode())],
            author=Author("anna", f"{anna.uid}@{Author.DOMAIN}"),
            message="",
            trailers={"Denktank": "edit"},
            expect={},
        )
        wiki.follow()
        comments.post(wiki, anna.actor, "a", f"Zie {NAME}.")
        if NAME in text:
            export.catch_up(wiki.store)
    wiki.close()
    git(data, "tag", "v1", "HEAD~1")
    git(data, "branch", "zij", "HEAD~1")
    git(data, "pack-refs", "--all")
    return data


def git(data: Path, *words: str) -> str:
    command = ["git", f"--git-dir={data}/pages/.git", *words]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, errors="replace"
    ).stdout


@pytest.fixture
def data(tmp_path: Path, prepared: Path) -> Path:
    """A copy of the prepared wiki, and the words that are to go."""
    (tmp_path / "words").write_text(f"{NAME}\n", encoding="utf-8")
    shutil.copytree(prepared, tmp_path / "wiki")
    return tmp_path / "wiki"


def words(data: Path, *more: str) -> list[str]:
    file = str(data.parent / "words")
    return ["purge", "text", "--file", file, "--data", str(data), "--reason", "avg", "--yes", *more]


def state(data: Path) -> tuple[int, str, list[str]]:
    """How often the name stands anywhere, what refs there are, and what the log says."""
    wiki = open_wiki(Settings(data=data, secret_key="only for tests"))
    try:
        objects = git(data, "cat-file", "--batch-all-objects", "--batch")
        found = [f.read_bytes() for f in data.rglob("*") if f.is_file()]
        count = objects.count(NAME) + sum(one.count(NAME.encode()) for one in found)
        assert len(history.listing(wiki, ANONYMOUS, "a").revisions) == 3
        assert comments.count(wiki, ["a"]) == {"a": 3}
        acts = [one.act for one in audit.entries(wiki, SYSTEM)]
        assert git(data, "fsck", "--strict", "--no-dangling") == ""
        pages.read(wiki, ANONYMOUS, "a")
    finally:
        wiki.close()
    assert not list((data / "pages/.git/refs").rglob("*.lock"))
    return count, git(data, "for-each-ref"), acts


@pytest.mark.parametrize("at", [*BEFORE, *DECIDED])
def test_killed_anywhere_it_is_the_old_wiki_or_the_new(
    data: Path, at: tuple[str, str, str, int]
) -> None:
    before = git(data, "for-each-ref")
    script = [sys.executable, "-c", KILLED, *map(str, at), *words(data)]
    done = subprocess.run(script, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    count, refs, acts = state(data)
    if at in BEFORE:
        assert (refs == before, "purge" in acts) == (True, False)
        assert count > 3
        assert denktank(*words(data)).returncode == 0
        assert state(data)[0] == 0
    else:
        assert (refs == before, acts.count("purge"), count) == (False, 1, 0)


def test_killed_after_refs_moved_it_is_finished_also_if_somebody_pushed(
    tmp_path: Path, data: Path
) -> None:
    at = ("wiki.projections.export", "catch_up", "before", "1")
    script = [sys.executable, "-c", KILLED, *at, *words(data)]
    assert subprocess.run(script, cwd=CHECKOUT).returncode == -signal.SIGKILL
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", data / "pages" / ".git", clone], check=True)
    (clone / "later.md").write_text("Later.\n")
    for step in (["add", "-A"], [*AS_PIET, "commit", "-qm", "later"], ["push", "-q"]):
        subprocess.run(["git", *step], cwd=clone, check=True)
    count, _, acts = state(data)
    assert (acts.count("purge"), count) == (1, 0)
    assert git(data, "show", "HEAD:later.md") == "Later.\n"


def test_asking_what_would_change_while_it_runs(tmp_path: Path, data: Path) -> None:
    running = Running(data)
    try:
        running.start()
        before = git(data, "for-each-ref")
        asked = denktank(*words(data, "--dry-run"))
        assert asked.returncode == 0
        assert "1 revisions hold it; 2 get a new id" in asked.stdout
        assert "a.md" in asked.stdout
        assert "3 rows of comments" in asked.stdout
        refused = denktank(*words(data))
        assert refused.returncode == 2
        assert "is in use" in refused.stderr
        assert git(data, "for-each-ref") == before
        assert running.stop() == 0
        done = denktank(*words(data, "--by", "anna"))
        assert done.returncode == 0
        assert "2 revisions have a new id" in done.stdout
        assert "backups made before" in done.stdout
        assert NAME not in done.stdout + done.stderr
        running.start()
        assert state(data)[0] == 0
    finally:
        running.end()
