"""What stands beside plain pages: the nearest folder's `_sidebar`, and the tree of the folder."""

from __future__ import annotations

import re
from typing import Any

import pytest

from wiki.domain.access.rights import Right, Role, Rule
from wiki.services.pages.sidebar import HANDFUL


def _beside(client: Any, address: str) -> str:
    """What stands beside a page; empty if nothing does."""
    shown = client.get(address).text
    found = re.search(r'<details class="page-side">.*?\n</details>', shown, re.DOTALL)
    return found[0] if found else ""


def test_the_nearest_sidebar_stands_beside_plain_pages(client: Any, page: Any) -> None:
    page("a/b/c", "# Doel\n\nTekst\n")
    page("los", "# Los\n")
    page("vraag", "---\nkind: question\nstatus: open\ntitle: Wat?\n---\n")
    assert _beside(client, "/wiki/los") == ""
    page("_sidebar", "# Doel\n\n- [[los]]\n- [[nergens]]\n- [hier](#doel)\n")
    for address in ("/wiki/los", "/wiki/a/b/c", "/wiki/a/b"):
        assert 'href="/wiki/los"' in _beside(client, address), address
    assert _beside(client, "/wiki/los").count(">Doel</h2>") == 1
    assert _beside(client, "/wiki/vraag") == ""
    ids = re.findall(r' id="([^"]+)"', client.get("/wiki/a/b/c").text)
    assert len(ids) == len(set(ids))
    page("a/_Sidebar", "Van a\n")
    assert "Van a" in _beside(client, "/wiki/a/b/c")
    assert "Van a" not in _beside(client, "/wiki/los")
    page("a/_Sidebar", None)
    assert 'href="/wiki/los"' in _beside(client, "/wiki/a/b/c")


def test_a_sidebar_is_no_page_of_lists(client: Any, page: Any) -> None:
    page("map/los", "# Los\n")
    page("_sidebar", "- [[map/los]]\n")
    page("map/_sidebar", "- [[map/los]]\n")
    for address in ("/", "/pages", "/pages?view=az", "/pages?view=new", "/pages?view=orphans"):
        assert "_sidebar" not in client.get(address).text, address
    assert "Mentioned in" not in client.get("/wiki/map/los", headers={"Accept-Language": "en"}).text
    assert client.get("/wiki/_sidebar").status_code == 200


def test_a_sidebar_shows_what_its_reader_may_read(
    client: Any, page: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("_sidebar", "- [[dicht/plan]]\n- Voor allen\n")
    page("dicht/_sidebar", "Van de redactie\n")
    for number in range(HANDFUL + 1):
        page(f"p{number}", f"# Nummer {number}\n")
    page("dicht/plan", "# Geheim plan\n")
    rights = type(wiki.rights)(wiki.rights.site, (Rule("dicht/", Right.READ, Role.EDITOR),))
    monkeypatch.setattr(type(wiki), "rights", property(lambda _: rights))
    beside = _beside(client, "/wiki/p1")
    assert "Voor allen" in beside
    assert 'class="wanted"' in beside
    assert "Geheim" not in beside
    assert 'href="/wiki/dicht' not in beside
    assert "redactie" not in beside


def test_members_write_a_sidebar(client: Any, page: Any, editor: Any, login: Any) -> None:
    for number in range(HANDFUL + 1):
        page(f"map/p{number}", f"# Nummer {number}\n")
    login(client, editor.username)
    assert 'href="/edit/map/_sidebar"' in _beside(client, "/wiki/map/p1")
    form = client.get("/edit/map/_sidebar").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token
    sent = {"text": "Met de hand\n", "base": "", "csrf_token": token[1]}
    assert client.post("/edit/map/_sidebar", data=sent).status_code == 303
    beside = _beside(client, "/wiki/map/p1")
    assert "Met de hand" in beside
    assert 'href="/edit/map/_sidebar"' in beside


def test_many_pages_have_a_tree(client: Any, page: Any) -> None:
    for number in range(HANDFUL):
        page(f"map/p{number}", f"# Nummer {number}\n")
    page("map/vraag", "---\nkind: question\nstatus: open\ntitle: Wat?\n---\n")
    assert _beside(client, "/wiki/map/p1") == ""
    page("map/diep/README", "# Diep\n")
    page("map/diep/onder_in/blad", "# Blad\n")
    page("elders/iets", "# Iets\n")
    beside = _beside(client, "/wiki/map/p1")
    assert re.search(r'href="/wiki/map/p1" aria-current="page">\s*Nummer 1<', beside)
    assert beside.count("aria-current") == 1
    for path in ("map", "map/diep", "elders", "map/p0"):
        assert f'href="/wiki/{path}"' in beside, path
    for path in ("map/vraag", "map/diep/README", "map/diep/onder_in", "elders/iets"):
        assert f'href="/wiki/{path}"' not in beside, path
    assert 'href="/wiki/map/diep/onder_in/blad"' in _beside(client, "/wiki/map/diep/onder_in/blad")
    assert 'href="/wiki/map/diep" aria-current' in _beside(client, "/wiki/map/diep")
    assert 'href="/wiki/map" aria-current' in _beside(client, "/wiki/map")
