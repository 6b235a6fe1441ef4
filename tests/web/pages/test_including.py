"""`![[page]]` and `![[page#section]]`: pages that stand in others, as their reader sees them."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import normalize

import pytest

from wiki.domain.access.rights import Right, Role, Rule
from wiki.services.pages.including import DEEPEST, MOST, MOST_CHARACTERS

PART = (
    "# Deel\n\nVooraf.\n\n## Kop één\n\nOnder een.[^1] Zie [kop](#kop-twee) en [[los]].\n\n"
    "### Dieper\n\nDaar.\n\n## Kop twee\n\n> ## Aangehaald\n\nOnder twee.\n\n[^1]: De noot.\n"
)
ENGLISH = {"Accept-Language": "en"}


def _text(client: Any, path: str) -> str:
    """The article of a page."""
    shown = client.get(f"/wiki/{path}", headers=ENGLISH)
    assert shown.status_code == 200
    found = re.search(r"<article.*?</article>", normalize("NFC", shown.text), re.DOTALL)
    assert found
    ids = re.findall(r' id="([^"]+)"', shown.text)
    assert len(ids) == len(set(ids))
    for place in re.findall(r' href="#([^"]+)"', found[0]):
        assert place in ids, place
    return found[0]


def test_a_page_stands_in_another(client: Any, page: Any) -> None:
    page("los", "# Los\n")
    page("map/deel", PART)
    page("a", "## Kop één\n\nVan a.\n\n![[map/deel]]\n\n- ![[map/deel]]\n\nMidden ![[los]] in.\n")
    shown = _text(client, "a")
    assert shown.count("Onder een.") == 2
    assert shown.count('<div class="include">') == 2
    assert '<p class="include-from"><a href="/wiki/map/deel">Deel</a>' in shown
    assert 'Midden <a href="/wiki/los"' in shown
    page("map/deel", "Heel anders.\n")
    assert "Onder een." not in _text(client, "a")
    assert "Heel anders." in _text(client, "a")


def test_a_section_stands_in_another_page(client: Any, page: Any) -> None:
    page("map/deel", PART)
    for anchor, inside, outside in (
        ("Kop één", ("Onder een.", "Daar."), ("Vooraf.", "Onder twee.", "De noot.")),
        ("kop-twee", ("Aangehaald", "Onder twee."), ("Onder een.", "Daar.")),
        ("Dieper", ("Daar.",), ("Onder een.", "Onder twee.")),
        ("Aangehaald", ("Aangehaald",), ("Onder twee.",)),
        ("Deel", ("Vooraf.", "Onder twee."), ()),
    ):
        page("a", f"![[map/deel#{anchor}]]\n")
        shown = _text(client, "a")
        assert shown.count("<blockquote") == shown.count("</blockquote>")
        for words in inside:
            assert words in shown, anchor
        for words in outside:
            assert words not in shown, anchor
    page("a", "![[map/deel#Kop één]]\n")
    assert 'href="/wiki/map/deel#kop-twee"' in _text(client, "a")
    page("a", "![[map/deel#Bestaat niet]]\n")
    assert "no such section" in _text(client, "a")


def test_what_cannot_stand_there_says_so(client: Any, page: Any) -> None:
    page("a", "![[b]]\n\n![[nergens]]\n\n![[a]]\n")
    page("b", "Van b.\n\n![[a]]\n")
    shown = _text(client, "a")
    assert shown.count("Van b.") == 1
    assert shown.count("includes itself") == 2
    assert 'class="wanted"' in shown
    for number in range(DEEPEST + 2):
        page(f"d{number}", f"Diepte {number}.\n\n![[d{number + 1}]]\n")
    shown = _text(client, "d0")
    assert f"Diepte {DEEPEST}." in shown
    assert f"Diepte {DEEPEST + 1}." not in shown
    assert "too deep" in shown


def test_pages_include_no_more_than_so_much(client: Any, page: Any) -> None:
    page("klein", "Klein stuk.\n")
    page("a", "![[klein]]\n\n" * (MOST + 2))
    shown = _text(client, "a")
    assert shown.count("Klein stuk.") == MOST
    assert shown.count("include-wrong") == 2
    page("groot", "Groot stuk.\n\n" + "woord " * (MOST_CHARACTERS // 12) + "\n")
    page("a", "![[groot]]\n\n" * 3)
    assert _text(client, "a").count("Groot stuk.") == 1


def test_a_closed_page_stands_nowhere_but_where_it_may_be_read(
    client: Any, page: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("dicht/plan", "# Geheim plan\n\nGeheime tekst.\n")
    page("open", "Voor.\n\n![[dicht/plan]]\n\nNa.\n")
    page("stub", "---\nredirect: dicht/plan\n---\n")
    page("om", "![[stub]]\n\n![[open]]\n")
    assert _text(client, "om").count("Geheime tekst.") == 2
    rights = type(wiki.rights)(wiki.rights.site, (Rule("dicht/", Right.READ, Role.EDITOR),))
    monkeypatch.setattr(type(wiki), "rights", property(lambda _: rights))
    for path in ("open", "om"):
        shown = client.get(f"/wiki/{path}").text
        assert "Geheim" not in shown, path
        assert 'class="wanted"' in shown, path
    assert "Geheim" not in client.get("/export/open?format=html").text


def test_the_words_of_an_include_are_found_on_its_own_page(
    client: Any, page: Any, wiki: Any
) -> None:
    page("deel", "# Deel\n\nBijzonder woord.\n")
    page("a", "# Hoofd\n\n![[deel]]\n")
    wiki.search.update(wiki.store, wiki.database)
    assert "Bijzonder woord." in client.get("/export/a?format=html").text
    found = client.get("/search?q=bijzonder").text
    assert re.findall(r'data-path="([^"]+)"', found) == ["deel"]
