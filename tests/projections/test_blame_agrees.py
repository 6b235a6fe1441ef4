"""Blame of a history of somebody else beside `git blame -w`; every difference has a reason."""

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
from wiki.database.history import sentences as kept
from wiki.domain.content import text
from wiki.domain.content.frontmatter import split
from wiki.domain.history.revisions import Revision
from wiki.domain.history.sentences import cut, key, keys
from wiki.projections import follow, sentences
from wiki.store.store import Store

PAGES = 50


@dataclass
class Followed:
    """The repository, and its projections without sentences."""

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


@pytest.fixture(params=histories.NAMES)
def followed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Followed]:
    """Somebody else's repository, followed."""
    store = Store.open(histories.clone(request.param, tmp_path / "pages"))
    opened = Followed(store, Database.open("", tmp_path))
    follow.catch_up(opened.store, opened.database)
    yield opened
    opened.database.close()
    opened.store.close()


@pytest.mark.slow
def test_blame_is_what_git_says_or_better(followed: Followed) -> None:
    """A sentence is as old as the newest of its lines, where git can know it.

    Git names a newer commit where a sentence was moved, came back, or where its line was broken
    elsewhere or holds another sentence that changed; it names an older one where a sentence lost a
    part of itself on another line. Of lines that stand there several times ("}") either may be the
    old one. Each difference is one of these three.
    """
    counted: Counter[str] = Counter()
    for path in random.Random(2009).sample(followed.paths(), PAGES):
        with followed.database.read() as connection:
            page = history.identity(connection, path)
        assert sentences.follow(followed.store, followed.database, page)
        for reason in compare(followed, page, path):
            counted[reason] += 1
    assert not counted["unexplained"], counted
    assert counted["equal"] > 0.8 * counted.total(), counted


def compare(repo: Followed, page: str, path: str) -> Iterator[str]:
    """For each sentence: whether it agrees, or why not."""
    found = repo.store.read(f"{path}.md")
    assert found is not None
    whole = text.decode(found.data).text
    said = repo.git_blame(path)
    with repo.database.read() as connection:
        stand = kept.standing(connection, page)
        last = kept.reached(connection, page)
        every = kept.revisions_at(connection, page, range(1, last.steps + 1 if last else 0))
    step_of = {revision.commit: step for step, revision in every.items()}
    if last is None or last.blob != found.id:
        stand = sentences.standing(repo.store, repo.database, page, found.id)
    at = len(whole) - len(split(whole)[1])
    for sentence, one in zip(cut(whole), stand, strict=True):
        start = at + len(sentence) - len(sentence.lstrip())
        first = whole.count("\n", 0, start)
        lines = range(first, first + sentence.strip().count("\n") + 1)
        at += len(sentence)
        theirs = max((step_of.get(said[line], 0) for line in lines), default=0)
        yield reason(repo, every, key(sentence), one.origin, theirs)


def reason(repo: Followed, every: dict[int, Revision], wanted: str, mine: int, theirs: int) -> str:
    if mine == theirs:
        return "equal"
    if mine < theirs:
        return "same words before" if wanted in keys(repo.text(every[mine].blob)) else "unexplained"
    if not theirs or wanted not in keys(repo.text(every[theirs].blob)):
        return "not yet these words"
    times = (keys(repo.text(one.blob)).count(wanted) for one in every.values() if one.blob)
    return "one of several equal lines" if max(times) > 1 else "unexplained"
