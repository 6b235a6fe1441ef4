"""History on a real repository beside `git log --follow`; where they differ, it is known why."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from wiki.database import history
from wiki.database.database import Database
from wiki.projections import follow
from wiki.store.store import Store

BUNDLE = Path(__file__).parents[3] / "shared" / "data" / "rfcs.bundle"
PAGES = 200


@pytest.fixture(scope="module")
def rfcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Database]]:
    """Somebody else's repository, followed; skipped where it is not there."""
    if not BUNDLE.exists():
        pytest.skip("the bundle of real pages is not there")
    data = tmp_path_factory.mktemp("rfcs")
    clone = ["git", "clone", "-q", "-b", "main", str(BUNDLE), str(data / "pages")]
    subprocess.run(clone, check=True)
    store, database = Store.open(data / "pages"), Database.open("", data)
    follow.catch_up(store, database)
    yield store, database
    database.close()
    store.close()


def git(store: Store, *words: str) -> list[str]:
    command = ["git", f"--git-dir={store.git}", *words]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=120
    ).stdout.split()


@pytest.mark.slow
def test_history_is_what_git_follows(rfcs: tuple[Store, Database]) -> None:
    """Of 200 pages, 179 have exactly git's list; the other 21 differ for two reasons.

    - 15 have merges whose text is that of none of their parents: somebody decided something there.
      git leaves merges out unless it is asked for them.
    - 6 come from somewhere else than git thinks. `--follow` knows paths, not pages: it goes on into
      an earlier page at the same path that was deleted or renamed since (0873, 0879, 3502) and into
      the page that a new one was copied from (2071). And libgit2 and git weigh likeness a little
      differently, so that one of them sees a rename in a rewriting (1212, 1419).
    """
    store, database = rfcs
    paths = sorted(e.file.removesuffix(".md") for e in store.list() if e.file.endswith(".md"))
    differ: Counter[str] = Counter()
    for path in random.Random(2009).sample(paths, PAGES):
        theirs = git(store, "log", "--follow", "--format=%H", "main", "--", f"{path}.md")
        with database.read() as connection:
            page = history.identity(connection, path)
            ours = [r.commit for r in history.revisions(connection, page, limit=10_000)]
        differ[_reason(store, ours, theirs, path)] += 1
    assert differ == {"same": 179, "merges": 15, "kin": 6}


def _reason(store: Store, ours: list[str], theirs: list[str], path: str) -> str:
    if ours == theirs:
        return "same"
    more = [commit for commit in ours if commit not in theirs]
    if all(len(store.get(commit).parents) > 1 for commit in more) and set(theirs) <= set(ours):
        assert [commit for commit in ours if commit not in more] == theirs, f"order of {path}"
        return "merges"
    return "kin"
