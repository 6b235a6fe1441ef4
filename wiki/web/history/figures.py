"""Small drawings on the screen: their sizes, so that templates need not reckon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from wiki.domain.history.activity import Period

SHADES = 6
"""Colours for the parts of a whole; after the last comes the first again."""

TONES = 5
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

MOST_BLOCKS = 9
WORDS_A_BLOCK = 12

BAR_STEP, BAR_LEFT = 28, 4
BAR_MOST, BAR_LEAST, BAR_FOOT = 56, 2, 60
PALEST = 0.45


def install(app: Flask) -> None:
    """Give the templates the figures."""
    app.jinja_env.globals.update(tone_of=tone, slices_of=slices, blocks_of=blocks, chart_of=chart)


def tone(key: str) -> int:
    """Return which of the tones of an avatar belongs to an id or a name; the same each time."""
    first, second, last = (LETTERS.find(piece) for piece in (key[:1], key[1:2], key[-1:]))
    return (first * 3 + second + last * 2) % TONES


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a whole, in a bar of 100 wide; `share` is a fraction of one."""

    label: str
    shade: int
    share: float
    x: str
    width: str


def slices(parts: Sequence[tuple[str, int]]) -> list[Slice]:
    """Divide a bar over the parts of a whole; nothing if together they are nothing."""
    total = sum(share for _, share in parts)
    made, at = [], 0
    for number, (label, share) in enumerate(parts if total else ()):
        x, width = f"{at * 100 / total:.2f}", f"{share * 100 / total:.2f}"
        made.append(Slice(label, number % SHADES, share / total, x, width))
        at += share
    return made


def blocks(added: int, removed: int) -> tuple[int, int]:
    """Say in at most nine blocks how many words came and went: the blocks for each."""
    total = added + removed
    if not total:
        return 0, 0
    least = 2 if added and removed else 1
    count = max(min(-(-total // WORDS_A_BLOCK), MOST_BLOCKS), least)
    plus = max(round(count * added / total), 1 if added else 0)
    plus = min(plus, count - (1 if removed else 0))
    return plus, count - plus


@dataclass(frozen=True, slots=True)
class Bar:
    """One period in a chart that is 64 high."""

    period: Period
    x: int
    y: str
    height: float
    opacity: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Periods as bars, the busiest the highest and darkest; periods without revisions have none."""

    width: int
    bars: Sequence[Bar]
    busiest: Period


def chart(periods: Sequence[Period]) -> Chart | None:
    """Draw periods of a page's life; None if there are too few to see anything in."""
    if len(periods) < 2:
        return None
    busiest = max(periods, key=lambda period: period.count)
    bars = [
        _bar(number, period, period.count / busiest.count)
        for number, period in enumerate(periods)
        if period.count
    ]
    return Chart(len(periods) * BAR_STEP, bars, busiest)


def _bar(number: int, period: Period, share: float) -> Bar:
    height = max(round(BAR_MOST * share, 1), BAR_LEAST)
    opacity = f"{PALEST + (1 - PALEST) * share:.2f}"
    return Bar(period, number * BAR_STEP + BAR_LEFT, f"{BAR_FOOT - height:.1f}", height, opacity)
