"""The sizes of what is drawn on the screen."""

from __future__ import annotations

from datetime import date

import pytest

from wiki.domain.history.activity import Period
from wiki.web.history import figures


@pytest.mark.parametrize(
    ("added", "removed", "plus", "minus"),
    [(0, 0, 0, 0), (1, 0, 1, 0), (0, 5, 0, 1), (1, 1, 1, 1), (900, 1, 8, 1), (30, 6, 2, 1)],
)
def test_words_are_at_most_nine_blocks(added, removed, plus, minus) -> None:
    assert figures.blocks(added, removed) == (plus, minus)


def test_parts_share_the_whole_bar() -> None:
    first, second = figures.slices([("anna", 1), ("bram", 3)])
    assert (first.x, first.width, second.x, second.width) == ("0.00", "25.00", "25.00", "75.00")
    assert (second.share, second.shade) == (0.75, 1)
    assert figures.slices([("anna", 0)]) == []


def test_the_busiest_period_is_the_highest_bar() -> None:
    day = date(2009, 12, 2)
    chart = figures.chart([Period(day, day, count) for count in (4, 0, 8)])
    assert [(bar.x, bar.height, bar.y) for bar in chart.bars] == [
        (4, 28.0, "32.0"),
        (60, 56, "4.0"),
    ]
    assert (chart.width, chart.busiest.count) == (84, 8)
    assert figures.chart([Period(day, day, 3)]) is None
