"""Words as people write them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.analysis.tokens import LONGEST, fold, is_unspaced, spans


@pytest.mark.parametrize(
    "word",
    [
        *("R&D", "2.0", "C++", "C#", "BZK/DGOO", "12a", "1,5", "2009-12-02"),
        *("verslag-2009.pdf", "a.b@example.nl", "thema's", "e-participatie", "cafés"),
    ],
)
def test_an_odd_word_is_one_word(word: str) -> None:
    assert [span.text for span in spans(f"Over {word}, zie ook elders.")][1] == word


def test_the_words_inside_a_word_are_kept() -> None:
    (span,) = spans("BZK/DGOO")
    assert [(piece.text, piece.start) for piece in span.pieces] == [("BZK", 0), ("DGOO", 4)]


def test_a_list_without_spaces_is_several_words() -> None:
    assert [span.text for span in spans("wonen,zorg,welzijn")] == ["wonen", "zorg", "welzijn"]


def test_words_that_look_alike_fold_alike() -> None:
    assert fold("Café") == fold("cafe\u0301") == fold("ca\u00adfe") == "cafe"
    assert fold("STRASSE") == fold("straße")


@given(st.text())
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    found = list(spans(text))
    assert all(text[span.start : span.end] == span.text for span in found)
    assert all(0 < len(span.text) <= LONGEST for span in found)
    assert all(one.start < other.start for one, other in pairwise(found))
    apart = [span for span in found if not is_unspaced(span.text)]
    assert all(one.end <= other.start for one, other in pairwise(apart))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2015-2018", "2015-2018 2015 2018"),
        ("2023/2024", "2023/2024 2023 2024"),
        ("€ 1.250.000,00", "1.250.000,00 1.250.000 1250000"),
        ("1,250,000.00", "1,250,000.00 1,250,000 1250000"),
        ("2.0 en 3.14", "2.0 en 3.14"),
        ("co-creatie", "co-creatie co creatie cocreatie"),
        ("e‑mail", "e‑mail e mail email"),
        ("हिन्दी शब्द", "हिन्दी शब्द"),
        ("الثِّقة بين", "الثِّقة بين"),
        ("ไทย", "ไท ทย"),
        ("我们A需", "我们 A 需"),
        ("信任和合", "信任 任和 和合"),
        ("route 🚲 hier", "route 🚲 hier"),
    ],
)
def test_what_a_text_is_cut_into(text: str, words: str) -> None:
    found = [w for s in spans(text) for w in (s.text, *(p.text for p in s.pieces), *s.others)]
    assert found == words.split()
