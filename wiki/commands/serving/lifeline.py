"""A lifeline: a parent holds one end of a pipe, its children the other.

However the parent dies, by `kill -9` too, the kernel closes its end; the children see that and
leave, busy or not, so that the port and the worker's lock are free for the next start.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

GRACE = 3.0
"""Seconds that a process gets to stop by itself once its parent is gone, or it is told to."""


class Lifeline:
    """Made by a parent; each child that is forked afterwards takes hold of it."""

    def __init__(self) -> None:
        self.held, self._ours = os.pipe()

    def become_child(self) -> None:
        """In a child: let go of the parent's end."""
        os.close(self._ours)


def hold(handle: int, grace: float = GRACE) -> None:
    """Stop this process once the other end of the pipe at `handle` is closed."""
    threading.Thread(target=_watch, args=(handle, grace), daemon=True).start()


def leave(seconds: float = GRACE) -> None:
    """End this process after so many seconds, whatever it does: it was told to stop."""
    threading.Thread(target=_end, args=(seconds, 0), daemon=True).start()


def _watch(handle: int, grace: float) -> None:
    while os.read(handle, 1):
        pass
    if grace:
        os.kill(os.getpid(), signal.SIGTERM)
    _end(grace, 1)


def _end(seconds: float, code: int) -> None:
    time.sleep(seconds)
    # One that has only just begun does not look after its parent yet.
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(code)
