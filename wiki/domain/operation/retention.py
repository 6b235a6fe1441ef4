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
        kept = set(newest_first[:1])
        for kind, count in self.counts:
            newest_of: dict[object, datetime] = {}
            for when in newest_first:
                newest_of.setdefault(_PERIODS[kind](when), when)
            kept.update(list(newest_of.values())[:count])
        return kept


def read(written: str) -> Rule:
    """Read a rule such as `7d,4w,12m`; raises ValueError, with a sentence, for anything else."""
    counts: dict[str, int] = {}
    for part in written.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None or found[2] in counts or not 0 < int(found[1]) <= MOST:
            raise ValueError(
                f"{part.strip()[:20]!r}: write how many days, weeks, months and years keep a "
                "backup, each once, such as 7d,4w,12m"
            )
        counts[found[2]] = int(found[1])
    return Rule(tuple(counts.items()))
