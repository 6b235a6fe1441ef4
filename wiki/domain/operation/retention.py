"""Which backups in a folder are kept: the newest of each of so many days, weeks, months, years."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

MOST = 1_000
_PART = re.compile(r"([0-9]{1,4})([dwmy])", re.ASCII)
_PERIODS: dict[str, Callable[[datetime], object]] = {
    "d": lambda when: when.date(),
    "w": lambda when: when.isocalendar()[:2],
    "m": lambda when: (when.year, when.month),
    "y": lambda when: when.year,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How many periods of each kind (`d`, `w`, `m`, `y`) keep their newest backup."""

    counts: tuple[tuple[str, int], ...]

    def kept(self, made: Iterable[datetime]) -> set[datetime]:
        """Return which of these are kept; the newest always is.

        Only periods in which a backup was made count: a machine that was off for a month loses
        none by that.
        """
        newest_first = sorted(set(made), reverse=True)
        moments = set(newest_first[:1])
        for kind, count in self.counts:
            newest_of: dict[object, datetime] = {}
            for when in newest_first:
                newest_of.setdefault(_PERIODS[kind](when), when)
            moments.update(list(newest_of.values())[:count])
        return moments


def read(written: str) -> Rule:
    """Read a rule such as `7d,4w,12m`; raises ValueError, with a sentence, for anything else."""
    counts: dict[str, int] = {}
    for part in written.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None or match[2] in counts or not 0 < int(match[1]) <= MOST:
            raise ValueError(
                f"{part.strip()[:20]!r}: write how many days, weeks, months and years keep a "
                "backup, each once, such as 7d,4w,12m"
            )
        counts[match[2]] = int(match[1])
    return Rule(tuple(counts.items()))
