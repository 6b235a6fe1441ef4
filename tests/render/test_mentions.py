"""`@username` in comments."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.render.markdown import Renderer

RENDERER = Renderer()
PEOPLE = {"anna": "Anna", "jan-piet.k": "jan-piet.k"}


def shown(text: str, people: Mapping[str, str] | None = None) -> str:
    """A comment as its readers see it."""
    return RENDERER.fill_comment(RENDERER.comment(text), {}, people or {})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Wat denk jij, @anna?", ["anna"]),
        ("@Anna en (@jan-piet.k).", ["Anna", "jan-piet.k"]),
        ("*@anna* **@anna** ~~@anna~~", ["anna"]),
        ("> @anna zei dit\n\nJa.", []),
        ("`@anna`\n\n    @anna\n\n```\n@anna\n```", []),
        ("post@anna.nl, <post@anna.nl>, x@anna, a.@anna, @anna@nog.nl, /@anna", []),
        ("https://x.example/@anna [@anna](https://x.example)", []),
        ("\\@anna @", []),
    ],
)
def test_who_is_called(text: str, names: list[str]) -> None:
    assert RENDERER.mentions(text) == names


def test_a_member_is_a_link_and_a_stranger_is_text() -> None:
    html = shown("@ANNA, @onbekend en @jan-piet.k!", PEOPLE)
    assert '<a class="mention" href="/members/Anna">@ANNA</a>, @onbekend en' in html
    assert '<a class="mention" href="/members/jan-piet.k">@jan-piet.k</a>!' in html
    assert "\ue000" not in html


def test_what_comes_after_it_is_there_wherever_it_stands() -> None:
    html = shown("> Zei hij.\n\nVraag @anna eens, of @onbekend.\n\n- @anna ook\n")
    assert re.findall("<(?:p|li)>(.*)</", html) == [
        "Zei hij.",
        "Vraag @anna eens, of @onbekend.",
        "@anna ook",
    ]


def test_on_pages_it_is_text() -> None:
    assert "@anna" in RENDERER.render("Dag @anna.").html


@given(st.text(alphabet="@an._-`*[]()<> \n", max_size=40))
def test_no_text_breaks_out(text: str) -> None:
    html = shown(text, {"an": "an", "a": "a"})
    assert "\ue000" not in html
    assert html.count("<a ") == html.count("</a>")
