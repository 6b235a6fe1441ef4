"""Links to headings lead where they do on GitHub, and every one of them leads somewhere."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content.fragments import OF_SCREEN, elsewhere
from wiki.render.links import LinkState
from wiki.render.markdown import Renderer

RENDERER = Renderer()
TEMPLATES = Path(__file__).parents[3] / "templates"


def shown(text: str) -> str:
    page = RENDERER.render(text, path="a/b")
    return RENDERER.fill(page.html, {"c": LinkState("c")})


def ids(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r' id="([^"]*)"', html)]


def leads(html: str) -> list[str]:
    """Where the links lead whose words are `x`."""
    return [unquote(unescape(found)) for found in re.findall(r'<a href="#([^"]*)">x</a>', html)]


PAGE = """# Ankers van dit blad

## Notes/Constraints/Caveats (Optional)
## docs_dir
## Kop
## Kop
## 1.2 Aanpak
## Doel & opzet
## Hoog :crab: en `:tada:`
## Второй вопрос
## 中文
## C++
## Een[^1] noot
## हिन्दी शब्द

> ## Kop

## Comment on this
## Search
<a name="Los_stuk"></a>
## Één

[^1]: n
"""


@pytest.mark.parametrize(
    ("anchor", "leads_to"),
    [
        ("ankers-van-dit-blad", "Ankers van dit blad"),
        ("notesconstraintscaveats-optional", "Notes/"),
        ("docs_dir", "docs_dir"),
        ("kop", "Kop<"),
        ("kop-1", "Kop<"),
        ("kop-2", "Kop<"),
        ("12-aanpak", "1.2 Aanpak"),
        ("h-1-2-aanpak", "1.2 Aanpak"),
        ("1-2-aanpak", "1.2 Aanpak"),
        ("1.2%20Aanpak", "1.2 Aanpak"),
        ("doel--opzet", "Doel"),
        ("user-content-doel--opzet", "Doel"),
        ("hoog-crab-en-tada", "Hoog"),
        ("второй-вопрос", "Второй"),
        ("中文", "中文"),
        ("c", "C++"),
        ("een-noot", "Een<"),
        ("हिन्दी-शब्द", "हिन्दी"),
        ("search", "Search"),
        ("comment-on-this", "Comment on this"),
        ("Los_stuk", ""),
        ("één", "Één"),
        ("een", "Één"),
    ],
)
def test_a_link_leads_to_its_heading(anchor: str, leads_to: str) -> None:
    html = shown(f"{PAGE}\n[x](#{anchor})\n")
    [target] = leads(html)
    assert ids(html).count(target) == 1
    if leads_to and not leads_to.startswith("Ankers"):
        heading = next(part for part in html.split("<h")[1:] if f'id="{target}"' in part)
        assert leads_to in heading.split("</h")[0]


def test_what_leads_from_another_page_is_an_id_there() -> None:
    there = ids(shown(PAGE))
    for anchor in ("kop-1", "comment-on-this", "doel--opzet", "Doel & opzet", "1.2 Aanpak",
                   "Los_stuk", "search", "h-kop-2", "één", "docs_dir", "Ankers van dit blad",
                   "user-content-kop-1",
                   ):  # fmt: skip
        assert elsewhere(anchor) in there or anchor in there, anchor


def test_ids_of_the_screen_are_no_ids_of_a_text() -> None:
    html = shown("".join(f"# {name}\n\n<a name='{name}'></a>\n\n" for name in sorted(OF_SCREEN)))
    assert not OF_SCREEN & set(ids(html))


def test_the_ids_of_all_screens_are_known() -> None:
    written = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    static = set(re.findall(r' id="([a-z-]+)"', written))
    assert {found for found in static if not found.startswith(("field-", "error-"))} <= OF_SCREEN


WORDS = [
    "Kop", "kop", "Kop 1", "1.2 Doel", "é", "Één", "!", "C++", "a_b", "*x*", "h-kop", "h kop",
    "turn-1", "中文", "main", "Search", "<b>y</b>", "[^1]", "`c`", "kop-1", "🚲 fiets",
]  # fmt: skip
headings = st.tuples(st.sampled_from(["# ", "## ", "- ## ", "> # "]), st.sampled_from(WORDS))


@given(st.lists(headings, max_size=8), st.lists(st.sampled_from(WORDS), max_size=3))
def test_ids_are_given_once_and_links_to_headings_find_one(
    heads: list[tuple[str, str]], names: list[str]
) -> None:
    text = "".join(mark + said + "\n\n" for mark, said in heads)
    text += "".join(f'<a name="{name}"></a>\n\n' for name in names)
    html = shown(text + "x\n\n[^1]: n\n")
    found = ids(html)
    assert len(found) == len(set(found))
    for id in found:
        if not id.startswith(("fn", "footnotes")):
            again = shown(f"{text}x\n\n[x](#{id})\n\n[^1]: n\n")
            assert leads(again)[0] in ids(again)
