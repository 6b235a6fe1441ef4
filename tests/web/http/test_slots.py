"""Kept pages for members: shared, but everybody sees their own things in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import PASSWORD, token_in
from wiki.database.access import rules
from wiki.domain.access.rights import Right, Role, Rule
from wiki.web.http import cache


@pytest.fixture
def members(app: Any, person: Callable[..., Any], login: Callable[..., None]) -> dict[str, Any]:
    """Browsers of two members and a moderator."""
    browsers = {}
    for name, role in (("anna", Role.MEMBER), ("bram", Role.MEMBER), ("mo", Role.MODERATOR)):
        person(name, role)
        browsers[name] = app.test_client()
        login(browsers[name], name)
    return browsers


def hits(app: Any) -> int:
    """How many kept pages were served."""
    return int(app.extensions[cache.PAGES].hits)


def test_a_page_is_made_once_and_filled_for_each(app, members, page):
    page("vraag", "# Een vraag\n\nTekst.\n")
    anna = members["anna"].get("/wiki/vraag").text
    before = hits(app)
    bram = members["bram"].get("/wiki/vraag").text
    assert hits(app) == before + 1
    assert "/members/anna" in anna
    assert "/members/bram" not in anna
    assert "/members/bram" in bram
    assert "/members/anna" not in bram
    assert "\ue000" not in anna + bram
    assert token_in(anna) != token_in(bram)


def test_other_rights_are_another_page(app, members, page):
    page("vraag", "# Een vraag\n")
    assert "/delete/vraag" not in members["anna"].get("/wiki/vraag").text
    assert "/delete/vraag" in members["mo"].get("/wiki/vraag").text
    assert "/delete/vraag" not in members["bram"].get("/wiki/vraag").text


def test_own_comments_have_their_own_controls(app, members, page):
    page("vraag", "# Een vraag\n")
    shown = members["anna"].get("/wiki/vraag").text
    once = re.search(r'name="nonce" value="([^"]+)"', shown)
    form = {"text": "Een gedachte", "csrf_token": token_in(shown), "nonce": once[1]}
    assert members["anna"].post("/comments/vraag", data=form).status_code == 303
    for _ in range(2):
        assert re.search(r"/comment/\d+/edit", members["anna"].get("/wiki/vraag").text)
        other = members["bram"].get("/wiki/vraag").text
        assert "Een gedachte" in other
        assert not re.search(r"/comment/\d+/edit", other)


def test_every_showing_of_the_form_posts_once(members, page):
    page("vraag", "# Een vraag\n")
    numbers = {
        re.search(r'name="nonce" value="([^"]+)"', members["anna"].get("/wiki/vraag").text)[1]
        for _ in range(4)
    }
    assert len(numbers) == 4


def test_a_save_is_seen_at_once_by_all(members, page):
    page("vraag", "# Een vraag\n\nEerst.\n")
    for name in ("anna", "bram"):
        members[name].get("/wiki/vraag")
    page("vraag", "# Een vraag\n\nDaarna.\n")
    for name in ("anna", "bram"):
        assert "Daarna" in members[name].get("/wiki/vraag").text


def test_logging_out_ends_it(app, members, page):
    page("vraag", "# Een vraag\n")
    shown = members["anna"].get("/wiki/vraag").text
    members["anna"].post("/logout", data={"csrf_token": token_in(shown)})
    assert "/members/anna" not in members["anna"].get("/wiki/vraag").text
    assert PASSWORD not in shown


def test_the_button_shows_how_each_member_follows_the_page(app, members, page):
    page("map/vraag", "---\nkind: question\n---\n\n# Een vraag\n")
    page("map/gesprek", "---\nkind: dialogue\nquestions: [map/vraag]\n---\n\n# Gesprek\n")
    shown = members["anna"].get("/wiki/map/vraag").text
    assert "Volgen" in shown
    assert "Gevolgd" not in shown
    form = {"csrf_token": token_in(shown)}
    assert members["anna"].post("/watch/map/vraag", data=form).status_code == 303
    members["anna"].get("/wiki/map/vraag")
    before = hits(app)
    followed = _button(members["anna"].get("/wiki/map/vraag").text)
    assert hits(app) == before + 1
    assert "Gevolgd" in followed
    assert "met de gesprekken erover" in followed
    assert "met het vraagstuk" in _button(members["anna"].get("/wiki/map/gesprek").text)
    assert "Gevolgd" not in members["bram"].get("/wiki/map/vraag").text
    folder = {"csrf_token": token_in(members["bram"].get("/wiki/map/vraag").text)}
    members["bram"].post("/watch/map", data=folder | {"scope": "folder"})
    assert "met de map map" in _button(members["bram"].get("/wiki/map/gesprek").text)
    members["bram"].post("/watch/map/gesprek", data=folder | {"action": "stop"})
    members["bram"].get("/wiki/map/gesprek")
    assert "Gevolgd" not in members["bram"].get("/wiki/map/gesprek").text
    assert "\ue000" not in members["bram"].get("/wiki/map/vraag").text


FORGED = "\ue000token\ue001\ue000once\ue001\ue000account\ue001\ue000Z\ue001\ue000Hx\ue0022\ue001"


def test_nobody_forges_a_slot(app, members, page):
    """By what they call a page, write on it, say of it, or call themselves."""
    page("vraag", f'---\ntitle: "Een {FORGED} vraag"\n---\n\nTekst {FORGED} en [[andere]].\n')
    page("andere", f"---\ntitle: Andere {FORGED}\n---\n\n[[vraag]]\n")
    anna = members["anna"]
    shown = anna.get("/wiki/vraag").text
    once = re.search(r'name="nonce" value="([^"]+)"', shown)
    form = {"text": f"Een {FORGED} gedachte", "csrf_token": token_in(shown), "nonce": once[1]}
    assert anna.post("/comments/vraag", data=form).status_code == 303
    named = {"csrf_token": token_in(shown), "name": f"Anna {FORGED}", "language": "nl"}
    assert anna.post("/account", data=named).status_code < 500
    for browser in (anna, members["bram"]):
        for address in ("/wiki/vraag", "/wiki/andere", "/recent", "/members/anna"):
            answer = browser.get(address).text
            token = token_in(answer)
            outside = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", answer)
            assert token not in re.sub(r"<[^>]*>", "", outside), address
            assert answer.count('name="nonce"') <= 1 + answer.count("/comments/")
            assert answer.count("<a ") == answer.count("</a>"), address


def _button(shown):
    return re.search(r'<form class="follow.*?</form>', shown, re.DOTALL)[0]


def test_who_may_write_can_begin_anywhere(app, members, page, wiki):
    page("vraag", "# Een vraag\n\nTekst.\n")
    begun = re.compile(r'<details class="menu begin">.*?</details>', re.DOTALL)
    assert not begun.search(app.test_client().get("/wiki/vraag").text)
    for path in ("/", "/wiki/vraag", "/questions"):
        menu = begun.search(members["anna"].get(path).text)[0]
        assert re.findall(r'href="([^"]*)"', menu) == [
            f"/new?kind={kind}" for kind in ("question", "dialogue", "page")
        ]
    with wiki.database.write() as connection:
        for right in (Right.CREATE, Right.SUGGEST):
            rules.put(connection, Rule("", right, Role.EDITOR))
    assert not begun.search(members["anna"].get("/wiki/vraag").text)
