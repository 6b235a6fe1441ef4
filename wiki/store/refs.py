"""The branch: read without git, moved by a protocol that git's own processes respect.

Git locks a branch by creating `refs/heads/<branch>.lock`. A lock file left by a killed process
would stop everybody, so ours is recognisable: the new value is first written to `denktank.ref`
(one fixed name, guarded by the writers' lock) and then *linked* to the lock's name. A lock file
that is the same inode as `denktank.ref` is therefore ours, and whoever holds the writers' lock may
remove it.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wiki.store.objects import flush_folder, together, write_flushed
from wiki.store.versions import StoreError

_ID = re.compile(rb"[0-9a-f]{40}")
_WAIT = 10.0
_ABANDONED = 600.0
_SILENT = 30.0
"""Git holds a lock for moments: an older one is abandoned if no git is at work here."""


class Branch:
    """One branch of the repository in `git`; only `move` and `recover` need the writers' lock."""

    def __init__(self, git: Path, name: str) -> None:
        self.name = name
        self._git = os.fspath(git)
        self._ref = f"refs/heads/{name}"
        self._file = f"{self._git}/{self._ref}"
        self._lock = self._file + ".lock"
        self._next = f"{self._git}/denktank.ref"
        self._packed_seen: tuple[object, str] = (None, "")

    def read(self) -> str:
        """The commit that the branch points at; empty if it has none."""
        for _ in range(3):
            value = self._loose() or self._packed()
            if value:
                return value
            # Between the two looks git may have moved it from one place to the other.
        return ""

    def propose(self, new: str) -> None:
        """Write down, flushed, where the branch will go; call with the writers' lock held."""
        self.recover()
        write_flushed(self._next, new.encode() + b"\n")

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
        finally:
            self.recover()
        return True

    def settle(self, beside: Callable[[], None]) -> None:
        """Make the last move lasting, and do `beside` at the same time.

        Needs no lock: who moves the branch again meanwhile flushes the same folder.
        """
        together([partial(flush_folder, os.fspath(Path(self._file).parent)), beside])

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

    def _loose(self) -> str:
        try:
            handle = os.open(self._file, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return ""
        try:
            found = _ID.match(os.read(handle, 64))
        except IsADirectoryError:
            return ""
        finally:
            os.close(handle)
        return found[0].decode() if found else ""

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
