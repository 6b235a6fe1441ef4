"""Suspensions: members who are shut out, for good or for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why a member is shut out; `until` is None for no end, `by` a username or empty."""

    member: int
    reason: str
    by: str
    at: datetime
    until: datetime | None
