"""Blame on a real history beside `git blame -w`; where they differ, the reason is shown."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wiki.database import history
from wiki.database import passages as kept
from wiki.database.database import Database
from wiki.domain import text
from wiki.domain.frontmatter import split
from wiki.domain.passages import cut, key, keys
from wiki.domain.revisions import Revision
from wiki.projections import follow, passages
from wiki.store.store import Store

BUNDLE = Path(__file__).parents[3] / "shared" / "data" / "rfcs.bundle"
PAGES = 50


@dataclass
class Rfcs:
    """The repository, and its projections without passages."""

    store: Store
    database: Database

    def text(self, blob: str) -> str:
        return text.decode(self.store.blob(blob)).text

    def paths(self) -> list[str]:
        return sorted(e.file.removesuffix(".md") for e in self.store.list() if e.file[-3:] == ".md")

    def git_blame(self, path: str) -> list[str]:
        """The commit of each line."""
        command = ["git", f"--git-dir={self.store.git}", "blame", "-w", "--porcelain", "main"]
        run = subprocess.run(
            [*command, "--", f"{path}.md"], check=True, capture_output=True, timeout=60
        )
        commits, header = [], True
        for line in run.stdout.decode("utf-8", "replace").split("\n"):
            if line.startswith("\t"):
                header = True
            elif header and line:
                commits.append(line.split(" ")[0])
                header = False
        return commits


@pytest.fixture(scope="module")
def rfcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rfcs]:
    """Somebody else's repository, followed; skipped where it is not there."""
    if not BUNDLE.exists():
        pytest.skip("the bundle of real pages is not there")
    data = tmp_path_factory.mktemp("rfcs")
    clone = ["git", "clone", "-q", "-b", "main", str(BUNDLE), str(data / "pages")]
    subprocess.run(clone, check=True)
    made = Rfcs(Store.open(data / "pages"), Database.open("", data))
    follow.catch_up(made.store, made.database)
    yield made
    made.database.close()
    made.store.close()


@pytest.mark.slow
def test_blame_is_what_git_says_or_better(rfcs: Rfcs) -> None:
    """A sentence is as old as the newest of its lines, where git can know it.

    Git names a newer commit where a sentence was moved, came back, or where its line was broken
    elsewhere or holds another sentence that changed; it names an older one where a sentence lost a
    part of itself on another line. Of lines that stand there several times ("}") either may be the
    old one. Each difference is one of these three.
    """
    counted: Counter[str] = Counter()
    for path in random.Random(2009).sample(rfcs.paths(), PAGES):
        with rfcs.database.read() as connection:
            page = history.identity(connection, path)
        assert passages.follow(rfcs.store, rfcs.database, page)
        for reason in compare(rfcs, page, path):
            counted[reason] += 1
    assert not counted["unexplained"], counted
    assert counted["equal"] > 0.8 * counted.total(), counted


def compare(rfcs: Rfcs, page: str, path: str) -> Iterator[str]:
    """For each passage: whether it agrees, or why not."""
    found = rfcs.store.read(f"{path}.md")
    assert found is not None
    whole = text.decode(found.data).text
    said = rfcs.git_blame(path)
    with rfcs.database.read() as connection:
        stand = kept.standing(connection, page)
        last = kept.reached(connection, page)
        every = kept.revisions(connection, page, range(1, last.steps + 1 if last else 0))
    step_of = {revision.commit: step for step, revision in every.items()}
    if last is None or last.blob != found.id:
        stand = passages.standing(rfcs.store, rfcs.database, page, found.id)
    at = len(whole) - len(split(whole)[1])
    for passage, one in zip(cut(whole), stand, strict=True):
        start = at + len(passage) - len(passage.lstrip())
        first = whole.count("\n", 0, start)
        lines = range(first, first + passage.strip().count("\n") + 1)
        at += len(passage)
        theirs = max((step_of.get(said[line], 0) for line in lines), default=0)
        yield reason(rfcs, every, key(passage), one.origin, theirs)


def reason(rfcs: Rfcs, every: dict[int, Revision], wanted: str, mine: int, theirs: int) -> str:
    if mine == theirs:
        return "equal"
    if mine < theirs:
        return "same words before" if wanted in keys(rfcs.text(every[mine].blob)) else "unexplained"
    if not theirs or wanted not in keys(rfcs.text(every[theirs].blob)):
        return "not yet these words"
    times = (keys(rfcs.text(one.blob)).count(wanted) for one in every.values() if one.blob)
    return "one of several equal lines" if max(times) > 1 else "unexplained"
