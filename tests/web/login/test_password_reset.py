"""A forgotten password, and an address that was taken, through a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import PASSWORD, token_in
from wiki.database.notices import outbox
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.services.operation import jobs

NEW = "een heel ander wachtwoord"


def send(client: Any, path: str, form: str = "", **fields: str) -> Any:
    """Post a form with the token of the page it is on."""
    token = token_in(client.get(form or path).text)
    return client.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def mail(wiki: Wiki) -> Any:
    """Switches mail on; gives what finds the link in the newest mail."""
    wiki.settings = replace(wiki.settings, mail_url="smtp://x", base_url="http://localhost")

    def link() -> str:
        jobs.answers(wiki)
        with wiki.database.read() as connection:
            text = outbox.due(connection, wiki.clock())[-1].text
        found = re.search(r"http://localhost(/\S+)", text)
        assert found
        return found[1]

    return link


def test_from_forgotten_to_logged_in(client: Any, member: Actor, mail: Any) -> None:
    assert 'href="/account/reset"' in client.get("/login").text
    asked = send(client, "/account/reset", username="anna")
    assert asked.status_code == 303
    assert "krijg je" in client.get(asked.location).text
    path = mail()
    assert send(client, path, new_password="kort").status_code == 400
    assert send(client, path, new_password=NEW).status_code == 303
    assert client.get(path).status_code == 404
    assert send(client, "/login", username="anna", password=NEW).status_code == 303


def test_known_and_unknown_read_the_same(client: Any, member: Actor, mail: Any) -> None:
    def answer(login: str) -> tuple[int, str, str]:
        asked = send(client, "/account/reset", username=login)
        return asked.status_code, asked.location, client.get(asked.location).text

    assert answer("anna@example.org") == answer("niemand@example.org")


def test_without_mail_the_page_says_whom_to_ask(client: Any) -> None:
    page = client.get("/account/reset").text
    assert "beheerder" in page
    assert 'name="username"' not in page


def test_the_old_address_takes_its_account_back(
    client: Any, member: Actor, mail: Any, login: Any
) -> None:
    login(client, "anna")
    send(client, "/account/email", email="dief@nieuw.example", current_password=PASSWORD)
    path = mail()
    assert client.get(path).status_code == 200, "a look changes nothing"
    done = send(client, path)
    assert done.status_code == 303
    assert done.location.startswith("/account/reset/")
    assert client.get("/account").status_code == 303, "everybody is logged out"
    assert send(client, done.location, new_password=NEW).status_code == 303
    assert client.get(path).status_code == 404


def test_who_confirms_goes_on_where_they_were(client: Any, mail: Any) -> None:
    fields = {"username": "nieuw", "email": "n@example.org", "password": PASSWORD}
    send(client, "/register", next="/wiki/a#comments", **fields)
    assert send(client, mail()).location == "/login?next=%2Fwiki%2Fa%23comments"
