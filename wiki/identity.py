"""Which wiki a data folder holds: the mark that its database has too, and whether it has people.

A database that is missing, empty, rolled back or another wiki's would be taken for a new one
without it. How far the database was is written here too, after each commit: one that lost its log
is a whole database, only of some time ago.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from wiki.keeping import PRIVATE, keep

FILE = "wiki.identity"
REACHED = "wiki.answered"
"""Before `wiki.db` in the alphabet: who copies a running wiki file by file copies this one first,
and the copy says no more than its database holds."""
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Identity:
    """The mark of a wiki, and whether an account was ever made there."""

    mark: str
    people: bool = False


def read(data: Path) -> Identity | None:
    """Read what the folder says; None for one that says nothing (new, or older than this file)."""
    try:
        said = json.loads((data / FILE).read_text(encoding="utf-8"))
        return Identity(str(said["mark"]), bool(said["people"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write(data: Path, identity: Identity) -> None:
    """Let the folder say this from now on, also after a power cut."""
    keep(data / FILE, json.dumps(asdict(identity)) + "\n", PRIVATE)


def reached(data: Path) -> int:
    """How far the database was at least; 0 if nothing says so."""
    with suppress(OSError), _held(data, os.O_RDONLY, fcntl.LOCK_SH) as file:
        return _said(file)
    return 0


def reach(data: Path, number: int) -> None:
    """Note that the database is this far, once that is on the disk; never less than was noted.

    Nothing is flushed: after a power cut the note may say less than the database holds, never more.
    Where it cannot be written, what was committed stands without it.
    """
    text = f"{number:0{_DIGITS}}".encode()
    with suppress(OSError):
        try:
            with _held(data, os.O_RDWR, fcntl.LOCK_EX) as file:
                if _said(file) < number:
                    os.pwrite(file, text, 0)
        except FileNotFoundError:
            keep(data / REACHED, text, PRIVATE)


def forget_reached(data: Path) -> None:
    """Let the database be as far as it is."""
    (data / REACHED).unlink(missing_ok=True)


def _said(file: int) -> int:
    text = os.read(file, _DIGITS)
    return int(text) if len(text) == _DIGITS and text.isdigit() else 0


@contextmanager
def _held(data: Path, way: int, lock: int) -> Iterator[int]:
    """The open note, held against others; raises OSError."""
    file = os.open(data / REACHED, way | os.O_CLOEXEC)
    try:
        fcntl.flock(file, lock)
        yield file
    finally:
        os.close(file)
