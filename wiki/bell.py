"""A bell between processes: web processes ring it after a change, the worker wakes at once.

It is a FIFO in the data folder: no port, no limit on the folder's length (a UNIX socket has one),
nothing to clean up after a crash. Ringing never waits and never fails the ringer.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

FILE = "worker.bell"


class Bell:
    """The bell of the wiki in one data folder."""

    def __init__(self, data: Path) -> None:
        self._file = data / FILE

    def ring(self) -> None:
        """Wake the worker, if one listens."""
        with self._rope() as handle:
            # A pipe that is full has been rung enough.
            if handle is not None:
                with contextlib.suppress(OSError):
                    os.write(handle, b"\n")

    def is_heard(self) -> bool:
        """Whether a worker listens; it is not woken."""
        with self._rope() as handle:
            return handle is not None

    @contextlib.contextmanager
    def _rope(self) -> Iterator[int | None]:
        """What is written to for ringing; None where nobody listens."""
        # What is no bell would take rings for ever, or hang.
        handle = None
        if self._is_bell():
            # Without a listener, opening fails with ENXIO: then nobody needs to be woken.
            with contextlib.suppress(OSError):
                handle = os.open(self._file, os.O_WRONLY | os.O_NONBLOCK)
        try:
            yield handle
        finally:
            if handle is not None:
                os.close(handle)

    def listen(self) -> Listener:
        """The worker's end of the bell; one at a time."""
        if not self._is_bell():
            if self._file.is_dir() and not self._file.is_symlink():
                shutil.rmtree(self._file)
            self._file.unlink(missing_ok=True)
            os.mkfifo(self._file, 0o600)
        return Listener(os.open(self._file, os.O_RDWR | os.O_NONBLOCK))

    def _is_bell(self) -> bool:
        try:
            return stat.S_ISFIFO(self._file.lstat().st_mode)
        except FileNotFoundError:
            return False


class Listener:
    """Waits for the bell."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def wait(self, seconds: float) -> bool:
        """Whether the bell rang within so many seconds; many rings count as one."""
        # Not `select`, which fails in a process that has over a thousand files open.
        waiting = select.poll()
        waiting.register(self._handle, select.POLLIN)
        if not waiting.poll(seconds * 1_000):
            return False
        with contextlib.suppress(BlockingIOError):
            while os.read(self._handle, 65536):
                pass
        return True

    def close(self) -> None:
        """Stop listening."""
        os.close(self._handle)
