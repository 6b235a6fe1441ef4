"""Minutes are recognised: their day by their name, who was there by what they say."""

import pytest

from tests.domain.pages.test_turns import MINUTES
from wiki.domain.pages import minutes


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("verslagen/2025-05-28", "2025-05-28"),
        ("verslagen/20250528-overleg", "2025-05-28"),
        ("2025/05/28/index", "2025-05-28"),
        ("meetings/2014-09/sept-23", "2014-09-23"),
        ("meetings/2025-05/may-28", "2025-05-28"),
        ("verslagen/28 mei 2025", "2025-05-28"),
        ("verslagen/overleg-3-juni-2024", "2024-06-03"),
        ("2019-01-01/2025-05-28", "2025-05-28"),
        ("verslagen/2025-13-28", ""),
        ("verslagen/overleg", ""),
        ("verslagen/2025", ""),
        ("1234567890", ""),
    ],
)
def test_the_day_is_in_the_name(path: str, day: str) -> None:
    assert minutes.day_of(path) == day


def test_minutes_with_attendees() -> None:
    found = minutes.of(MINUTES, "2025-05-28")
    assert [(one.name, one.role) for one in found.participants] == [
        ("Anna de Boer", "Gemeente"),
        ("Karel Vis", "Provincie"),
    ]
    assert (found.turns, found.are_minutes) == (3, True)


def test_minutes_without_attendees() -> None:
    text = (
        "# Verslag\n\nAB: Een.\n\nKV: Twee.\n\n- AB: Drie.\n\nNote: nee\n\nNote: ja\n\nKV: Vier.\n"
    )
    found = minutes.of(text, "x")
    assert [one.name for one in found.participants] == ["AB", "KV"]
    assert found.turns == 4


@pytest.mark.parametrize("text", ["", "Gewone tekst.", "Note: a\n\nNote: b", "Anna: a\n\nAnna: b"])
def test_other_texts_are_no_minutes(text: str) -> None:
    assert not minutes.of(text, "2025-05-28").are_minutes
