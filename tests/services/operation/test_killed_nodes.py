"""A node that dies at named points of a purge, and between a save and the lists that follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.killing import killed_later
from tests.services.operation.test_nodes import save, settings
from wiki.database.history import ledger
from wiki.engine import Wiki, open_wiki
from wiki.projections import follow, history
from wiki.services.operation import jobs, purging
from wiki.services.operation import projections as looking
from wiki.store.branch import push_guard
from wiki.store.rewriting import pruning

pytestmark = pytest.mark.postgres
PURGE = [
    (purging, "decide", "before", False),
    (purging, "decide", "after", True),
    (ledger, "replace", "after", True),
    (push_guard, "bar", "before", True),
    (pruning, "prune", "before", True),
]
"""Where a purge dies, and whether it is done to the end when the node is opened again."""
FOLLOW = [(follow, "catch_up", "before"), (history, "write", "after")]


@pytest.fixture
def folders(tmp_path: Path, postgres_url: str) -> Iterator[Callable[[str], Wiki]]:
    """Opens a node: `folders("one")`."""
    opened: list[Wiki] = []

    def node(name: str, **options: Any) -> Wiki:
        opened.append(open_wiki(settings(tmp_path / name, postgres_url), **options))
        return opened[-1]

    yield node
    for wiki in opened:
        wiki.close()


def holding(wiki: Wiki, word: str) -> list[str]:
    """The files of a node in which a word stands; packed objects are those that git finds."""
    files = [file for file in wiki.settings.data.rglob("*") if file.is_file()]
    found = [str(file) for file in files if word.encode() in file.read_bytes()]
    every = wiki.store.log("", wiki.store.head())
    return found + [commit.id for commit in every if word in text_at(wiki, commit.id)]


def text_at(wiki: Wiki, revision: str) -> str:
    return wiki.store.read("a.md", at=revision).data.decode()


def test_a_purge_that_is_killed_is_finished_or_was_not_begun(
    folders: Callable[..., Wiki],
) -> None:
    other = folders("other")
    for number, (place, name, when, is_done) in enumerate(PURGE):
        word = f"Zeldzaamheid{number}"
        for text in (f"# A\n\n{word} {number}", f"# A\n\nweg {number}"):
            save(other, text)

        def begin(word: str = word) -> Callable[[], object]:
            alone = folders("one", alone=True)
            found = purging.look(alone, purging.of_words(alone, [word], "N"), lambda *_: None)
            return lambda: purging.purge(alone, found, None, "op verzoek", lambda *_: None)

        killed_later(begin, place, name, when)
        one = folders("one")
        for wiki in (one, other):
            wiki.refresh()
            jobs.follow(wiki)
            jobs.search(wiki)
            assert wiki.store.fsck() == [], name
            assert not (is_done and list(wiki.store.git.glob("denktank.base-*"))), name
            assert bool(holding(wiki, word)) != is_done, (name, holding(wiki, word))
            assert looking.behind(wiki)["history"] == 0
        assert one.store.head() == other.store.head()
        one.close()


def test_a_purge_that_was_decided_and_overtaken_is_none(folders: Callable[..., Wiki]) -> None:
    other = folders("other")
    save(other, "# A\n\nZeldzaamheid")

    def begin() -> Callable[[], object]:
        alone = folders("one", alone=True)
        found = purging.look(alone, purging.of_words(alone, ["Zeldzaamheid"]), lambda *_: None)
        return lambda: purging.purge(alone, found, None, "op verzoek", lambda *_: None)

    killed_later(begin, purging, "decide", "after")
    newest = save(other, "# A\n\nVerder met Zeldzaamheid")
    one = folders("one")
    assert one.store.head() == newest
    assert one.store.fsck() == []
    assert save(one, "# A\n\nNog verder")


@pytest.mark.parametrize(("place", "name", "when"), FOLLOW)
def test_lists_that_did_not_follow_do_so_on_any_node(
    folders: Callable[..., Wiki], place: Any, name: str, when: str
) -> None:
    other = folders("other")
    save(other, "# Eerst")

    def begin() -> Callable[[], object]:
        one = folders("one")
        return lambda: save(one, "# Nieuw")

    killed_later(begin, place, name, when)
    other.refresh()
    assert text_at(other, other.store.head()) == "# Nieuw"
    other.follow()
    one = folders("one")
    assert looking.behind(one)["history"] == looking.behind(other)["history"] == 0
    assert one.store.head() == other.store.head()
