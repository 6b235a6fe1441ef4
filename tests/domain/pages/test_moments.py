"""Days and times as people type them."""

import pytest

from wiki.domain.pages.moments import Typed, typed

EVENING = "2026-12-15T19:30"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("dinsdag 15 december 2026, 19.30 uur", EVENING),
        ("di 15 dec. 2026 om 19:30", EVENING),
        ("Dinsdag 15 December 2026 19u30", EVENING),
        ("15 december 2026", "2026-12-15"),
        ("15-12-2026 19:30", EVENING),
        ("15-12-2026", "2026-12-15"),
        ("5/3/2027 9.05", "2027-03-05T09:05"),
        ("15.12.2026, 19.30 uur", EVENING),
        ("12/15/2026 7:30 pm", EVENING),
        ("15-12-26 20 uur", "2026-12-15T20:00"),
        ("19.30 uur, 15 december 2026", EVENING),
        ("Tuesday, December 15th, 2026 at 7:30 p.m.", EVENING),
        ("Tuesday 15 December 2026 19:30", EVENING),
        ("15th of December 2026, 7 pm", "2026-12-15T19:00"),
        ("12 am 1 jan 2027", "2027-01-01T00:00"),
        ("2026-12-15", "2026-12-15"),
        ("2026/12/15 19:30", EVENING),
        ("2026-12-15 19.30", EVENING),
        ("2026-12-15T19:30", EVENING),
        ("2026-12-15T19:30:00+01:00", EVENING + ":00+01:00"),
        ("2026-12-15 19:30 Z", EVENING + "Z"),
        ("29 februari 2028", "2028-02-29"),
    ],
)
def test_what_people_type(value: str, written: str) -> None:
    found = typed(value)
    assert found is not None
    assert found.written == written


@pytest.mark.parametrize(
    ("value", "clock"),
    [
        ("17:00", "17:00"),
        ("17.00 uur", "17:00"),
        ("9 uur", "09:00"),
        ("5 pm", "17:00"),
        ("21u15", "21:15"),
    ],
)
def test_a_clock_alone(value: str, clock: str) -> None:
    assert typed(value) == Typed("", clock)


@pytest.mark.parametrize(
    "value",
    [
        "", "morgen", "15", "15 december", "30 februari 2026", "31-11-2026", "25:00", "13 pm",
        "2026-13-01", "0000-01-01", "15 mei 2026 en 16 mei 2026", "15-12-2026 19:30 21:30",
        "15 december 2026 in Utrecht", "1" * 500,
    ],
)  # fmt: skip
def test_what_nobody_can_place(value: str) -> None:
    assert typed(value) is None
