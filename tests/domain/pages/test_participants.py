"""A participant as a line of a form, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content.pages import Participant
from wiki.domain.pages.participants import read, write

WORDS = st.lists(st.text("abcdeé", min_size=1, max_size=6), min_size=1, max_size=3).map(" ".join)
MEMBER = st.text("abc.-_1", min_size=1, max_size=8)


@given(st.builds(Participant, name=WORDS, role=st.just("") | WORDS, member=st.just("") | MEMBER))
def test_what_is_written_is_read(participant: Participant) -> None:
    assert read(write(participant)) == participant


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Anne-Marie - lid", Participant("Anne-Marie", "lid")),
        ("A | b", Participant("A", "b")),
        ("— hoogleraar", Participant("", "hoogleraar")),
        ("A @a", Participant("A", "", "a")),
    ],
)
def test_lines_as_people_write_them(line: str, found: Participant) -> None:
    assert read(line) == found
