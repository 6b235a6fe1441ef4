"""Compounds of policy talk are split as people would, and what only looks like one is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.analysis import compounds, dutch
from wiki.analysis.tokens import fold

HERE = Path(__file__).parent


def written(name: str) -> list[list[str]]:
    return [fold(line).split() for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def smallest(word: str) -> list[str]:
    """The stems of the parts that are not split further."""
    parts = compounds.split(word)
    return [stem for part in parts for stem in smallest(part)] if parts else [dutch.stem(word)]


def test_compounds_are_split_where_people_would() -> None:
    words = written("compounds_nl.txt")
    other = [word for word, *parts in words if smallest(word) != list(map(dutch.stem, parts))]
    assert len(words) >= 300
    assert len(other) <= len(words) // 100, other


def test_what_only_looks_like_a_compound_is_whole() -> None:
    words = written("whole_nl.txt")
    assert len(words) >= 250
    assert [word for (word,) in words if compounds.split(word)] == []


@pytest.mark.parametrize("word", ["aaaaaa", "bestuurders", "raad" * 40, "s" * 80, "x", ""])
def test_no_word_is_too_odd(word: str) -> None:
    parts = compounds.split(word)
    assert len("".join(parts)) <= len(word)


@given(
    st.lists(st.sampled_from(["raad", "s", "werk", "en", "wijk", "zz"]), max_size=20).map("".join)
)
def test_parts_stand_in_the_word_in_order(word: str) -> None:
    at = 0
    for part in compounds.split(word):
        at = word.index(part, at) + len(part)
