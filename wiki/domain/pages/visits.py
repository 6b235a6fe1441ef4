"""When somebody was here before: what is new to them since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSE = timedelta(minutes=30)
"""Looking again within this time is the same visit."""


@dataclass(frozen=True, slots=True)
class Visits:
    """A member's visit and the one before; what came after `before` is new to them."""

    before: datetime
    latest: datetime


def arrive(known: Visits | None, now: datetime) -> tuple[Visits, bool]:
    """The visits after somebody looks now, and whether that has to be kept.

    At the first visit nothing is new: everything before it is left aside.
    """
    if known is None:
        return Visits(now, now), True
    if now - known.latest > PAUSE:
        return Visits(known.latest, now), True
    # Kept sparsely: a visit that goes on moves its end once a few minutes.
    if now - known.latest > PAUSE / 6:
        return Visits(known.before, now), True
    return known, False
