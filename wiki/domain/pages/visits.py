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


def arrive(visits: Visits | None, now: datetime) -> tuple[Visits, bool]:
    """The visits after somebody looks now, and whether that has to be kept.

    At the first visit nothing is new: everything before it is left aside.
    """
    if visits is None:
        return Visits(now, now), True
    if now - visits.latest > PAUSE:
        return Visits(visits.latest, now), True
    # Kept sparsely: a visit that goes on moves its end once a few minutes.
    if now - visits.latest > PAUSE / 6:
        return Visits(visits.before, now), True
    return visits, False
