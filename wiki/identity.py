"""Which wiki a data folder holds: the mark that its database has too, and whether it has people.

A database that is missing, empty, rolled back or another wiki's would be taken for a new one
without it. The file is written flushed and renamed: it is there whole or not at all.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "wiki.identity"


@dataclass(frozen=True, slots=True)
class Identity:
    """The mark of a wiki, and whether an account was ever made there."""

    mark: str
    people: bool = False


def read(data: Path) -> Identity | None:
    """What the folder says; None for one that says nothing (new, or older than this file)."""
    try:
        said = json.loads((data / FILE).read_text(encoding="utf-8"))
        return Identity(str(said["mark"]), bool(said["people"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write(data: Path, identity: Identity) -> None:
    """Let the folder say this from now on, also after a power cut."""
    keep(data / FILE, json.dumps(asdict(identity)) + "\n")


def forget(data: Path) -> None:
    """Let the folder say nothing: what its database says is believed at the next start."""
    (data / FILE).unlink(missing_ok=True)


def keep(file: Path, text: str) -> None:
    """Write a small file for its owner alone, which is there whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
