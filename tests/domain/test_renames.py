"""Links follow a page that moves, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.renames import repoint, stub


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[[vragen/a]]", "[[nieuw/z]]"),
        ("[[Vragen/A#kop|tekst]]", "[[nieuw/z#kop|tekst]]"),
        ("[x](a)", "[x](../nieuw/z)"),
        ("[x](./a.md#kop)", "[x](../nieuw/z.md#kop)"),
        ('[x](/wiki/vragen/a "titel")', '[x](/wiki/nieuw/z "titel")'),
        ("![x](/files/vragen/a/f.png)", "![x](/files/nieuw/z/f.png)"),
        ("![x](a/f.png)", "![x](../nieuw/z/f.png)"),
        ("[x]: a.md", "[x]: ../nieuw/z.md"),
        (
            "---\nquestions: [vragen/a, vragen/ab]\n---\n",
            "---\nquestions: [nieuw/z, vragen/ab]\n---\n",
        ),
        ('---\nquestions:\n- "vragen/a"\n---\n', "---\nquestions:\n- nieuw/z\n---\n"),
    ],
)
def test_links_follow(written: str, found: str) -> None:
    assert repoint(written, "vragen/b", "vragen/a", "nieuw/z") == found


@pytest.mark.parametrize(
    "text",
    [
        "`[[vragen/a]]`",
        "```\n[[vragen/a]]\n```",
        "[[vragen/ab]] [x](ab) [x](https://vragen/a) vragen/a",
        "---\ntitle: vragen/a\n---\n",
    ],
)
def test_what_is_no_link_to_it_stays(text: str) -> None:
    assert repoint(text, "vragen/b", "vragen/a", "nieuw/z") == text


def test_the_page_itself_takes_its_relative_links_along() -> None:
    text = "[x](b.md) ![p](foto.png) [[vragen/a]]"
    assert repoint(text, "nieuw/z", "vragen/a", "nieuw/z") == (
        "[x](../vragen/b.md) ![p](foto.png) [[nieuw/z]]"
    )


@given(st.text(), st.sampled_from(["a", "map/a"]))
def test_there_and_back_is_the_same_where_nothing_pointed(text: str, page: str) -> None:
    assert repoint(text, page, "bestaat/niet-hier", "elders/ook-niet") == text


def test_a_stub_names_its_target() -> None:
    assert stub("nieuw/z") == "---\nredirect: nieuw/z\n---\n"
    assert stub("met: dubbele punt") == '---\nredirect: "met: dubbele punt"\n---\n'
