"""Logging in in two steps, through a browser; nothing typed is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from tests.conftest import PASSWORD, token_in
from wiki.database.members import members as table
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.engine import Wiki
from wiki.services.talk import comments

Login = Callable[..., None]


def send(client: Any, path: str, form: str = "", **fields: str) -> Any:
    """Post a form with the token of the page it is on."""
    token = token_in(client.get(form or path).text)
    return client.post(path, data={"csrf_token": token, **fields})


class Phone:
    """What shows codes; each time another one, for the clock goes on."""

    def __init__(self, wiki: Wiki) -> None:
        self.wiki, self.now = wiki, wiki.clock()
        self.secret = ""
        wiki.clock = lambda: self.now

    def code(self) -> str:
        self.now += timedelta(seconds=30)
        return pyotp.TOTP(self.secret).at(self.now)


@pytest.fixture
def phone(wiki: Wiki, app: Any, member: Actor, login: Login) -> Phone:
    """`anna` has set up two steps."""
    made, client = Phone(wiki), app.test_client()
    login(client, "anna")
    overview = "/account/second-factor"
    begun = send(client, f"{overview}/begin", overview, current_password=PASSWORD)
    assert begun.location == f"{overview}/setup"
    page = client.get(begun.location).text
    assert "<svg" in page
    found = re.search(r'class="secret">([^<]+)<', page)
    assert found
    made.secret = found[1].replace("-", "").upper()
    wrong = send(client, f"{overview}/setup", code="000000")
    assert wrong.status_code == 400
    assert "000000" not in wrong.text
    done = send(client, f"{overview}/setup", code=made.code())
    assert done.text.count("<li><code>") == 10
    assert done.headers["Cache-Control"] == "no-store"
    assert client.get("/account").status_code == 200, "and one is logged in still"
    return made


def test_two_steps(client: Any, phone: Phone) -> None:
    first = send(client, "/login", username="anna", password=PASSWORD, next="/questions")
    assert first.location == "/login/second?next=%2Fquestions"
    assert client.get("/account").status_code == 303, "nobody is logged in yet"
    half = client.get_cookie("denktank").value
    wrong = send(client, "/login/second", code="nee", next="/questions")
    assert wrong.status_code == 401
    assert 'name="code"' in wrong.text
    whole = send(client, "/login/second", code=phone.code(), next="/questions")
    assert (whole.status_code, whole.location) == (303, "/questions")
    assert "twee stappen" in client.get("/account/sessions").text
    client.set_cookie("denktank", half)
    assert client.get("/account").status_code == 303, "the half session is nobody's"


def test_the_second_step_leads_nowhere_else(client: Any, phone: Phone) -> None:
    send(client, "/login", username="anna", password=PASSWORD)
    answer = send(client, "/login/second", code=phone.code(), next="//evil.example")
    assert answer.location == "/"


def test_what_was_typed_survives_both_steps(
    client: Any, wiki: Wiki, phone: Phone, page: Callable[..., str]
) -> None:
    page("a", "# A\n")
    answer = client.post("/comments/a", data={"text": "Mooi gezegd"})
    form = {"text": "Mooi gezegd", "username": "anna", "password": PASSWORD}
    answer = client.post("/comments/a", data=form | {"csrf_token": token_in(answer.text)})
    assert answer.status_code == 401
    assert "Mooi gezegd" in answer.text
    assert 'name="second_code"' in answer.text
    assert 'type="password"' not in answer.text
    form = {"text": "Mooi gezegd", "csrf_token": token_in(answer.text)}
    wrong = client.post("/comments/a", data=form | {"second_code": "nee"})
    assert wrong.status_code == 401
    assert "Mooi gezegd" in wrong.text
    code = {"second_code": phone.code(), "csrf_token": token_in(wrong.text)}
    assert client.post("/comments/a", data=form | code).status_code == 303
    assert [talk.comment.text for talk in comments.latest(wiki, SYSTEM)] == ["Mooi gezegd"]


def test_switching_off(client: Any, phone: Phone) -> None:
    send(client, "/login", username="anna", password=PASSWORD)
    send(client, "/login/second", code=phone.code())
    overview = "/account/second-factor"
    fields = {"current_password": PASSWORD, "code": phone.code()}
    assert "herstelcodes" in client.get(overview).text
    assert send(client, f"{overview}/codes", overview, **fields).text.count("<li><code>") == 10
    fields["code"] = phone.code()
    assert send(client, f"{overview}/off", overview, **fields).status_code == 303
    assert "staat uit" in client.get(overview).text


def test_who_has_no_password_proves_it_with_a_code(
    client: Any, wiki: Wiki, member: Actor, phone: Phone
) -> None:
    """Also what takes data along and what erases the account."""
    send(client, "/login", username="anna", password=PASSWORD)
    send(client, "/login/second", code=phone.code())
    with wiki.database.write() as connection:
        table.change(connection, member.id or 0, {"password": ""})
    phone.now += timedelta(minutes=11)
    refused = send(client, "/account/export")
    assert refused.status_code == 403
    assert 'href="/account/prove?next=%2Faccount%2Fexport"' in refused.text
    screen = "/account/prove?next=/account/export"
    wrong = send(client, "/account/prove/code", screen, code="000000", next="/account/export")
    assert wrong.status_code == 400
    assert 'value="/account/export"' in wrong.text
    done = send(client, "/account/prove/code", screen, code=phone.code(), next="/account/export")
    assert done.location == "/account/export"
    assert send(client, "/account/export").content_type == "application/zip"
    phone.now += timedelta(minutes=11)
    assert send(client, "/account/erase", confirm="anna").status_code == 403
    send(client, "/account/prove/code", screen, code=phone.code())
    assert send(client, "/account/erase", confirm="anna").status_code == 303


def test_rights_that_wait_say_so(client: Any, wiki: Wiki, admin: Actor) -> None:
    wiki.settings = replace(wiki.settings, require_second_factor="moderator")
    answer = send(client, "/login", username="chef", password=PASSWORD)
    assert answer.location == "/account/second-factor"
    assert "tweede stap" in client.get(answer.location).text
    assert client.get("/admin").status_code == 403


def test_remembering_is_a_choice(client: Any, member: Actor) -> None:
    send(client, "/login", username="anna", password=PASSWORD)
    assert client.get_cookie("denktank").expires is None
    assert "tot de browser wordt gesloten" in client.get("/account/sessions").text
    send(client, "/logout", "/account")
    send(client, "/login", username="anna", password=PASSWORD, remember="yes")
    assert client.get_cookie("denktank").expires is not None
    assert "60 dagen" in client.get("/account/sessions").text
    assert client.get_cookie("device").http_only
