"""Cautions: what a moderator warns a member of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Caution:
    """One warning; `address` is what it is about, `seen` when its member said to have read it."""

    id: int
    member: int
    reason: str
    address: str
    at: datetime
    seen: datetime | None
