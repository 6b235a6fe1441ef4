"""Several writers, pushes among them, and writers that die: no answered save is ever lost."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.conftest import ENVIRONMENT
from wiki.domain.errors import Conflict
from wiki.store.branch import refs
from wiki.store.objects import writing
from wiki.store.store import Stale, Store, StoreError

ROOT = Path(__file__).parents[2]


def start(folder: Path, name: str, count: int, pause: float = 0.0) -> subprocess.Popen[str]:
    """A saving process that has opened the store."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.saver", str(folder), name, str(count), str(pause)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def answered(process: subprocess.Popen[str]) -> list[list[str]]:
    """The saves that a process (which ended) was given an answer to: line and revision."""
    with process.stdout as out:
        lines = [line.split() for line in out if line.endswith("\n")]
    process.wait()
    return lines


def check(store: Store, saves: list[list[str]]) -> None:
    """All these saves are there, in the page and in the log, and git is content."""
    assert not list(store.git.glob("refs/heads/*.lock"))
    text = store.read("shared/page.md").data.decode().split()
    log = {commit.id for commit in store.log()}
    assert set(text) >= {line for line, _ in saves}
    assert len(text) == len(set(text))
    assert log >= {revision for _, revision in saves}
    assert store.fsck() == []


def test_saves_of_several_processes_are_all_there(store):
    writers = [start(store.folder, f"writer{number}", 25) for number in range(4)]
    saves = [save for writer in writers for save in answered(writer)]
    assert len(saves) == 100
    check(store, saves)
    assert len(list(store.log())) == 100


@pytest.mark.slow
def test_pushes_during_saves_lose_neither(store, save, clone, put, git):
    save({"shared/page.md": b""})
    git(clone, "pull", "-q", "origin", "main")
    writers = [start(store.folder, f"writer{number}", 20, 0.6) for number in range(3)]
    pushed = 0
    while any(writer.poll() is None for writer in writers):
        put(clone, {f"pushed/{pushed}.md": "outside"}, f"push {pushed}")
        while subprocess.run(
            ["git", "push", "-q", "origin", "main"],
            cwd=clone,
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
        ).returncode:
            git(clone, "pull", "-q", "--rebase", "origin", "main")
        pushed += 1
    check(store, [one for writer in writers for one in answered(writer)])
    there = {entry.file for entry in store.list("pushed")}
    assert there == {f"pushed/{number}.md" for number in range(pushed)}
    assert pushed >= 2


@pytest.mark.slow
def test_a_large_push_lands_beside_savers(store, save, clone, git):
    save({"shared/page.md": b""})
    writers = [start(store.folder, f"writer{number}", 1_000, 0.1) for number in range(3)]
    try:
        git(clone, "pull", "-q", "origin", "main")
        history = "".join(
            f"commit refs/heads/main\ncommitter O <o@example.org> {1_700_000_000 + n} +0000\n"
            f"data 4\npush\n{'' if n > 1 else 'from refs/heads/main^0' + chr(10)}"
            f"M 644 inline pushed/{n}.md\ndata {len(str(n))}\n{n}\n"
            for n in range(1, 501)
        )
        git(clone, "fast-import", "--quiet", given=history.encode())
        git(clone, "push", "-q", "origin", "main:refs/for/main")
    finally:
        for writer in writers:
            writer.kill()
        saves = [one for writer in writers for one in answered(writer)]
    assert len(saves) > 3
    check(store, saves)
    assert {entry.file for entry in store.list("pushed")} == {
        f"pushed/{number}.md" for number in range(1, 501)
    }
    git(clone, "reset", "-q", "--hard")
    git(clone, "pull", "-q", "--ff-only", "origin", "main")


@pytest.mark.parametrize("theirs", ["aside.md", "a.md"])
def test_a_save_while_a_push_comes_in(store, save, clone, put, git, theirs):
    """A save after git looked at the branch: merged, or refused where both changed the same."""
    save({"a.md": b"one\n"})
    git(clone, "pull", "-q", "origin", "main")
    pushed = put(clone, {theirs: "pushed\n"})
    hook = store.git / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch came\nwhile [ -e came ]; do sleep 0.02; done\n")
    hook.chmod(0o755)
    with subprocess.Popen(
        ["git", "push", "origin", "main"], cwd=clone, env=ENVIRONMENT, stderr=-1, text=True
    ) as pushing:
        while not (store.git / "came").exists():
            assert pushing.poll() is None
            time.sleep(0.01)
        saved = save({"a.md": b"two\n"})
        (store.git / "came").unlink()
        said = pushing.stderr.read()
    hook.unlink()
    assert store.reachable(saved)
    assert store.read("a.md").data == b"two\n"
    if theirs == "a.md":
        assert pushing.returncode
        assert "fetch first" in said
        assert store.head() == saved
    else:
        assert not pushing.returncode, said
        assert store.get(store.head()).parents == (saved, pushed)
        assert store.read("aside.md").data == b"pushed\n"
    assert store.fsck() == []


