"""The writers' lock: between processes by `flock`, between threads by a reentrant lock."""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WriteLock:
    """One lock on one file; whoever dies holding it gives it up, the kernel sees to that."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread = threading.RLock()
        self._depth = 0
        _locks.add(self)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the lock; reentrant within a thread. Gives whether this is the outermost hold."""
        with self._thread:
            outermost = self._depth == 0
            handle = _acquire(self._file) if outermost else -1
            self._depth += 1
            try:
                yield outermost
            finally:
                self._depth -= 1
                if outermost:
                    _release(handle)

    def forget(self) -> None:
        """Start unheld: in a forked child the threads that may have held it do not exist."""
        self._thread = threading.RLock()
        self._depth = 0


class Use:
    """That somebody uses a wiki, together with others or alone, as long as this is held."""

    def __init__(self, file: Path, *, alone: bool = False) -> None:
        """Raises BlockingIOError where somebody else is alone, or `alone` is not possible."""
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        try:
            fcntl.flock(self._handle, kind | fcntl.LOCK_NB)
        except BaseException:
            os.close(self._handle)
            raise

    def share(self) -> None:
        """From now on together with others."""
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def end(self) -> None:
        """Let others be alone; a forked child that has this too still uses the wiki."""
        handle, self._handle = self._handle, -1
        if handle != -1:
            os.close(handle)


@contextmanager
def attempt(file: Path) -> Iterator[bool]:
    """Hold a lock file if nobody else does; gives whether it is held."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        _release(handle)


@contextmanager
def held_file(file: Path) -> Iterator[None]:
    """Hold a lock file, when whoever holds it lets go."""
    handle = _acquire(file)
    try:
        yield
    finally:
        _release(handle)


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder itself, for what must be done before it has any lock file."""
    handle = _acquire(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield
    finally:
        _release(handle)


def _acquire(file: Path, flags: int = os.O_RDWR | os.O_CREAT) -> int:
    handle = os.open(file, flags | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _release(handle: int) -> None:
    # Unlocked, not only closed: a process forked meanwhile shares this open file.
    fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


_locks: weakref.WeakSet[WriteLock] = weakref.WeakSet()


def _after_fork() -> None:
    for lock in _locks:
        lock.forget()


os.register_at_fork(after_in_child=_after_fork)
