"""Packing, checking and copying, beside readers and writers."""

from __future__ import annotations

import threading
from pathlib import Path

import pygit2
import pytest

from wiki.domain.history.revisions import Author
from wiki.store.git import command, maintenance
from wiki.store.store import Change, Store


def test_packing_leaves_everything_readable(store, save, monkeypatch):
    monkeypatch.setattr(maintenance, "_MOST_LOOSE", 50)
    early = [save({"a.md": b"%d" % number, "x/y.md": b"same"}) for number in range(40)]
    other = Store.open(store.folder)
    assert other.read("a.md").data == b"39"
    for _ in range(3):
        store.maintain()
        assert not list(store.git.glob("objects/??/*"))
        assert len(list(store.git.glob("objects/pack/*.pack"))) <= 3
        for number, revision in enumerate(early):
            assert other.read("a.md", revision).data == b"%d" % number
        save({"a.md": b"next"})
        for number in range(60):
            save({"b.md": b"%d" % number})
        assert other.read("b.md").data == b"59"
    assert (store.git / "refs/heads/main").exists()
    assert (store.git / "objects/info/commit-graph").exists()
    assert store.fsck() == []


@pytest.mark.parametrize("date", [2**64, 2**64 - 1, 2**63 - 1, -1])
def test_packing_ends_whatever_date_was_pushed(store, save, monkeypatch, date):
    """Git itself goes on for ever."""
    monkeypatch.setattr(maintenance, "_MOST_LOOSE", 1)
    head = save({"a.md": b"a"})
    tree = command.run(store.git, "rev-parse", f"{head}^{{tree}}").strip()
    who = f"A <a@example.org> {date} +0000"
    raw = f"tree {tree}\nparent {head}\nauthor {who}\ncommitter {who}\n\nx\n"
    odb = pygit2.Repository(store.git).odb
    commit = str(odb.write(pygit2.enums.ObjectType.COMMIT, raw.encode()))
    command.run(store.git, "update-ref", "refs/heads/main", commit)
    for text in (b"x", b"y", b"b"):
        save({"a.md": text})
    store.maintain()
    assert (store.git / "objects/info/commit-graph").exists()
    assert store.read("a.md").data == b"b"


def test_packing_beside_a_writer_and_readers(store, save, monkeypatch):
    monkeypatch.setattr(maintenance, "_MOST_LOOSE", 10)
    save({"a.md": b"start"})
    done = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        mine = Store.open(store.folder)
        while not done.is_set():
            blob = mine.read("a.md")
            if blob is None or mine.read("a.md", mine.head()) is None:
                wrong.append(blob)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(60):
        save({"a.md": b"%d" % (number % 7), f"d/{number}.md": b"x"})
        if number % 5 == 0:
            store.maintain()
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert len(list(store.log())) == 61
    assert store.fsck() == []


def test_fsck_tells_what_is_wrong(store, save):
    save({"a.md": b"one"})
    blob = store.entry("a.md").blob
    (store.git / "objects" / blob[:2] / blob[2:]).unlink()
    assert any(blob in line for line in store.fsck())


def test_a_backup_holds_everything_and_can_be_restored(store, save, clone, put, git, tmp_path):
    save({"a.md": b"one"})
    git(clone, "pull", "-q", "origin", "main")
    aside = put(clone, {"b.md": "aside"})
    git(clone, "push", "-q", "origin", "main:aside")
    save({"a.md": b"two"})
    store.backup(tmp_path / "backup.bundle")
    again = Store.open(tmp_path / "again")
    again.restore(tmp_path / "backup.bundle")
    assert (again.head(), again.branch) == (store.head(), "main")
    assert again.read("b.md", aside).data == b"aside"
    git(tmp_path, "clone", "-q", "-b", "main", "backup.bundle", "by-hand")
    assert (tmp_path / "by-hand/a.md").read_text() == "two"


def test_a_backup_is_whole_while_the_branch_moves(store, save, tmp_path, monkeypatch):
    """The branch moves after git has looked at it and before it writes it down."""
    first = save({"a.md": b"one"})
    real = maintenance.command.run

    def moving(git: Path, *arguments: str) -> str:
        if arguments[0] == "bundle":
            save({"a.md": b"two"})
        return real(git, *arguments)

    monkeypatch.setattr(maintenance.command, "run", moving)
    store.backup(tmp_path / "backup.bundle")
    again = Store.open(tmp_path / "again")
    again.restore(tmp_path / "backup.bundle")
    assert again.head() == first


def test_a_backup_of_nothing_restores_to_nothing(store, tmp_path):
    store.backup(tmp_path / "backup.bundle")
    again = Store.open(tmp_path / "again")
    again.restore(tmp_path / "backup.bundle")
    assert again.head() == ""
    again.commit([Change("a.md", b"")], author=Author("a", ""), message="", trailers={}, expect={})
    assert again.fsck() == []


def test_what_a_killed_worker_left_does_not_stop_maintenance(store, save, monkeypatch):
    monkeypatch.setattr(maintenance, "_MOST_LOOSE", 0)
    save({"a.md": b"one"})
    info = store.git / "objects/info"
    info.mkdir(exist_ok=True)
    (info / "commit-graph.lock").touch()
    (store.git / "objects/pack/tmp_pack_x").touch()
    store.maintain()
    assert (info / "commit-graph").exists()
    assert not list(Path(store.git / "objects/pack").glob("tmp_*"))
