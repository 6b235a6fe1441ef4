"""The branch: read without git, moved by a protocol that git's own processes respect.

Git locks a branch by creating `refs/heads/<branch>.lock`. A lock file left by a killed process
would stop everybody, so ours is recognisable: the new value is first written to `denktank.ref`
(one fixed name, guarded by the writers' lock) and then *linked* to the lock's name. A lock file
that is the same inode as `denktank.ref` is therefore ours, and whoever holds the writers' lock may
remove it.

Beside the branch stands a note of the commit that it had last (`denktank.seen`, not flushed: a
witness, no truth; `adopt.py` asks a second one). A branch that is unreadable, or gone while the
note names a commit, is an error: whoever took an older value or none for it would undo what was
answered.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from wiki.store.git import maintenance
from wiki.store.objects.versions import StoreError
from wiki.store.objects.writing import flush_folder, together, write_flushed, write_plain

HEADS = "refs/heads/"
SEEN = "denktank.seen"
_ID = re.compile(rb"[0-9a-f]{40}(?=\n|\Z)")
_NOTE = re.compile(rb"([0-9a-f]{40}) (\S+)\n")
_LONGEST = 4_096
_WAIT = 10.0
_ABANDONED = 600.0
_SILENT = 30.0
"""Git holds a lock for moments: an older one is abandoned if no git is at work here."""


class Branch:
    """One branch of the repository in `git`; only `move` and `recover` need the writers' lock.

    One that is not `lasting` is a copy: when it reaches the disk is left to the system.
    """

    def __init__(self, git: Path, name: str, *, lasting: bool = True) -> None:
        self.name = name
        self._lasting = lasting
        self._git = os.fspath(git)
        self._ref = HEADS + name
        self._file = f"{self._git}/{self._ref}"
        self._lock = self._file + ".lock"
        self._next = f"{self._git}/denktank.ref"
        self._seen = f"{self._git}/{SEEN}"
        self._packed_seen: tuple[object, str] = (None, "")
        self._trusted = ("", "")
        self._proposed = ""

    def read(self) -> str:
        """The commit that the branch points at; empty if it never had one.

        Raises StoreError (`store_branch_lost`) if it is unreadable, or gone.
        """
        for _ in range(3):
            value = self._loose()
            if value:
                return value
            if value is not None:
                continue
            value, known = self._packed(), self.known()
            if value == known or not known or (value and self._goes_on(value, known)):
                return value
            # Between the looks git may have moved it from one place to the other.
        raise StoreError("store_branch_lost", file=self._file, known=self.known()[:10])

    def known(self) -> str:
        """The commit that it was last seen at; empty if that was never written down."""
        try:
            with Path(self._seen).open("rb") as file:
                match = _NOTE.match(file.read(_LONGEST))
        except FileNotFoundError:
            return ""
        return match[1].decode() if match and match[2].decode() == self._ref else ""

    def note(self, commit: str) -> None:
        """Write down where it is; call with the writers' lock held."""
        line = f"{commit} {self._ref}\n".encode()
        handle = os.open(self._seen, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            # In place: few bytes within one block, and no name changes, so no save flushes more.
            os.pwrite(handle, line, 0)
            if os.fstat(handle).st_size != len(line):
                os.ftruncate(handle, len(line))
        finally:
            os.close(handle)

    def put(self, commit: str) -> None:
        """Point it at a commit whatever it was; for repairs, with the writers' lock held."""
        self.propose(commit)
        try:
            self._take()
            if Path(self._file).is_dir():
                shutil.rmtree(self._file)
            Path(self._lock).rename(self._file)
        finally:
            self.recover()
        self.settle(lambda: None)
        self.note(commit)

    def _goes_on(self, later: str, seen: str) -> bool:
        """Whether a packed value holds what was seen last: then git packed it after a push."""
        if self._trusted != (later, seen) and maintenance.descends(Path(self._git), later, seen):
            self._trusted = (later, seen)
        return self._trusted == (later, seen)

    def propose(self, new: str) -> None:
        """Write down, flushed, where the branch will go; call with the writers' lock held."""
        self.recover()
        self._proposed = new
        write = write_flushed if self._lasting else write_plain
        write(self._next, new.encode() + b"\n")

    def move(self, old: str) -> bool:
        """Point the branch where it was proposed, if it still points at `old`.

        Gives whether it did; it lasts after `settle`. Call with the writers' lock held and every
        object of the new commit flushed. Raises StoreError (`store_branch_locked`) if somebody
        else keeps it locked.
        """
        try:
            self._take()
            if self.read() != old:
                return False
            Path(self._lock).rename(self._file)
            self.note(self._proposed)
        finally:
            self.recover()
        return True

    def settle(self, while_flushing: Callable[[], None]) -> None:
        """Make the last move lasting, and call `while_flushing` at the same time.

        Needs no lock: moving the branch again meanwhile flushes the same folder.
        """
        flush = partial(flush_folder, os.fspath(Path(self._file).parent))
        together([flush, while_flushing] if self._lasting else [while_flushing])

    def recover(self) -> None:
        """Remove what a writer that was killed left behind; call with the writers' lock held."""
        try:
            left = Path(self._next).stat()
        except FileNotFoundError:
            return
        try:
            lock = Path(self._lock).stat()
        except FileNotFoundError:
            pass
        else:
            if os.path.samestat(left, lock):
                Path(self._lock).unlink()
        Path(self._next).unlink()

    def _take(self) -> None:
        deadline = time.monotonic() + _WAIT
        while True:
            try:
                os.link(self._next, self._lock)
                return
            except FileExistsError:
                # A push is being written; it holds this for a moment, unless it was killed.
                age = self._age_of_lock()
                if age > _ABANDONED or (age > _SILENT and not _is_git_at_work(self._git)):
                    Path(self._lock).unlink(missing_ok=True)
                    continue
                if time.monotonic() > deadline:
                    raise StoreError("store_branch_locked", file=self._lock) from None
                time.sleep(0.002)
            except FileNotFoundError:
                Path(self._file).parent.mkdir(parents=True, exist_ok=True)

    def _age_of_lock(self) -> float:
        try:
            return time.time() - Path(self._lock).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def _loose(self) -> str | None:
        """The branch's own file: None without one, empty if it cannot be read."""
        try:
            handle = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            return ""
        try:
            match = _ID.match(os.read(handle, 64))
        except IsADirectoryError:
            # What is left of branches whose names began with this one.
            return None
        except OSError:
            return ""
        finally:
            os.close(handle)
        return match[0].decode() if match else ""

    def _packed(self) -> str:
        file = f"{self._git}/packed-refs"
        try:
            stat = Path(file).stat()
        except FileNotFoundError:
            return ""
        key = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        seen, value = self._packed_seen
        if key != seen:
            pattern = rb"^([0-9a-f]{40}) " + re.escape(self._ref.encode()) + rb"$"
            found = re.search(pattern, Path(file).read_bytes(), re.MULTILINE)
            value = found[1].decode() if found else ""
            self._packed_seen = (key, value)
        return value


def seen_branch(git: Path) -> str:
    """The branch that the wiki worked on last, by the note beside it; empty if there is none."""
    try:
        match = _NOTE.match((git / SEEN).read_bytes()[:_LONGEST])
    except FileNotFoundError:
        return ""
    return match[2].decode().removeprefix(HEADS) if match else ""


def clear_locks(git: Path) -> None:
    """Remove locks that a killed git left: older than any git at work here could have made."""
    at_work = None
    for file in _locks(git):
        try:
            age = time.time() - file.stat().st_mtime
        except FileNotFoundError:
            continue
        if age <= _SILENT:
            continue
        if at_work is None:
            at_work = _is_git_at_work(os.fspath(git))
        if age > _ABANDONED or not at_work:
            file.unlink(missing_ok=True)


def _locks(git: Path) -> Iterator[Path]:
    yield from git.glob("*.lock")
    yield from git.glob("objects/info/**/*.lock")
    # Those of a purge are its own.
    if not (git / "denktank.purge").is_dir():
        yield from (git / "refs").rglob("*.lock")


def _is_git_at_work(git: str) -> bool:
    """Whether any process may be git at work in this repository; where none can be seen: yes."""
    processes = [one for one in Path("/proc").glob("[0-9]*") if (one / "comm").exists()]
    return not processes or any(_may_be_in(one, git) for one in processes)


def _may_be_in(process: Path, git: str) -> bool:
    try:
        if not (process / "comm").read_bytes().startswith(b"git"):
            return False
        # Git goes to the repository that it works in.
        return (process / "cwd").resolve(strict=True).is_relative_to(Path(git).parent.resolve())
    except (FileNotFoundError, ProcessLookupError):
        return False
    except OSError:
        # Somebody else's process: where it is, is not for us to see.
        return True
