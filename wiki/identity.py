"""Which wiki a data folder holds: the mark that its database has too, and whether it has people.

A database that is missing, empty, rolled back or another wiki's would be taken for a new one
without it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from wiki.keeping import PRIVATE, keep

FILE = "wiki.identity"


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
