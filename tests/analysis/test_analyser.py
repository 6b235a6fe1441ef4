"""From text to tokens: stop words, compounds, places, language."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.analysis.analyser import analyse, forms
from wiki.analysis.languages import language_of


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("beleidsregels", {"beleid", "regel"}),
        ("burgerparticipatie", {"burger", "participatie"}),
        ("gemeenteraadsverkiezingen", {"gemeent", "rad"}),
        ("systeemvernieuwing", {"system"}),
        ("overheidsorganisaties", {"overheid", "organisatie"}),
        ("ketensamenwerking", {"samenwerk"}),
        ("wijkraad", {"wijk", "rad"}),
        ("gemeentehuis", {"gemeent", "huis"}),
        ("buurthuizen", {"buurt", "huis"}),
        ("belangstelling", {"belang", "stelling"}),
    ],
)
def test_a_compound_is_also_its_parts(word: str, parts: set[str]) -> None:
    assert parts <= set(forms(word, "nl")[1])


def test_positions_count_stop_words() -> None:
    tokens = analyse("de burger en de overheid", "nl")
    assert [(t.exact, t.stem, t.position) for t in tokens] == [
        ("burger", "burger", 1),
        ("overheid", "overheid", 4),
    ]


@pytest.mark.parametrize("language", ["nl", "en"])
@given(text=st.text(max_size=300))
def test_any_text_is_analysed_and_places_are_right(language: str, text: str) -> None:
    for token in analyse(text, language):
        assert 0 <= token.start < token.end <= len(text)
        assert token.exact


def test_a_very_long_word_takes_no_time() -> None:
    began = time.perf_counter()
    analyse("raad" * 5_000 + " " + "raad" * 19, "nl")
    assert time.perf_counter() - began < 10


def test_language_is_declared_or_guessed() -> None:
    assert language_of("of the people and by the people, which was", "", "nl") == "en"
    assert language_of("wij zijn er van overtuigd dat het niet kan", "", "en") == "nl"
    assert language_of("of the people and by the people", "nl") == "nl"
    assert language_of("42", "", "en") == "en"
