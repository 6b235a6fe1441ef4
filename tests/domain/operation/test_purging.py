"""Words and ids are found however they are spelled, and nothing else is."""

from __future__ import annotations

import html
import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.operation.purging import Ids, Words, sentences

OLD, NEW = "0123456789abcdef0123456789abcdef01234567", "f" * 40


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("José O'Brien was er.", "X was er."),
        ("Jose\u0301 O'Brien", "X"),
        ("José\n  O'Brien,", "X,"),
        (html.escape("José O'Brien"), "X"),
        (json.dumps({"a": "José O'Brien"}), '{"a": "X"}'),
        ("?q=" + quote_plus("José O'Brien"), "?q=X"),
        ("josé o'brien", "josé o'brien"),
        ("José O'Brienx xJosé O'Brien", "José O'Brienx xJosé O'Brien"),
    ],
)
def test_a_name_is_found_as_it_is_spelled(text: str, left: str) -> None:
    assert Words(["José O'Brien"], instead="X").replaced(text) == left


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_replacing_twice_changes_nothing_more(text: str, word: str) -> None:
    words = Words([word], instead="")
    once = words.replaced(text + word + text)
    assert words.stand_in(once) == (words.replaced(once) != once)
    assert len(once) <= len(text + word + text)


def test_passages_are_found_inside_other_text() -> None:
    (passage,) = sentences("Kort. Een zin die lang genoeg is om te herkennen.")
    assert Words([], [passage], "X").replaced(f"> {passage}\n\nWat?") == "> X\n\nWat?"


def test_addresses_name_the_new_revision() -> None:
    ids = Ids({OLD: NEW, "a" * 20: "b" * 20})
    assert ids.text(f"Reverts: {OLD}\npage:{'a' * 20}") == f"Reverts: {NEW}\npage:{'b' * 20}"
    assert (
        ids.text(f"/wiki/x?at={OLD[:10]}#revision-{OLD[:7]}")
        == f"/wiki/x?at={NEW[:10]}#revision-{NEW[:7]}"
    )
    for kept in (OLD[:10], f"x{OLD}", f"{OLD}0", f"?at={OLD[:6]}", f"?at={OLD[:10]}zz"):
        assert ids.text(kept) == kept
    assert Ids({OLD: NEW, OLD[:39] + "8": NEW}).text(f"?at={OLD[:9]}") == f"?at={OLD[:9]}"
