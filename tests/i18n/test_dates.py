from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from wiki.domain.content.pages import Moment
from wiki.i18n import dates

ZONE = "Europe/Amsterdam"
CET = timezone(timedelta(hours=1))
START = Moment("2009-12-02T15:00+01:00", datetime(2009, 12, 2, 15, tzinfo=CET), False)
END = Moment("2009-12-02T17:00+01:00", datetime(2009, 12, 2, 17, tzinfo=CET), False)
DAY = Moment("2009-12-02", datetime(2009, 12, 2, tzinfo=UTC), True)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_dialogue_in_time() -> None:
    dutch = "woensdag 2 december 2009, 15.00–17.00 uur"
    assert dates.date_range(START, END, "nl", ZONE) == dutch
    english = "Wednesday 2 December 2009, 15:00–17:00"
    assert dates.date_range(START, END, "en", ZONE) == english
    assert dates.date_range(START, None, "nl", ZONE) == "woensdag 2 december 2009, 15.00 uur"
    assert dates.date_range(DAY, None, "nl", ZONE) == "woensdag 2 december 2009"
    assert dates.moment(START, "nl", ZONE) == "wo 2 dec 2009, 15.00"
    assert dates.moment(DAY, "en", ZONE) == "Wed 2 Dec 2009"


@pytest.mark.parametrize(
    ("ago", "written"),
    [
        (timedelta(hours=2), "2 uur geleden"),
        (timedelta(hours=7), "vandaag 06.00"),
        (timedelta(hours=20), "gisteren 17.00"),
        (timedelta(days=3), "21 november 2026, 13.00"),
        (timedelta(hours=-1), "vandaag 14.00"),
    ],
)
def test_relative(ago: timedelta, written: str) -> None:
    assert dates.relative(NOW, NOW - ago, "nl", ZONE) == written


def test_numbers_and_sizes() -> None:
    assert dates.number(12345, "nl") == "12.345"
    assert dates.percent(0.456, "nl") == "46%"
    assert dates.size(2_000_000, "nl") == "2 MB"
    assert dates.size(340_200, "en") == "340 kB"
    assert dates.size(57_878_500_000, "nl") == "57,9 GB"
