"""Sentences, and the weave of all that ever stood on a page."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content import frontmatter
from wiki.domain.history.sentences import ALIVE, Sentence, Weave, cut, keys

SENTENCES = st.sampled_from(["Een.", "Twee.", "Drie drie.", "Vier?", "Vijf vijf vijf.", "Zes!"])
TEXTS = st.lists(st.lists(SENTENCES, max_size=8), min_size=1, max_size=12)


def follow(texts: list[list[str]]) -> Weave:
    weave = Weave()
    for step, text in enumerate(texts, 1):
        weave.fold(step, text)
    return weave


def standing(weave: Weave, step: int) -> list[Sentence]:
    found = [one for one in weave.all.values() if one.born <= step < one.died]
    return sorted(found, key=lambda one: one.place)


def test_a_text_is_cut_where_sentences_and_lines_of_their_own_end() -> None:
    text = (
        "---\ntitle: A\n---\n\n# Titel\nDr. J. Jansen zei, bijv. hier,\nja. En nee!\n\n"
        "1. Een punt. Nog een.\n2. Twee\n- drie\n\n```\na. B\nc\n```\n| x. Y | z |\n|-|-|\n"
        "> Een citaat. En\n> nog wat.\n\n"
    )
    assert cut(text) == [
        "\n# Titel\n",
        "Dr. J. Jansen zei, bijv. hier,\nja. ",
        "En nee!\n\n",
        "1. Een punt. ",
        "Nog een.\n",
        "2. Twee\n",
        "- drie\n\n",
        "```\n",
        "a. B\n",
        "c\n",
        "```\n",
        "| x. Y | z |\n",
        "|-|-|\n",
        "> Een citaat. ",
        "En\n> nog wat.\n\n",
    ]


@given(st.text(alphabet="aB1.!?\n |>-#`\t\r\x0c\u2028é", max_size=300))
def test_the_sentences_joined_are_the_body(text: str) -> None:
    assert "".join(cut(text)) == frontmatter.split(text)[1]
    assert all(sentence.strip() for sentence in cut(text)) or not text.strip()


def test_breaking_lines_elsewhere_changes_nothing() -> None:
    assert keys("Een lange zin\ndie doorloopt. Klaar.\n") == keys(
        "Een lange\nzin die doorloopt.\nKlaar."
    )


@given(TEXTS)
def test_every_revision_is_what_was_born_and_had_not_died(texts: list[list[str]]) -> None:
    weave = follow(texts)
    for step, text in enumerate(texts, 1):
        found = standing(weave, step)
        words = [one.text for one in found if one.died != ALIVE]
        expected = [t for t, one in zip(text, found, strict=True) if one.died != ALIVE]
        assert words == expected
        places = [one.place for one in found]
        assert all(a < b for a, b in pairwise(places))


@given(TEXTS, st.integers(0, 12))
def test_going_on_gives_the_same_as_starting_anew(texts: list[list[str]], at: int) -> None:
    at = min(at, len(texts))
    first = follow(texts[:at])
    kept = deepcopy(list(first.all.values()))[::-1]
    second = Weave(kept, texts[at - 1] if at else [])
    for step, text in enumerate(texts[at:], at + 1):
        second.fold(step, text)
    assert second.all == follow(texts).all


class Kept:
    """What died, kept elsewhere."""

    def __init__(self, sentences: list[Sentence]) -> None:
        self.sentences = sentences

    def gone(self, texts: Collection[str]) -> list[Sentence]:
        return [one for one in self.sentences if one.died != ALIVE and one.text in texts]

    def last_place(self, after: int, before: int | None) -> int:
        places = [one.place for one in self.sentences]
        return max((p for p in places if after < p < (before or 2**62)), default=after)

    def every(self) -> list[Sentence]:
        return self.sentences


def go_on(texts: list[list[str]], at: int) -> dict[int, Sentence]:
    """The sentences after all texts, what died in the first `at` being left where it is kept."""
    first = deepcopy(list(follow(texts[:at]).all.values()))
    alive = [one for one in first if one.died == ALIVE]
    weave = Weave(alive, texts[at - 1] if at else [], Kept(first), len(first))
    for step, text in enumerate(texts[at:], at + 1):
        weave.fold(step, text)
    return {one.number: one for one in first} | weave.all


@given(TEXTS, st.integers(0, 12))
def test_a_past_that_is_asked_about_serves_as_well_as_one_in_memory(
    texts: list[list[str]], at: int
) -> None:
    assert go_on(texts, min(at, len(texts))) == follow(texts).all


@given(TEXTS)
def test_gone_is_what_stands_no_longer_told_once(texts: list[list[str]]) -> None:
    weave = follow(texts)
    gone = [one.text for one in weave.all.values() if one.died != ALIVE and not one.back]
    ever = {sentence for text in texts for sentence in text}
    assert sorted(gone) == sorted(ever - set(texts[-1]))


def test_words_that_moved_or_came_back_keep_their_first_writer() -> None:
    weave = follow([["A.", "B."], ["B.", "A."], ["B."], ["C.", "B."], ["A.", "B."]])
    assert [one.origin for one in standing(weave, 2)] == [1, 1]
    assert [one.origin for one in standing(weave, 4)] == [4, 1]
    back = standing(weave, 5)[0]
    assert (back.born, back.origin) == (5, 1)


def test_there_is_always_room() -> None:
    text = ["begin", "end"]
    texts = [list(text)]
    for number in range(200):
        text.insert(1, f"n{number}")
        texts.append(list(text))
    weave = follow(texts)
    again = [*texts[:20], *texts]
    assert go_on(again, 20) == follow(again).all
    assert len(standing(weave, 201)) == 202
    places = [one.place for one in standing(weave, 201)]
    assert places == sorted(set(places))


def test_a_weave_that_does_not_fit_its_text_is_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        Weave([], ["A."])
