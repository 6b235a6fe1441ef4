"""Accepting the terms through a browser, without losing a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import PASSWORD, token_in
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.engine import Wiki
from wiki.services.members import terms
from wiki.services.talk import comments
from wiki.settings import Settings

Login = Callable[..., None]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, read="member")


@pytest.fixture(autouse=True)
def there(page: Callable[..., str], member: Actor, editor: Actor) -> None:
    page("voorwaarden", "# Voorwaarden\n\nWees aardig.\n")
    page("a", "# A\n")


def stamp_in(html: str) -> str:
    found = re.search(r'name="terms" value="([^"]+)"', html)
    assert found, html
    return found[1]


def test_registering_asks(client: Any, wiki: Wiki) -> None:
    form = client.get("/register").text
    assert "Wees aardig" in client.get("/terms").text, "also where reading is for members"
    fields = {
        "username": "nina",
        "email": "nina@example.org",
        "password": PASSWORD,
        "terms": stamp_in(form),
    }
    wrong = client.post("/register", data={"csrf_token": token_in(form), **fields})
    assert wrong.status_code == 400
    assert 'id="error-terms_accepted"' in wrong.text
    assert 'value="nina"' in wrong.text
    fields["terms_accepted"] = "yes"
    done = client.post("/register", data={"csrf_token": token_in(wrong.text), **fields})
    assert done.status_code == 303


def test_asked_again_before_the_next_post(client: Any, wiki: Wiki, login: Login) -> None:
    login(client, "anna")
    token = token_in(client.get("/account").text)
    terms.ask_again(wiki, SYSTEM, "Wees <b>heel</b> aardig")
    assert client.get("/wiki/a").status_code == 200, "reading goes on"
    text = "Een lange gedachte\n<b>met tekens</b>"
    asked = client.post("/comments/a", data={"csrf_token": token, "text": text, "nonce": "n1"})
    assert asked.status_code == 403
    assert "Een lange gedachte" in asked.text
    assert "Wees &lt;b&gt;heel&lt;/b&gt; aardig" in asked.text
    again = {
        "csrf_token": token_in(asked.text),
        "text": text,
        "nonce": "n1",
        "terms": stamp_in(asked.text),
    }
    still = client.post("/comments/a", data=again)
    assert still.status_code == 403
    assert comments.latest(wiki, SYSTEM) == []
    done = client.post("/comments/a", data=again | {"terms_accepted": "yes"})
    assert done.status_code == 303
    assert [talk.comment.text for talk in comments.latest(wiki, SYSTEM)] == [text]
    assert (
        client.post("/comments/a", data={"csrf_token": token, "text": "Nog een"}).status_code == 303
    )


def test_what_one_may_still_do(client: Any, wiki: Wiki, login: Login) -> None:
    login(client, "anna")
    terms.ask_again(wiki, SYSTEM, "Nieuw")
    token = token_in(client.get("/account").text)
    named = client.post("/account", data={"csrf_token": token, "name": "Anna"})
    assert named.status_code == 303, "one's own account"
    script = client.post(
        "/comments/a",
        data={"csrf_token": token, "text": "x"},
        headers={"Accept": "application/json"},
    )
    assert script.status_code == 403
    assert script.json["error"] == "terms_asked"
    shown = client.get("/terms?next=/wiki/a").text
    form = {"csrf_token": token_in(shown), "terms": stamp_in(shown), "terms_accepted": "yes"}
    assert client.post("/terms", data=form | {"next": "//evil.example"}).location == "/"
    assert 'name="terms_accepted"' not in client.get("/terms").text
    assert client.post("/logout", data={"csrf_token": token}).status_code == 303


def test_an_editor_asks(client: Any, app: Any, wiki: Wiki, login: Login) -> None:
    login(client, "bram")
    assert 'href="/admin/terms"' in client.get("/wiki/voorwaarden").text
    form = client.get("/admin/terms").text
    asked = client.post("/admin/terms", data={"csrf_token": token_in(form), "reason": "Nieuw"})
    assert asked.status_code == 303
    assert "Nieuw" in client.get("/admin/terms").text
    other = app.test_client()
    login(other, "anna")
    assert 'href="/admin/terms"' not in other.get("/wiki/voorwaarden").text
    assert other.get("/admin/terms").status_code == 403