def test_what_a_push_may_not_do_is_refused(store, save, clone, put, git):
    save({"a.md": b"one"})
    git(clone, "pull", "-q", "origin", "main")
    put(clone, {"b.md": "x"})
    git(clone, "push", "-q", "origin", "main")
    head = store.head()
    git(clone, "reset", "-q", "--hard", "HEAD^")
    put(clone, {"c.md": "x"})
    for refspec in ("+main:main", ":main"):
        done = subprocess.run(
            ["git", "push", "-q", "origin", refspec],
            cwd=clone,
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
        )
        assert done.returncode
        assert store.head() == head


@pytest.mark.parametrize("touches", ["aside.md", "a.md"])
def test_a_branch_moved_between_read_and_write(store, save, clone, put, git, monkeypatch, touches):
    """A push waits for the save; git itself in the repository knows nothing of our lock."""
    save({"a.md": b"one"})
    blob = store.entry("a.md").blob
    git(clone, "pull", "-q", "origin", "main")
    pushed = put(clone, {touches: "pushed"})
    flush = writing.ObjectWriter.flush

    def fetch_first(writer: writing.ObjectWriter, while_flushing: Callable[[], None]) -> None:
        monkeypatch.setattr(writing.ObjectWriter, "flush", flush)
        git(store.git, "fetch", "-q", "--update-head-ok", str(clone), "main:main")
        flush(writer, while_flushing)

    monkeypatch.setattr(writing.ObjectWriter, "flush", fetch_first)
    if touches == "a.md":
        with pytest.raises(Stale) as stale:
            save({"a.md": b"two"}, {"a.md": blob})
        assert stale.value.files == {"a.md": store.entry("a.md").blob}
        assert store.head() == pushed
    else:
        save({"a.md": b"two"}, {"a.md": blob})
        assert store.get(store.head()).parents == (pushed,)
        assert store.read("aside.md").data == b"pushed"
    assert store.fsck() == []


def test_a_branch_locked_by_a_push_is_waited_for(store, save, monkeypatch):
    save({"a.md": b"one"})
    lock = store.git / "refs/heads/main.lock"
    lock.touch()
    monkeypatch.setattr(refs.time, "sleep", lambda _: lock.unlink())
    save({"a.md": b"two"})
    assert store.read("a.md").data == b"two"


@pytest.mark.parametrize("is_at_work", [False, True])
def test_a_lock_that_a_killed_push_left_is_taken_away(store, save, monkeypatch, is_at_work):
    save({"a.md": b"one"})
    lock = store.git / "refs/heads/main.lock"
    lock.touch()
    os.utime(lock, (time.time() - 60,) * 2)
    monkeypatch.setattr(refs, "_is_git_at_work", lambda git: is_at_work)
    monkeypatch.setattr(refs, "_WAIT", 0.0)
    if is_at_work:
        with pytest.raises(StoreError, match="store_branch_locked"):
            save({"a.md": b"two"})
    else:
        save({"a.md": b"two"})
        assert store.read("a.md").data == b"two"


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="processes cannot be seen here")
def test_a_git_at_work_in_the_repository_is_seen(store, tmp_path):
    words = ["git", f"--git-dir={store.git}", "cat-file", "--batch"]
    for folder, is_seen in ((store.folder, True), (store.git, True), (tmp_path.parent, False)):
        with subprocess.Popen(words, cwd=folder, stdin=-1, stdout=-1) as git:
            # Once it answers it is git, no longer the fork of ours that became it.
            git.stdin.write(b"nothing\n")
            git.stdin.flush()
            git.stdout.readline()
            found = refs._may_be_in(Path(f"/proc/{git.pid}"), str(store.git))
        assert found == is_seen
    assert not refs._may_be_in(Path("/proc/self"), str(store.git))


