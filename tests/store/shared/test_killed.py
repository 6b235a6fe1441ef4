"""A node that dies at named points of a save, of catching up, of a push and of a new base."""

from __future__ import annotations

import pytest

from tests.fixtures.killing import killed
from tests.store.shared.test_copy import commit, heads, nodes
from wiki.database.history.ledger import PostgresLedger
from wiki.store.shared import pushing
from wiki.store.shared.copy import Copy
from wiki.store.shared.store import SharedStore

pytestmark = pytest.mark.postgres
__all__ = ["nodes"]
SAVE = [
    (PostgresLedger, "move", "before", False),
    (PostgresLedger, "move", "after", True),
    (Copy, "moved", "before", True),
    (Copy, "_note", "before", True),
]
"""Where a node dies that saves, and whether others have what it saved."""
FOLLOW = [(Copy, "_write_loose"), (Copy, "_set_branch"), (Copy, "_note")]


@pytest.mark.parametrize(("place", "name", "when", "is_made"), SAVE)
def test_a_save_is_on_all_nodes_or_on_none(nodes, nodes_url, place, name, when, is_made):
    one, other = nodes
    before = one.head()

    def save() -> None:
        # Connections are not shared with a child.
        commit(SharedStore.enter(one.folder, PostgresLedger.at(nodes_url)), "saved")

    killed(save, place, name, when)
    (head,) = heads(one, other)
    assert (head != before) == is_made
    assert one.read("a.md").data == other.read("a.md").data == (b"saved" if is_made else b"one")
    after = commit(one, "after")
    assert heads(one, other) == {after}
    assert one.fsck() == other.fsck() == []


@pytest.mark.parametrize(("place", "name"), FOLLOW)
def test_who_dies_while_catching_up_goes_on(nodes, nodes_url, place, name):
    one, other = nodes
    head = commit(one, "two")

    def follow() -> None:
        SharedStore.enter(other.folder, PostgresLedger.at(nodes_url)).refresh()

    killed(follow, place, name, "before")
    assert heads(other) == {head}
    assert other.read("a.md").data == b"two"
    assert other.fsck() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_dies_in_the_push_hook_leaves_what_the_ledger_says(nodes, nodes_url, when):
    one, other = nodes
    old = one.head()
    new = commit(other, "pushed")
    one.refresh()
    lines = [f"{old} {new} refs/tags/v1\n"]

    def transact() -> None:
        pushing.transact(one.git, PostgresLedger.at(nodes_url), lines)

    killed(transact, PostgresLedger, "move", when)
    one.refresh(all=True)
    other.refresh(all=True)
    tags = [one._ledger.standing().refs.get("refs/tags/v1"), None if when == "before" else new]
    assert tags[0] == tags[1]
    for store in nodes:
        assert (store.git / "refs/tags/v1").exists() == (when == "after")


def test_who_dies_while_a_base_is_made_leaves_the_old_one(
    nodes, nodes_url, join, tmp_path, monkeypatch
):
    one, _ = nodes
    monkeypatch.setattr("wiki.store.shared.bases._LEAST", 1)

    def compact() -> None:
        SharedStore.enter(one.folder, PostgresLedger.at(nodes_url)).compact()

    killed(compact, PostgresLedger, "rebase", "before")
    third = join(tmp_path / "third")
    assert heads(one, third) == {one.head()}
    assert one.compact()
    assert heads(one, third, join(tmp_path / "fourth")) == {one.head()}
