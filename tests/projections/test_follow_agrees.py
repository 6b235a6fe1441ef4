"""History of somebody else beside `git log --follow`; where they differ, it is known why."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
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
DIFFER = {
    "real": {"same": 179, "merges": 15, "kin": 6},
    "made": {"same": 47, "merges": 8, "kin": 8},
}


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
    """Of 200 real pages, 179 have exactly git's list; the other 21 differ for two reasons.

    - 15 have merges whose text is that of none of their parents: somebody decided something there.
      git leaves merges out unless it is asked for them.
    - 6 come from somewhere else than git thinks. `--follow` knows paths, not pages: it goes on into
      an earlier page at the same path that was deleted or renamed since (0873, 0879, 3502) and into
      the page that a new one was copied from (2071). And libgit2 and git weigh likeness a little
      differently, so that one of them sees a rename in a rewriting (1212, 1419).

    Of the made ones 8 stand at a path that another page had before, or came back to their own.
    """
    store, database = followed.store, followed.database
    paths = sorted(e.file.removesuffix(".md") for e in store.list() if e.file.endswith(".md"))
    before = _ancestors(store)
    differ: Counter[str] = Counter()
    for path in random.Random(2009).sample(paths, min(PAGES, len(paths))):
        theirs = git(store, "log", "--follow", "--format=%H", "main", "--", f"{path}.md")
        with database.read() as connection:
            page = history.identity(connection, path)
            ours = [r.commit for r in history.of_page(connection, page, limit=10_000)]
        assert _is_newest_first(ours, before), path
        differ[_reason(store, set(ours), set(theirs))] += 1
    assert differ == DIFFER[followed.name]


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
        return "same"
    if theirs < ours and all(len(store.get(commit).parents) > 1 for commit in ours - theirs):
        return "merges"
    return "kin"