def test_everything_is_flushed_before_the_branch_moves(store, save, monkeypatch):
    save({"a/b/c.md": b"one"})
    events: list[tuple[str, str]] = []
    real_fsync, real_rename, real_link = os.fsync, Path.rename, os.link

    def fsync(handle: int) -> None:
        real_fsync(handle)
        events.append(("flush", str(Path(f"/proc/self/fd/{handle}").readlink())))

    def rename(file: Path, target: str) -> Path:
        renamed = real_rename(file, target)
        events.append(("rename", f"{file} {target}"))
        return renamed

    def link(file: str, target: str) -> None:
        real_link(file, target)
        events.append(("link", f"{file} {target}"))

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(os, "link", link)
    save({"a/b/c.md": b"two", "a/new.md": b"three"})
    *before, last = events
    assert last == ("flush", str(store.git / "refs/heads"))
    linked = next(at for at, (what, _) in enumerate(before) if what == "link")
    moves = [(at, detail.split()) for at, (what, detail) in enumerate(before) if what == "rename"]
    *written, moved = moves
    assert moved[1][1] == str(store.git / "refs/heads/main")
    assert linked < moved[0]
    assert len(written) == 6  # two blobs, three trees, one commit
    for at, (temporary, target) in written:
        assert ("flush", temporary) in events[:at]
        assert ("flush", str(Path(target).parent)) in events[at:linked]
    assert ("flush", str(store.git / "denktank.ref")) in events[:linked]


def _die_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kill this process, as from outside, before its step-th touch of the disk."""
    left = iter(range(step))

    def counted(real):
        def call(*arguments, **options):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return call

    for owner, name in (
        (os, "open"),
        (os, "write"),
        (os, "fsync"),
        (os, "link"),
        (Path, "rename"),
        (Path, "unlink"),
        (Path, "mkdir"),
    ):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_writer_killed_at_any_step_needs_no_hand(store, save, monkeypatch):
    save({"a/b.md": b"start"})
    survived = False
    for step in range(200):
        head = store.head()
        child = os.fork()
        if child == 0:
            _die_at(step, monkeypatch)
            save({"a/b.md": b"child %d" % step})
            os._exit(0)
        survived = os.waitpid(child, 0)[1] == 0
        text = store.read("a/b.md").data
        assert (store.head() == head) == (text != b"child %d" % step)
        assert not survived or store.head() != head
        again = save({"a/b.md": b"parent %d" % step}, {"a/b.md": store.entry("a/b.md").blob})
        assert Store.open(store.folder).head() == again
        if survived:
            break
    assert survived
    assert step > 20
    assert not (store.git / "denktank.ref").exists()
    assert not (store.git / "refs/heads/main.lock").exists()
    assert store.fsck() == []


@pytest.mark.slow
def test_kill_nine_at_random_moments_loses_no_answered_save(store):
    steady = start(store.folder, "steady", 100_000, 0.01)
    saves = []
    for number in range(25):
        victim = start(store.folder, f"victim{number}", 100_000)
        try:
            victim.wait(random.uniform(0.0, 0.15))
        except subprocess.TimeoutExpired:
            victim.kill()
        saves += answered(victim)
        assert steady.poll() is None
    steady.kill()
    saves += answered(steady)
    assert len(saves) > 50
    next_start = start(store.folder, "next", 1)
    check(store, saves + answered(next_start))


def test_a_refused_save_leaves_nothing_behind(store, save):
    save({"a.md": b"one"})
    handles = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(Conflict):
            save({"x.md": b"large" * 1_000, "A.md": b"twin"})
    assert len(list(Path("/proc/self/fd").iterdir())) == handles
    assert not list(store.git.glob("objects/tmp_obj_*"))


def test_a_full_disk_is_a_clear_refusal(store, save, monkeypatch):
    head = save({"a.md": b"one"})

    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StoreError) as error:
            save({"a.md": b"two"})
    assert error.value.code == "store_unwritable"
    assert store.head() == head
    save({"a.md": b"three"})
    assert store.fsck() == []


def test_a_tree_that_multiplies_is_refused(store, save, clone, git):
    """Ten folders that are one, ten deep: a few hundred bytes, ten thousand million files."""
    head = save({"a.md": b"a"})
    git(clone, "pull", "-q", "origin", "main")
    blob = git(clone, "hash-object", "-w", "--stdin", given=b"x").strip()
    kind, mode, id = "blob", "100644", blob
    for _ in range(10):
        rows = "".join(f"{mode} {kind} {id}\t{number}.md\n" for number in range(10))
        kind, mode, id = "tree", "040000", git(clone, "mktree", given=rows.encode()).strip()
    commit = git(clone, "commit-tree", id, "-p", head, "-m", "bomb").strip()
    words = ["git", "-C", clone, "push", "origin", f"{commit}:main"]
    done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "holds more than 1000000 files" in done.stderr
    assert store.head() == head
    git(clone, "push", "-q", "origin", f"{head}:refs/for/main")
