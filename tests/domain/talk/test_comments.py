"""A comment's text, and the order of threads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.errors import Invalid, TooLarge
from wiki.domain.talk.comments import DEEPEST, TEXT_MOST, check_text, excerpt, place_of


def test_text_is_trimmed_and_has_plain_newlines() -> None:
    assert check_text("\r\n Ja.\r\nNee.\r\n ") == "Ja.\nNee."


@pytest.mark.parametrize("text", ["", "  \n", "\0", "\u200b\u2060"])
def test_a_comment_says_something(text: str) -> None:
    with pytest.raises(Invalid):
        check_text(text)


def test_a_comment_has_an_end() -> None:
    check_text("x" * TEXT_MOST)
    with pytest.raises(TooLarge):
        check_text("x" * (TEXT_MOST + 1))


@given(st.lists(st.integers(min_value=-1, max_value=30), min_size=1, max_size=60))
def test_places_sort_every_reply_below_what_it_answers(parents: list[int]) -> None:
    """A thread is in one piece, a reply comes after its parent, older siblings come first."""
    places: list[tuple[str, int]] = []
    above: list[int] = []
    for id, wanted in enumerate(parents):
        parent = wanted if wanted < id else -1
        above.append(parent)
        over = places[parent] if parent >= 0 else ("", 0)
        places.append(place_of(*over, id))
    order = sorted(range(len(places)), key=lambda id: places[id][0])

    def root(id: int) -> int:
        return id if above[id] < 0 else root(above[id])

    assert [root(id) for id in order] == sorted(root(id) for id in order)
    for id, parent in enumerate(above):
        if parent >= 0:
            assert order.index(parent) < order.index(id)
            assert places[id][1] == min(places[parent][1] + 1, DEEPEST)
    assert all(len(place) <= 8 * (DEEPEST + 1) for place, _ in places)


def test_an_excerpt_has_words_and_no_marks_of_what_stands_around_them() -> None:
    said = "> [!NOTE]\n> Let *op*.\n\n- [ ] melk\n- [x] [[brood|brood]]\n\n| a |\n|:--|\n"
    said += "\n```py\nx\n```"
    assert excerpt(said) == "Let op. melk brood | a | x"
