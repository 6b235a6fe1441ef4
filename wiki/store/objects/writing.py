"""Loose objects, written in process and flushed before anything may point at them.

Each object goes to a temporary file in `objects/`, is flushed, and is then renamed to its name;
then the folders that gained a name are flushed, once each; only then may the branch move. What
can be flushed at the same time is: the file system then takes several in one go of its journal,
which halves the time of a save (`bench/store_writes.py`).

All of it happens under the writers' lock, so a few fixed temporary names are enough: what a killed
process left there is overwritten by the next.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from wiki.domain.errors import Unreadable
from wiki.store.objects import loose

_TEMPORARY = "tmp_obj_denktank"
_AT_ONCE = 32
_THREADS = 6

# Trees hold mostly hashes: compressing a large one costs milliseconds and saves little until the
# maintenance packs them as deltas.
_LEVELS = {"tree": 0}


class ObjectWriter:
    """Writes the objects of one commit; they are in the repository after `flush`.

    A context manager: what was not flushed when it ends is thrown away. One that is not `lasting`
    leaves it to the system when they reach the disk: for what is a copy. `name` begins the names of
    its temporary files.
    """

    def __init__(self, objects: Path, *, lasting: bool = True, name: str = _TEMPORARY) -> None:
        self._objects = os.fspath(objects)
        self._lasting = lasting
        self._name_of = name
        self._folders: set[str] = set()
        self._waiting: dict[str, tuple[int, str]] = {}

    def __enter__(self) -> ObjectWriter:
        return self

    def __exit__(self, *error: object) -> None:
        for handle, temporary in self._waiting.values():
            os.close(handle)
            Path(temporary).unlink(missing_ok=True)
        self._waiting = {}

    def write(self, kind: str, data: bytes, over: str = "") -> str:
        """Write an object of kind blob, tree or commit; gives its id.

        `over` is the id of the one whose place it takes, empty for none.
        """
        del over
        content = b"%s %d\0" % (kind.encode(), len(data)) + data
        id = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        file = f"{self._objects}/{id[:2]}/{id[2:]}"
        # One that is there already was flushed before it got its name, but maybe not its folder.
        self._folders.add(f"{self._objects}/{id[:2]}")
        if file not in self._waiting and not self._is_whole(id):
            temporary = f"{self._objects}/{self._name_of}_{len(self._waiting)}"
            packed = zlib.compress(content, _LEVELS.get(kind, 1))
            self._waiting[file] = (_write(temporary, packed, 0o444), temporary)
            if len(self._waiting) == _AT_ONCE:
                self._settle()
        return id

    def flush(self, while_flushing: Callable[[], None] | None = None) -> None:
        """Make every written object lasting; `while_flushing` is done with the last part."""
        self._settle()
        tasks: list[Callable[[], None]] = [
            partial(flush_folder, folder) for folder in sorted(self._folders) if self._lasting
        ]
        together([*tasks, while_flushing] if while_flushing else tasks)
        self._folders.clear()

    def _is_whole(self, id: str) -> bool:
        """Whether it lies here with every byte as it should be; a damaged one is written anew."""
        try:
            return loose.read(self._objects, id) is not None
        except Unreadable:
            return False

    def _settle(self) -> None:
        """Flush the files that wait, then give them their names."""
        waiting, self._waiting = self._waiting, {}
        close = _flush_and_close if self._lasting else os.close
        together([partial(close, handle) for handle, _ in waiting.values()])
        for file, (_, temporary) in waiting.items():
            self._name(temporary, Path(file))

    def _name(self, temporary: str, file: Path) -> None:
        while True:
            try:
                Path(temporary).rename(file)
                return
            except FileNotFoundError:
                # The folder is not there yet, or maintenance just removed it as empty.
                file.parent.mkdir(exist_ok=True)
                self._folders.add(self._objects)


def clear(objects: Path) -> None:
    """Remove what a killed writer left; call with the writers' lock held."""
    for file in objects.glob(f"{_TEMPORARY}_*"):
        file.unlink()


def write_flushed(file: str, data: bytes) -> None:
    """Write a new file and flush its content; a file of that name is replaced."""
    _flush_and_close(_write(file, data, 0o644))


def write_plain(file: str, data: bytes) -> None:
    """The same, but when it reaches the disk is left to the system."""
    os.close(_write(file, data, 0o644))


def flush_folder(folder: str) -> None:
    """Flush a folder's names; one that is gone has none."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    _flush_and_close(handle)


def _write(file: str, data: bytes, mode: int) -> int:
    """A new file with these bytes, open and not yet flushed."""
    # Never written over: the old one may already be known by another name.
    Path(file).unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
    except BaseException:
        os.close(handle)
        raise
    return handle


def _flush_and_close(handle: int) -> None:
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Threads:
    """The threads that flush; made when first needed, and anew in a forked child."""

    def __init__(self) -> None:
        self.pool: ThreadPoolExecutor | None = None

    def get(self) -> ThreadPoolExecutor:
        self.pool = self.pool or ThreadPoolExecutor(_THREADS, "flush")
        return self.pool

    def forget(self) -> None:
        self.pool = None


_threads = _Threads()
os.register_at_fork(after_in_child=_threads.forget)


def together(tasks: list[Callable[[], None]]) -> None:
    """Do all of them at the same time, the last one in this thread.

    When all have ended, the error of the last or else of the first that failed is raised.
    """
    if not tasks:
        return
    *others, last = tasks
    running = [_threads.get().submit(task) for task in others]
    try:
        last()
    finally:
        errors = [error for future in running if (error := future.exception())]
    if errors:
        raise errors[0]
