"""History of somebody else beside `git log --follow`; where they differ, it is known why."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures import histories
from wiki.database.engine.database import Database
from wiki.database.history import history
from wiki.projections import follow
from wiki.store.store import Store

PAGES = 200
EARLIER = "git goes on into an earlier page of this path, which was deleted or renamed since"
COPIED = "git goes on into the page that this one was copied from"
RETURNED = "stands at a path that another page had before, or came back to its own"
MERGES = {"real": 15, "made": 8}
"""Pages with merges whose text is that of none of their parents; git leaves merges out."""
KIN = {
    "real": {
        "0873-type-macros": EARLIER,
        "0879-small-base-lexing": EARLIER,
        "3502-cargo-script": EARLIER,
        "2071-impl-trait-type-alias": COPIED,
    },
    "made": dict.fromkeys(
        [
            *("anders 340", "anders 378", "anders 484", "nieuw 167"),
            *("begin17", "begin24", "begin25", "begin29"),
        ],
        RETURNED,
    ),
}
"""Pages that come from somewhere else than git thinks: `--follow` knows paths, not pages."""


@dataclass
class Followed:
    """A repository of somebody else, followed."""

    name: str
    store: Store
    database: Database


@pytest.fixture(params=histories.NAMES)
def followed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Followed]:
    store = Store.open(histories.clone(request.param, tmp_path / "pages"))
    database = Database.open("", tmp_path)
    follow.catch_up(store, database)
    yield Followed(request.param, store, database)
    database.close()
    store.close()


def git(store: Store, *words: str) -> list[str]:
    command = ["git", f"--git-dir={store.git}", *words]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=120
    ).stdout.split()


@pytest.mark.slow
def test_history_is_what_git_follows(followed: Followed) -> None:
    """All of 200 real pages but 19, all made ones but 16 have exactly git's list.

    The others differ for a reason that stands above.
    """
    store, database = followed.store, followed.database
    paths = sorted(e.file.removesuffix(".md") for e in store.list() if e.file.endswith(".md"))
    before = _ancestors(store)
    differ: dict[str, list[str]] = {"merges": [], "kin": []}
    for path in random.Random(2009).sample(paths, min(PAGES, len(paths))):
        theirs = git(store, "log", "--follow", "--format=%H", "main", "--", f"{path}.md")
        with database.read() as connection:
            page = history.identity(connection, path)
            ours = [r.commit for r in history.of_page(connection, page, limit=10_000)]
        assert _is_newest_first(ours, before), path
        reason = _reason(store, set(ours), set(theirs))
        if reason:
            differ[reason].append(path.rpartition("/")[2])
    assert len(differ["merges"]) == MERGES[followed.name]
    assert sorted(differ["kin"]) == sorted(KIN[followed.name])


def _ancestors(store: Store) -> dict[str, int]:
    """Of each commit a bit for itself and for every commit before it, as one number."""
    found: dict[str, int] = {}
    for number, commit in enumerate(store.log()):
        found[commit.id] = 1 << number
        for parent in commit.parents:
            found[commit.id] |= found[parent]
    return found


def _is_newest_first(commits: list[str], before: dict[str, int]) -> bool:
    """No commit stands behind one that was made on it, whatever their dates say."""
    listed = 0
    for commit in commits:
        if listed & before[commit]:
            return False
        listed |= 1 << before[commit].bit_length() - 1
    return True


def _reason(store: Store, ours: set[str], theirs: set[str]) -> str:
    if ours == theirs:
        return ""
    if theirs < ours and all(len(store.get(commit).parents) > 1 for commit in ours - theirs):
        return "merges"
    return "kin"
