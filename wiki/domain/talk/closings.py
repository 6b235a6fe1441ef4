"""Closing the talk of a page: who did it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """The talk of a page takes no more comments; `by` is a username, empty for the command line."""

    id: int
    reason: str
    by: str
    at: datetime
