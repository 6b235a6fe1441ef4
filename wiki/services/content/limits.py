"""Wait for a process that is not ours, with all that it starts, no longer and no larger than so.

What it starts may leave its group, as browsers do, so that is followed by who started whom, where
the system tells (`/proc`); elsewhere its group is ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LOOKS = 0.2
"""Seconds between two looks at how it does."""

_PROCESSES = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")

Family = dict[int, str]
"""Processes, each with the moment it began: a number is given again."""


def wait(process: subprocess.Popen[bytes], seconds: float, memory: int) -> str:
    """Wait until a process ends, and end what it leaves; gives what was wrong, empty if nothing."""
    until = time.monotonic() + seconds
    seen: Family = {}
    try:
        while True:
            if _look(process.pid, seen) > memory:
                return "the command took too much memory"
            if time.monotonic() > until:
                return "the command took too long"
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(LOOKS)
                return f"the command ended with {code}" if code else ""
    finally:
        _end(process, seen)


def _look(first: int, seen: Family) -> int:
    """Note a process that was not waited for, and all that came of it; gives the bytes they use."""
    told = list(_told())
    pids = {first, *(pid for pid, _, began, _ in told if seen.get(pid) == began)}
    grown = True
    while grown:
        grown = False
        for pid, parent, _, _ in told:
            if parent in pids and pid not in pids:
                pids.add(pid)
                grown = True
    seen.update((pid, began) for pid, _, began, _ in told if pid in pids)
    return sum(used for pid, _, _, used in told if pid in pids)


def _told() -> Iterator[tuple[int, int, str, int]]:
    """Each process: its number, its parent's, when it began, the bytes it uses."""
    for place in _PROCESSES.glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # The name, in parentheses, may hold anything.
            fields = place.read_text("utf-8", "replace").rpartition(")")[2].split()
            yield int(place.parent.name), int(fields[1]), fields[19], int(fields[21]) * _PAGE


def _end(process: subprocess.Popen[bytes], seen: Family) -> None:
    began = {pid: moment for pid, _, moment, _ in _told()}
    for pid, moment in seen.items():
        if began.get(pid) == moment:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
    # Once it was waited for, its number may be another's.
    if process.poll() is None:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
