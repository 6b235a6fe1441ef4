"""A tree that multiplies, in a repository that is there: it is set aside, and all else goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wiki.engine import open_wiki
from wiki.services.operation import projections
from wiki.store.history import log
from wiki.store.objects import weights
from wiki.store.objects.trees import FILE, FOLDER, entry
from wiki.store.objects.weights import Weights


@pytest.fixture
def tree(store, git) -> Callable[[dict[str, tuple[int, str]]], str]:
    """Writes a tree by git's plumbing; gives its id."""

    def write(entries: dict[str, tuple[int, str]]) -> str:
        kinds = {FILE: "blob", FOLDER: "tree"}
        rows = (f"{mode:06o} {kinds[mode]} {id}\t{name}\n" for name, (mode, id) in entries.items())
        return git(store.git, "mktree", given="".join(rows).encode()).strip()

    return write


@pytest.fixture
def bomb(store, git, tree) -> str:
    """Ten folders that are one, ten deep: a few hundred bytes, ten thousand million files."""
    blob = git(store.git, "hash-object", "-w", "--stdin", given=b"# X\n").strip()
    made = tree({f"{number}.md": (FILE, blob) for number in range(10)})
    for _ in range(9):
        made = tree({str(number): (FOLDER, made) for number in range(10)})
    return made


@pytest.fixture
def blow(store, git, tree, bomb) -> Callable[[], str]:
    """Commits a bomb past every hook, with a page beside it and one more in its folder."""

    def commit() -> str:
        blob = git(store.git, "hash-object", "-w", "--stdin", given=b"# B\n").strip()
        page = (FILE, blob)
        folder = tree({"b.md": page, "bomb": (FOLDER, bomb), "bomb2": (FOLDER, bomb)})
        root = tree({"a.md": page, "bomb": (FOLDER, bomb), "map": (FOLDER, folder)})
        parents = ["-p", store.head()] if store.head() else []
        id = git(store.git, "commit-tree", root, *parents, "-m", "bomb").strip()
        git(store.git, "update-ref", "refs/heads/main", id)
        return id

    return commit


def test_a_tree_that_multiplies_is_named_and_everything_else_is_there(store, save, blow):
    head = save({"a.md": b"one", "old.md": b"# B\n"})
    new = blow()
    assert [one.file for one in store.list()] == ["a.md", "map/b.md"]
    assert [one.file for one in store.list("map")] == ["map/b.md"]
    assert list(store.list("bomb")) == []
    assert store.odd_files() == ["bomb/", "map/bomb/", "map/bomb2/"]
    files = ["a.md", "map/b.md", "old.md"]
    assert [one.file for one in store.diff(head, new)] == files
    assert [one.file for one in store.changes(store.get(new))] == files
    assert store.renames(store.get(new)) == {"map/b.md": "old.md"}
    save({"map/c.md": b"three"})
    assert [one.file for one in store.diff(new, store.head())] == ["map/c.md"]
    assert store.damages() == []


def test_git_is_not_asked_where_it_would_never_end(store, save, blow, monkeypatch):
    monkeypatch.setattr(log, "_MANY", 1)
    save({"a.md": b"one"})
    save({"c.md": b"two"})
    blow()
    save({"d.md": b"three"})
    found = [[one.file for one in diffs] for _, diffs in store.history()]
    assert found == [["a.md"], ["c.md"], ["a.md", "c.md", "map/b.md"], ["d.md"]]


def test_the_lightest_are_gone_through_first():
    ids = {name: f"{number:040x}" for number, name in enumerate(("root", "far", "near"))}
    far = b"".join(entry(b"%d.md" % number, FILE, "f" * 40) for number in range(20_000))
    half = 1 + len(far) // 40
    many = {f"{number + 10:040x}": far for number in range(weights.MOST // half + 5)}
    root = b"".join(entry(id.encode(), FOLDER, id) for id in [*many, ids["near"]])
    read = {**many, ids["root"]: root, ids["near"]: b""}
    left_out = Weights(lambda: read.__getitem__).of(ids["root"]).left_out
    assert 5 <= len(left_out) <= 7
    assert ids["near"] not in left_out


def test_a_wiki_on_such_a_repository_follows_it(settings, store, blow):
    settings.data.mkdir()
    blow()
    store.folder.rename(settings.data / "pages")
    wiki: Any = open_wiki(settings)
    try:
        differ = {finding.where for finding in projections.check(wiki)}
        assert differ.isdisjoint(("history", "catalogue"))
        found = {(one.item.key, one.reason) for one in projections.set_aside(wiki)}
        assert found == {(name, "folder_weight") for name in ("bomb/", "map/bomb/", "map/bomb2/")}
    finally:
        wiki.close()
