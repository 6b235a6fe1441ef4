"""Nothing typed is ever lost: what a refused POST answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from tests.conftest import PASSWORD, token_in
from tests.fixtures.access import set_rule
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.engine import Wiki
from wiki.services.members import members
from wiki.services.talk import comments

Login = Callable[..., None]
SIGNED = {"unsubscribing.use"}
"""Whose address is itself the proof of who asks, and that nobody else can make: a mail program that
stops mail has no cookie (RFC 8058)."""
TEXT = 'Een lange gedachte <b>met tekens</b> & "meer"\n\n\tregel twee — é'


@pytest.fixture
def talk(page: Callable[..., str], member: Actor) -> str:
    """A page to comment on; `anna` is a member."""
    page("a", "# A\n")
    return "/comments/a"


def said(wiki: Wiki) -> list[str]:
    return [talk.comment.text for talk in comments.latest(wiki, SYSTEM)]


def typed(html: str, name: str) -> str:
    """What stands in a text area, as a browser would send it."""
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
    assert found, html
    return unescape(found[1])


def test_a_bad_token_costs_one_click(client: Any, wiki: Wiki, talk: str, login: Login) -> None:
    login(client, "anna")
    answer = client.post(talk, data={"text": TEXT, "csrf_token": "stale"})
    assert answer.status_code == 400
    assert typed(answer.text, "text") == TEXT
    assert 'type="password"' not in answer.text
    assert said(wiki) == []
    again = {"text": TEXT, "csrf_token": token_in(answer.text)}
    assert client.post(talk, data=again).status_code == 303
    assert said(wiki) == [TEXT.strip()]


def test_a_session_that_ended_costs_a_password(
    client: Any, wiki: Wiki, talk: str, login: Login
) -> None:
    login(client, "anna")
    token = token_in(client.get("/account").text)
    members.suspend(wiki, SYSTEM, "anna")
    members.reinstate(wiki, SYSTEM, "anna")
    answer = client.post(talk, data={"text": TEXT, "csrf_token": token})
    assert answer.status_code == 401
    assert typed(answer.text, "text") == TEXT
    form = {"text": TEXT, "csrf_token": token_in(answer.text), "username": "anna"}
    wrong = client.post(talk, data=form | {"password": "not this one"})
    assert wrong.status_code == 401
    assert typed(wrong.text, "text") == TEXT
    assert "not this one" not in wrong.text
    assert 'value="anna"' in wrong.text
    right = client.post(
        talk, data=form | {"csrf_token": token_in(wrong.text), "password": PASSWORD}
    )
    assert right.status_code == 303
    assert said(wiki) == [TEXT.strip()]
    assert client.get("/account").status_code == 200, "and one is logged in"


def test_without_any_cookie(client: Any, wiki: Wiki, talk: str) -> None:
    answer = client.post(talk, data={"text": TEXT})
    assert answer.status_code == 400
    assert typed(answer.text, "text") == TEXT
    form = {"text": TEXT, "username": "anna", "password": PASSWORD}
    done = client.post(talk, data=form | {"csrf_token": token_in(answer.text)})
    assert done.status_code == 303
    assert said(wiki) == [TEXT.strip()]


def test_no_login_without_a_token(client: Any, wiki: Wiki, talk: str) -> None:
    form = {"text": TEXT, "username": "anna", "password": PASSWORD, "csrf_token": "made up"}
    assert client.post(talk, data=form).status_code == 400
    assert client.get("/account").status_code == 303
    assert said(wiki) == []


def test_a_missing_right_keeps_the_text(
    client: Any, wiki: Wiki, talk: str, login: Login, admin: Actor
) -> None:

    set_rule(wiki, admin, prefix="a", right="comment", role="moderator")
    login(client, "anna")
    token = token_in(client.get("/account").text)
    answer = client.post(talk, data={"text": TEXT, "csrf_token": token})
    assert answer.status_code == 403
    assert typed(answer.text, "text") == TEXT


def test_too_fast_keeps_the_text(client: Any, wiki: Wiki, talk: str, login: Login) -> None:
    login(client, "anna")
    token = token_in(client.get("/account").text)
    for number in range(10):
        client.post(talk, data={"text": str(number), "csrf_token": token})
    answer = client.post(talk, data={"text": TEXT, "csrf_token": token})
    assert answer.status_code == 429
    assert typed(answer.text, "text") == TEXT
    assert int(answer.headers["Retry-After"]) > 0


def test_a_page_that_went_away_keeps_the_text(
    client: Any, talk: str, login: Login, page: Callable[..., str]
) -> None:
    login(client, "anna")
    token = token_in(client.get("/account").text)
    page("a", None)
    answer = client.post(talk, data={"text": TEXT, "csrf_token": token})
    assert answer.status_code == 410
    assert typed(answer.text, "text") == TEXT


def test_forms_without_a_page_of_their_own_carry_their_fields(
    client: Any, wiki: Wiki, talk: str, login: Login
) -> None:
    login(client, "anna")
    spot = comments.post(wiki, member_of(wiki), "a", "weg ermee")
    answer = client.post(f"/comment/{spot.id}/delete", data={"extra": "x", "csrf_token": "stale"})
    assert answer.status_code == 400
    assert 'type="hidden" name="extra" value="x"' in answer.text
    again = {"extra": "x", "csrf_token": token_in(answer.text)}
    assert client.post(f"/comment/{spot.id}/delete", data=again).status_code == 303
    assert said(wiki) == []


def member_of(wiki: Wiki) -> Actor:
    return members.get(wiki, SYSTEM, "anna").actor


def test_passwords_are_asked_again_never_shown(client: Any, talk: str, login: Login) -> None:
    login(client, "anna")
    form = {"current_password": "geheim een", "new_password": "geheim twee"}
    answer = client.post("/account/password", data=form | {"csrf_token": "stale"})
    assert answer.status_code == 400
    assert "geheim" not in answer.text
    assert 'name="new_password"' in answer.text


def test_scripts_get_a_fresh_token(client: Any, talk: str, login: Login) -> None:
    login(client, "anna")
    answer = client.post(talk, data={"text": "x"}, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json["error"] == "csrf_wrong"
    fresh = {"X-CSRF-Token": answer.headers["X-CSRF-Token"]}
    assert client.post(talk, data={"text": "x"}, headers=fresh).status_code == 303


def test_every_post_is_guarded(app: Any, client: Any, member: Actor, login: Login) -> None:
    """A new URL that takes POST is guarded without anybody thinking of it."""
    login(client, "anna")
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        values = dict.fromkeys(rule.arguments, "1")
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **values)
        answer = client.post(path, data={"text": "x"})
        if rule.endpoint.startswith("api."):
            wanted = 400 if rule.endpoint == "api.use_tools" else 401
            assert answer.status_code == wanted, f"{path} takes a token, never a cookie"
            continue
        assert answer.status_code == (404 if rule.endpoint in SIGNED else 400), path
        assert client.get("/account").status_code == 200, f"{path} must not log out"
