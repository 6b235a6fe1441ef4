"""Notes of what each thread is at, so that a text which kills the process does so but a few times.

Before an item is described its name is written to a file of the thread, which costs microseconds;
the system keeps it however the process ends. The lock on the file goes with the process: a file
that nobody holds and that names an item tells of a death there. An item with several is deadly, and
is set aside instead of tried, for a while: whoever was killed there for another reason loses
nothing, and a text that kills does so once a day at last. One that is survived is pardoned.
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path

from wiki.domain.content.setaside import Item, rest_after

FOLDER = "denktank-trials"
PATIENCE = 300.0
"""Seconds of processor time that one item may take in a process that nobody waits for."""
MOST_DEATHS = 3
"""A process may be killed for other reasons; not so often at the same text."""
APART = 60.0
"""Seconds between two deaths at an item that count as two: who kills in a row means no text."""

_LOOK_EVERY = 5.0
_MOST = 2_000
_SIZE = 4


@dataclass(frozen=True, slots=True)
class _Deaths:
    """How many processes died at an item, and when the last of them began with it."""

    number: int
    last: float

    def are_deadly(self, now: float) -> bool:
        """Whether they are many, and the item has not rested from them yet."""
        rest = rest_after(self.number).total_seconds()
        return self.number >= MOST_DEATHS and abs(now - self.last) < rest


class Crumbs:
    """The files of all threads that describe something in one repository; for threads and forks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own = threading.local()
        self._deaths: dict[bytes, _Deaths] = {}
        self._looked = -_LOOK_EVERY
        self._lock = threading.Lock()
        self._patience = 0.0
        self._watched: list[int] = []

    @contextmanager
    def at(self, item: Item) -> Iterator[None]:
        """Leave word that this thread is at an item, until it is done with it."""
        name = _name(item)
        self._write(len(name).to_bytes(_SIZE) + name)
        self._begin_watch()
        try:
            yield
        finally:
            self._end_watch()
            self._write(bytes(_SIZE))
        if name in self._deaths:
            self._pardon(name)

    def _write(self, data: bytes) -> None:
        # Who reads on a disk that is full or read-only leaves no word, and reads all the same.
        with suppress(OSError):
            os.pwrite(self._file(), data, 0)

    def is_deadly(self, item: Item) -> bool:
        """Whether so many processes died at this item that it is not tried now."""
        now = time.monotonic()
        if now - self._looked > _LOOK_EVERY:
            with self._lock:
                self._looked = now
                self._deaths = _counted((name, begun) for _, name, begun in self._dead())
        deaths = self._deaths.get(_name(item))
        return deaths is not None and deaths.are_deadly(time.time())

    def forget(self) -> None:
        """Forget all deaths: everything is tried again."""
        with self._lock:
            for file, _, _ in self._dead():
                file.unlink(missing_ok=True)
            self._deaths.clear()

    def _pardon(self, name: bytes) -> None:
        """Forget the deaths at an item that was survived."""
        with self._lock:
            for file, other, _ in self._dead():
                if other == name:
                    file.unlink(missing_ok=True)
            self._deaths.pop(name, None)

    def watch(self, patience: float = PATIENCE) -> None:
        """End this process when one item takes more seconds of processor time than these.

        The system does it, by a signal that nobody catches: a pattern that runs wild holds the
        interpreter, and no thread of ours would get a turn.
        """
        self._patience = patience

    def _begin_watch(self) -> None:
        if self._patience:
            with self._lock:
                self._watched.append(threading.get_ident())
                if len(self._watched) == 1:
                    signal.setitimer(signal.ITIMER_PROF, self._patience)

    def _end_watch(self) -> None:
        if self._patience:
            with self._lock:
                is_first = self._watched[0] == threading.get_ident()
                self._watched.remove(threading.get_ident())
                if is_first:
                    signal.setitimer(signal.ITIMER_PROF, self._patience if self._watched else 0)

    def _file(self) -> int:
        """This thread's file, made when it is first needed; a forked child makes its own."""
        own = self._own
        if getattr(own, "process", None) != os.getpid():
            self._folder.mkdir(exist_ok=True)
            name = f"{os.getpid()}-{threading.get_ident()}-{time.monotonic_ns()}"
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            own.handle = os.open(self._folder / name, flags, 0o600)
            fcntl.flock(own.handle, fcntl.LOCK_EX)
            own.process = os.getpid()
        return int(own.handle)

    def _dead(self) -> Iterator[tuple[Path, bytes, float]]:
        """The files of processes that ended in the middle of an item, its name, and its begin.

        Those of processes that ended otherwise are removed, and so are too many.
        """
        files = sorted(self._folder.glob("*"))
        for number, file in enumerate(files):
            name = _left(file)
            if name is None:
                continue
            if name and number + _MOST >= len(files):
                with suppress(FileNotFoundError):
                    yield file, name, file.stat().st_mtime
            else:
                file.unlink(missing_ok=True)


@lru_cache(maxsize=64)
def crumbs_in(git: Path) -> Crumbs:
    """Return what threads are at in the repository with this git folder."""
    return Crumbs(git / FOLDER)


def _counted(deaths: Iterable[tuple[bytes, float]]) -> dict[bytes, _Deaths]:
    """How often processes died at each item, deaths that follow at once taken as one."""
    counted: dict[bytes, _Deaths] = {}
    for name, begun in sorted(deaths, key=itemgetter(1)):
        before = counted.get(name, _Deaths(0, -APART))
        if begun - before.last >= APART:
            counted[name] = _Deaths(before.number + 1, begun)
    return counted


def _left(file: Path) -> bytes | None:
    """Read what a process that has ended was at; empty if at nothing, None if it lives."""
    try:
        handle = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        size = int.from_bytes(os.pread(handle, _SIZE, 0))
        return os.pread(handle, size, _SIZE)
    except BlockingIOError:
        return None
    finally:
        os.close(handle)


def _name(item: Item) -> bytes:
    return "\0".join((item.part, item.kind, item.key, item.mark)).encode(errors="replace")
