"""Joining, logging in and one's own account, through a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PASSWORD, token_in
from wiki.database.notices import outbox
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.engine import Wiki
from wiki.services.members import members

Login = Callable[..., None]


def send(client: Any, path: str, form: str = "", **fields: str) -> Any:
    """Post a form with the token of the page it is on."""
    token = token_in(client.get(form or path).text)
    return client.post(path, data={"csrf_token": token, **fields})


def join(client: Any, username: str = "nieuw", **fields: str) -> Any:
    form = {"email": f"{username}@example.org", "password": PASSWORD, **fields}
    return send(client, "/register", username=username, **form)


def cookie(client: Any) -> Any:
    return client.get_cookie("denktank")


@pytest.fixture
def other(app: Any) -> Any:
    """A second browser."""
    return app.test_client()


def test_registering_waits_and_says_so(client: Any, wiki: Wiki) -> None:
    assert "beheerder keurt" in client.get("/register").text
    answer = join(client)
    assert answer.status_code == 303
    assert "goedkeuring" in client.get(answer.location).text
    wrong = send(client, "/login", username="nieuw", password=PASSWORD)
    assert wrong.status_code == 403
    assert "goedkeuring" in wrong.text.lower()
    members.approve(wiki, SYSTEM, "nieuw")
    assert send(client, "/login", username="nieuw", password=PASSWORD).status_code == 303


def test_registering_by_mail(client: Any, wiki: Wiki) -> None:
    wiki.settings = replace(wiki.settings, mail_url="smtp://x", base_url="http://localhost")
    assert "mail" in client.get(join(client).location).text
    with wiki.database.read() as connection:
        (letter,) = outbox.due(connection, wiki.clock())
    assert letter.subject.endswith("Bevestig je e-mailadres")
    path = re.search(r"http://localhost(/account/confirm/\S+)", letter.text)
    assert path
    assert client.get(path[1]).status_code == 200, "a look does not confirm"
    assert send(client, path[1]).status_code == 303
    assert client.get(path[1]).status_code == 404
    assert send(client, "/login", username="nieuw", password=PASSWORD).status_code == 303


def test_a_wrong_form_comes_back_filled_without_the_password(client: Any) -> None:
    answer = send(client, "/register", username="nieuw", email="nee", password="geheim geheim 1")
    assert answer.status_code == 400
    assert 'value="nieuw"' in answer.text
    assert 'value="nee"' in answer.text
    assert "geheim geheim 1" not in answer.text
    assert 'href="#field-email"' in answer.text


def test_machines_learn_nothing(client: Any, wiki: Wiki) -> None:
    answer = join(client, website="https://spam.example")
    assert answer.status_code == 303
    assert members.find(wiki, SYSTEM).count == 0


@pytest.mark.parametrize("setting", ["closed", "invitation"])
def test_a_closed_door_says_so(client: Any, wiki: Wiki, setting: str) -> None:
    wiki.settings = replace(wiki.settings, registration=setting)
    page = client.get("/register")
    assert page.status_code == 200
    assert 'name="username"' not in page.text


def test_an_invited_member_begins_at_once(client: Any, wiki: Wiki) -> None:
    wiki.settings = replace(wiki.settings, registration="invitation")
    path = members.invite(wiki, SYSTEM)
    token = path.partition("=")[2]
    form = {"username": "gast1", "email": "g@example.org", "password": PASSWORD}
    assert send(client, "/register", path, invitation=token, **form).status_code == 303
    assert client.get("/account").status_code == 200


def test_login_goes_on_where_one_was(client: Any, member: Actor) -> None:
    answer = send(client, "/login", username="anna", password=PASSWORD, next="/questions?x=1")
    assert (answer.status_code, answer.location) == (303, "/questions?x=1")


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)",
     "/\t/evil.example", "http:evil.example", "", "///evil.example", "/%0d%0aX: y\r\nX: y"],
)  # fmt: skip
def test_login_leads_nowhere_else(client: Any, member: Actor, target: str) -> None:
    answer = send(client, "/login", username="anna", password=PASSWORD, next=target)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "X" not in answer.headers


def test_wrong_and_unknown_read_the_same(client: Any, member: Actor) -> None:
    def refusal(name: str) -> str:
        answer = send(client, "/login", username=name, password="not this one")
        assert answer.status_code == 401
        assert "not this one" not in answer.text
        return re.sub(r'value="[^"]*"', "", answer.text)

    assert refusal("anna") == refusal("niemand")


def test_who_is_shut_out_learns_until_when_and_why(client: Any, wiki: Wiki, member: Actor) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    wiki.clock = lambda: now
    members.suspend(wiki, SYSTEM, "anna", "schelden", now + timedelta(days=2))
    answer = send(client, "/login", username="anna", password=PASSWORD)
    assert answer.status_code == 403
    assert "tot 3 maart 2026, 13.00. De reden: schelden." in answer.text
    wiki.clock = lambda: now + timedelta(days=2)
    assert send(client, "/login", username="anna", password=PASSWORD).status_code == 303


def test_trying_is_slowed_down(client: Any, member: Actor) -> None:
    answers = [send(client, "/login", username="anna", password="mis") for _ in range(7)]
    slow = answers[-1]
    assert slow.status_code == 429
    assert int(slow.headers["Retry-After"]) >= 1
    assert 'value="anna"' in slow.text


def test_a_login_has_a_new_cookie(client: Any, member: Actor) -> None:
    client.get("/login")
    before = cookie(client).value
    send(client, "/login", username="anna", password=PASSWORD)
    after = cookie(client)
    assert after.value != before
    assert after.http_only
    assert after.same_site == "Lax"
    client.set_cookie("denktank", before)
    assert client.get("/account").status_code == 303, "the cookie from before is nobody's"


def test_the_cookie_is_secure_over_tls(client: Any, member: Actor) -> None:
    client.get("/login", base_url="https://localhost")
    assert cookie(client).secure


def test_logging_out_ends_the_session(client: Any, member: Actor, login: Login) -> None:
    login(client, "anna")
    stolen = cookie(client).value
    assert client.get("/logout").status_code == 405
    left = send(client, "/logout", "/account")
    assert (left.status_code, left.headers["Clear-Site-Data"]) == (303, '"cache"')
    client.set_cookie("denktank", stolen)
    assert client.get("/account").status_code == 303


def test_sessions_are_listed_and_ended(
    client: Any, other: Any, member: Actor, login: Login
) -> None:
    login(client, "anna")
    login(other, "anna")
    page = client.get("/account/sessions").text
    there = re.search(r'action="(/account/sessions/\d+/end)"', page)
    assert there
    assert page.count("data-session") == 2
    assert send(client, there[1], "/account/sessions").status_code == 303
    assert other.get("/account").status_code == 303
    assert client.get("/account").status_code == 200


def test_profile_password_and_address(client: Any, other: Any, member: Actor, login: Login) -> None:
    login(client, "anna")
    login(other, "anna")
    done = send(client, "/account", name="Anna B", language="en", timezone="", theme="dark")
    assert done.status_code == 303
    assert "Anna B" in client.get("/members/anna").text
    assert client.get_cookie("theme").value == "dark"
    wrong = send(client, "/account/password", current_password="mis", new_password="x" * 9 + "yz")
    assert wrong.status_code == 400
    assert "mis" not in re.findall(r'value="([^"]*)"', wrong.text)
    new = "een heel ander wachtwoord"
    right = send(client, "/account/password", current_password=PASSWORD, new_password=new)
    assert right.status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    moved = send(client, "/account/email", email="a@nieuw.example", current_password=new)
    assert moved.status_code == 303
    assert "a@nieuw.example" in client.get("/account/email").text


def test_a_password_link(client: Any, wiki: Wiki, member: Actor) -> None:
    path = members.password_link(wiki, SYSTEM, "anna")
    assert send(client, path, new_password="kort").status_code == 400
    new = "een heel ander wachtwoord"
    assert send(client, path, new_password=new).status_code == 303
    assert client.get(path).status_code == 404
    assert send(client, "/login", username="anna", password=new).status_code == 303


def test_the_first_administrator(client: Any, wiki: Wiki, tmp_path: Path) -> None:
    path = members.setup_link(wiki)
    assert client.get(path + "x").status_code == 404
    form = {"username": "chef", "email": "c@example.org", "password": PASSWORD}
    assert send(client, path, **form, role="member").status_code == 303
    assert client.get("/admin").status_code == 200
    assert client.get(path).status_code == 404


def test_account_pages_are_for_members(client: Any) -> None:
    for path in ("/account", "/account/password", "/account/email", "/account/sessions", "/admin"):
        answer = client.get(path)
        there = f"/login?next={path.replace('/', '%2F')}"
        assert (answer.status_code, answer.location) == (303, there)


def test_readers_get_no_form_and_no_cookie(client: Any, page: Callable[..., str]) -> None:
    page("a", "# A\n")
    answer = client.get("/wiki/a")
    assert answer.status_code == 200
    assert 'method="post"' not in answer.text
    assert cookie(client) is None
    assert "/login?next=" in answer.text
