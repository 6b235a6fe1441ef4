"""A lifeline: the supervisor holds one end of a pipe, its children the other.

However the supervisor dies, by `kill -9` too, the kernel closes its end; the children see that and
stop, so that the port and the worker's lock are free for the next start.
"""

from __future__ import annotations

import os
import signal
import threading
import time

GRACE = 3.0
"""Seconds that a process gets to stop by itself once its supervisor is gone."""


def hold(handle: int) -> None:
    """Stop this process once the other end of the pipe at `handle` is closed."""
    threading.Thread(target=_watch, args=(handle,), daemon=True).start()


def _watch(handle: int) -> None:
    while os.read(handle, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
