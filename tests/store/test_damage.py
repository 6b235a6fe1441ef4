"""Objects that are flipped, cut off, emptied or gone; a branch that is; an outsider's `git gc`."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.attack.trees import Hands, Push
from tests.store.conftest import ANNA, ENVIRONMENT
from tests.store.test_writers import answered, check, start
from wiki.domain.errors import NotFound, Unreadable
from wiki.store.store import Change, Store, StoreError


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]


WAYS: dict[str, Callable[[bytes], bytes | None]] = {
    "flipped": flip,
    "cut": lambda data: data[:-4],
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "zeros": lambda data: b"\0" * len(data),
    "longer": lambda data: data + b"more",
    "gone": lambda data: None,
}


def flipped(at: int, data: bytes) -> bytes:
    """The same with every bit of one byte turned over."""
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def spoil(file: Path, way: Callable[[bytes], bytes | None]) -> bytes:
    """Damage a file; gives what it was."""
    before = file.read_bytes()
    after = way(before)
    file.unlink()
    if after is not None:
        file.write_bytes(after)
    return before


def file_of(store: Store, id: str) -> Path:
    return store.git / "objects" / id[:2] / id[2:]


def read_all(store: Store, revisions: list[str]) -> Iterator[str]:
    """Go through all that a reader could ask for; gives the ids at which it was damaged."""
    for revision in ["", *revisions]:
        for file in ("a.md", "d/b.md", "d/e/c.md"):
            try:
                store.read(file, revision)
            except Unreadable as error:
                yield error.object
            except NotFound:
                yield revision
    with suppress(Unreadable, NotFound):
        assert list(store.log())


@pytest.fixture
def revisions(save) -> list[str]:
    made = [save({"a.md": b"one", "d/b.md": b"b" * 5_000, "d/e/c.md": os.urandom(3_000)})]
    made.append(save({"a.md": b"two"}))
    made.append(save({"d/b.md": b"c" * 400}))
    return made


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_object_is_told_and_all_else_goes_on(store, revisions, way):
    for file in sorted(store.git.glob("objects/??/*")):
        id = file.parent.name + file.name
        before = spoil(file, WAYS[way])
        begun = time.process_time()
        fresh = Store.open(store.folder)
        found = set(read_all(fresh, revisions))
        assert found == {id}
        assert [one.id for one in fresh.damages()] == [id]
        assert fresh.trouble() is None
        # libgit2 looped for a minute at some of these.
        assert time.process_time() - begun < 20
        file.unlink(missing_ok=True)
        file.write_bytes(before)
    assert store.fsck() == []


def test_damaged_packs_are_told(store, save, revisions, git):
    git(store.git, "repack", "-q", "-a")
    git(store.git, "prune-packed")
    pack, index = (next(store.git.glob(f"objects/pack/*.{end}")) for end in ("pack", "idx"))
    size = pack.stat().st_size
    for at in range(0, size, max(1, size // 40)):
        before = spoil(pack, partial(flipped, at))
        fresh = Store.open(store.folder)
        list(read_all(fresh, revisions))
        assert fresh.fsck()
        pack.unlink()
        pack.write_bytes(before)
    for file in (pack, index):
        before = spoil(file, WAYS["half"])
        fresh = Store.open(store.folder)
        assert list(read_all(fresh, revisions))
        assert fresh.damages()
        assert fresh.fsck()
        if file == index:
            assert fresh.mend()
            assert not fresh.damages()
            assert fresh.fsck() == []
        file.unlink()
        file.write_bytes(before)
    assert not Store.open(store.folder).damages()


@pytest.mark.parametrize("way", ["flipped", "half", "empty", "gone"])
def test_saving_a_damaged_text_again_makes_it_whole(store, save, way):
    save({"a.md": b"one" * 500})
    blob = store.entry("a.md").blob
    save({"a.md": b"two"})
    spoil(file_of(store, blob), WAYS[way])
    save({"a.md": b"one" * 500})
    assert Store.open(store.folder).read("a.md").data == b"one" * 500
    # Also where nothing changes, for then what is sent is what was lost.
    spoil(file_of(store, blob), WAYS[way])
    save({"a.md": b"one" * 500})
    assert Store.open(store.folder).read("a.md").data == b"one" * 500
    assert store.fsck() == []


def test_what_is_damaged_is_fetched_from_who_has_it(store, save, revisions, clone, git, tmp_path):
    git(clone, "pull", "-q", "origin", "main")
    store.backup(tmp_path / "all.bundle")
    objects = sorted(store.git.glob("objects/??/*"))
    for source in (clone, clone / ".git", tmp_path / "all.bundle", f"file://{clone}"):
        for number, file in enumerate(objects):
            spoil(file, list(WAYS.values())[number % len(WAYS)])
        fresh = Store.open(store.folder)
        assert fresh.damages()
        fresh.mend(str(source))
        assert not fresh.damages()
        assert fresh.fsck() == []
        assert [commit.id for commit in Store.open(store.folder).log()] == revisions
    with pytest.raises(StoreError, match="repair_source"):
        store.mend(str(tmp_path / "nothing"))


def test_the_exported_file_gives_a_text_back(store, save):
    save({"a.md": b"one"})
    (store.folder / "a.md").write_bytes(b"one")
    spoil(file_of(store, store.entry("a.md").blob), WAYS["half"])
    assert store.mend() == 1
    assert store.read("a.md").data == b"one"


def test_old_objects_that_are_not_there_keep_nothing_from_starting(store, save, revisions):
    old = store.entry("a.md", revisions[0]).blob
    file_of(store, old).unlink()
    file_of(store, revisions[0]).unlink()
    fresh = Store.open(store.folder)
    assert [commit.id for commit in fresh.log()] == revisions[1:]
    assert [commit.id for commit, _ in fresh.history()] == revisions[1:]
    assert fresh.reachable(revisions[1])
    assert fresh.reachable(revisions[2])
    assert save({"a.md": b"three"}) == Store.open(store.folder).head()
    assert {one.id for one in fresh.damages()} == {revisions[0]}


LOST: dict[str, Callable[[Path], object]] = {
    "deleted": lambda file: file.unlink(),
    "emptied": lambda file: file.write_bytes(b""),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:20]),
    "garbage": lambda file: file.write_bytes(b"\0" * 41),
}


@pytest.mark.parametrize("way", LOST)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_lost_branch_is_never_taken_for_another(store, save, git, way, is_packed):
    save({"a.md": b"one"})
    if is_packed:
        git(store.git, "pack-refs", "--all")
        assert save({"a.md": b"1"})
    head = save({"a.md": b"two"})
    other = Store.open(store.folder)
    LOST[way](store.git / "refs/heads/main")
    for known in (store, other, Store.open(store.folder)):
        assert known.trouble().code == "store_branch_lost"
        assert known.head() == head
        assert known.read("a.md").data == b"two"
        with pytest.raises(StoreError, match="store_branch_lost"):
            known.commit([Change("b.md", b"new")], author=ANNA, message="", trailers={}, expect={})
    assert store.recover([]) == head
    assert store.trouble() is None
    assert save({"b.md": b"new"}) == Store.open(store.folder).head()
    assert store.get(store.head()).parents == (head,)
    assert store.fsck() == []


def test_a_branch_that_git_packed_is_where_it_was(store, save, clone, put, git):
    head = save({"a.md": b"one"})
    git(store.git, "pack-refs", "--all", "--prune")
    assert not (store.git / "refs/heads/main").exists()
    assert Store.open(store.folder).head() == store.head() == head
    git(clone, "pull", "-q", "origin", "main")
    pushed = put(clone, {"b.md": "outside"})
    git(clone, "push", "-q", "origin", "main")
    git(store.git, "pack-refs", "--all", "--prune")
    assert store.trouble() is None
    assert store.head() == pushed
    store.remember()
    save({"a.md": b"two"})
    assert store.get(store.head()).parents == (pushed,)


@pytest.mark.parametrize("name", ["HEAD", "config"])
@pytest.mark.parametrize("way", ["empty", "zeros", "gone"])
def test_what_git_cannot_do_without_is_written_anew(store, save, git, name, way):
    head = save({"a.md": b"one"})
    spoil(store.git / name, WAYS[way])
    again = Store.open(store.folder)
    assert again.head() == head
    assert again.branch == "main"
    assert [notice.code for notice in again.notices] == ["store_mended"]
    save({"a.md": b"two"})
    assert again.fsck() == []
    assert git(store.git, "config", "core.bare").strip() == "true"


def test_alternates_that_lead_nowhere_are_told(store, save):
    save({"a.md": b"one"})
    info = store.git / "objects/info"
    info.mkdir(exist_ok=True)
    for written in (b"/nowhere/objects\n", b"\xff\0\n", f"{store.git}/objects\n".encode()):
        (info / "alternates").write_bytes(written)
        again = Store.open(store.folder)
        assert again.read("a.md").data == b"one"
        assert save({"a.md": written}) == again.head()
        assert not again.damages()
        save({"a.md": b"one"})


def test_locks_of_a_git_that_was_killed_are_taken_away(store, save, monkeypatch):
    save({"a.md": b"one"})
    names = ("HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/other.lock")
    for name in names:
        (store.git / name).touch()
    store.maintain()
    assert all((store.git / name).exists() for name in names)
    for name in names:
        os.utime(store.git / name, (time.time() - 3_600,) * 2)
    store.maintain()
    assert not any((store.git / name).exists() for name in names)


@pytest.mark.slow
def test_gc_by_an_outsider_beside_saves_loses_nothing(store, save):
    save({"shared/page.md": b""})
    writers = [start(store.folder, f"writer{number}", 40, 0.02) for number in range(3)]
    rounds = 0
    while any(writer.poll() is None for writer in writers):
        for words in (["gc", "--prune=now", "-q"], ["prune", "--expire=now"], ["repack", "-adq"]):
            subprocess.run(
                ["git", "-c", "gc.auto=1", *words],
                cwd=store.git,
                env=ENVIRONMENT,
                capture_output=True,
                check=False,
            )
        rounds += 1
    saves = [one for writer in writers for one in answered(writer)]
    assert len(saves) == 120
    assert rounds > 2
    check(store, saves)


@pytest.mark.slow
def test_checking_beside_saves_raises_no_alarm(store, save):
    save({"shared/page.md": b""})
    writers = [start(store.folder, f"writer{number}", 60, 0.02) for number in range(2)]
    rounds = 0
    while any(writer.poll() is None for writer in writers):
        assert store.fsck() == []
        assert store.damages() == []
        rounds += 1
    assert rounds > 3
    check(store, [one for writer in writers for one in answered(writer)])


def test_a_fresh_clone_in_its_place_is_no_lost_branch(store, save, git, tmp_path):
    save({"a.md": b"one"})
    git(tmp_path, "clone", "-q", str(store.folder), "other")
    save({"a.md": b"two"})
    shutil.rmtree(store.folder)
    (tmp_path / "other").rename(store.folder)
    again = Store.open(store.folder)
    assert again.trouble() is None
    assert again.read("a.md").data == b"one"


def test_folders_deeper_than_calls_may_be_are_examined(store, save, tmp_path):
    save({"a.md": b"# A\n"})
    hands = Hands(tmp_path / "hands", store.folder / ".git")
    assert hands.push(Push("deep", 7)).accepted
    assert list(store.damages()) == []
