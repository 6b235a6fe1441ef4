"""When a page was written: its revisions over time, in equal periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MOST_PERIODS = 36
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Writer:
    """A writer of a page: the key to ask for (an opaque id, or an address), a name, how often."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row and how many revisions were made in them; `last` is included."""

    first: date
    last: date
    count: int

    @property
    def start(self) -> datetime:
        """The first day as a moment, at noon so that no time zone makes it another day."""
        return datetime(self.first.year, self.first.month, self.first.day, 12, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The last day as a moment, at noon."""
        return datetime(self.last.year, self.last.month, self.last.day, 12, tzinfo=UTC)


def periods(days: Sequence[tuple[int, int]], today: date) -> list[Period]:
    """The time from the first of `days` until today, in at most 36 periods of whole days.

    `days` are (day since 1970, number of revisions) in order; no days give no periods. What a wrong
    clock put after today is counted today.
    """
    if not days:
        return []
    last = (today - EPOCH).days
    first = min(days[0][0], last)
    length = -(-(last - first + 1) // MOST_PERIODS)
    counts = [0] * -(-(last - first + 1) // length)
    for day, count in days:
        counts[(min(day, last) - first) // length] += count
    return [
        Period(
            EPOCH + timedelta(days=first + at * length),
            EPOCH + timedelta(days=min(first + (at + 1) * length - 1, last)),
            count,
        )
        for at, count in enumerate(counts)
    ]
