"""A member follows a search and is told of what is new in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import token_in
from wiki.database.access import rules
from wiki.domain.access.rights import Right, Role, Rule
from wiki.services.search import saved_searches


@pytest.fixture
def work(wiki: Any) -> Callable[[], None]:
    """What the worker does after a change."""

    def run() -> None:
        while wiki.search.update(wiki.store, wiki.database):
            pass
        while saved_searches.count_new(wiki):
            pass

    return run


@pytest.fixture
def follows(client: Any, login: Any, member: Any, page: Any, work: Any) -> None:
    """Anna follows what is said of neighbourhoods."""
    page("vragen/wijk", "# De wijk\n")
    work()
    login(client, "anna")
    form = {"q": "wijk", "csrf_token": token_in(client.get("/search?q=wijk").text)}
    answer = client.post("/account/searches", data=form)
    assert (answer.status_code, answer.location) == (303, "/search?q=wijk")


def unread(client: Any) -> str:
    found = re.search(r'class="unread">(\d+)', client.get("/questions").text)
    return found[1] if found else ""


@pytest.mark.usefixtures("follows")
def test_new_hits_are_told_until_they_are_seen(client: Any, page: Any, work: Any) -> None:
    english = {"Accept-Language": "en"}
    assert unread(client) == ""
    page("vragen/buurt", "# De wijken van morgen\n")
    page("vragen/zorg", "# Iets anders\n")
    work()
    assert unread(client) == "1"
    assert "1 new" in client.get("/account/searches", headers=english).text
    assert "1 new" in client.get("/search?q=wijk", headers=english).text
    assert unread(client) == ""
    page("vragen/buurt", "# De wijken van overmorgen\n")
    work()
    assert unread(client) == ""


@pytest.mark.usefixtures("follows")
def test_a_new_hit_with_an_old_date_is_told_among_many(client: Any, page: Any, work: Any) -> None:
    turns = "\n\n".join(f"**A:** De wijk {number}." for number in range(250))
    front = "---\nkind: dialogue\ndate: {date}\nparticipants: [{{name: A}}]\n---\n"
    page("gesprekken/nieuw", front.format(date="2025-01-01") + turns)
    work()
    client.get("/search?q=wijk")
    page("gesprekken/oud", front.format(date="1999-01-01") + "**A:** De wijk van toen.\n")
    work()
    assert unread(client) == "1"
    assert "2 new" in client.get("/search?q=wijk", headers={"Accept-Language": "en"}).text
    page("gesprekken/nieuw", front.format(date="2025-01-01") + "**A:** Welkom.\n\n" + turns)
    work()
    assert unread(client) == ""


@pytest.mark.usefixtures("follows")
def test_what_one_may_not_read_is_not_told(client: Any, page: Any, work: Any, wiki: Any) -> None:
    with wiki.database.write() as connection:
        rules.put(connection, Rule("geheim", Right.READ, Role.EDITOR))
    page("geheim/wijk", "# De wijk\n")
    work()
    assert unread(client) == ""


@pytest.mark.usefixtures("follows")
def test_a_search_is_followed_once_and_can_be_left(client: Any) -> None:
    html = client.get("/account/searches").text
    form = {"q": " wijk ", "in": "all", "csrf_token": token_in(html)}
    client.post("/account/searches", data=form)
    (id,) = re.findall(r'data-search="(\d+)"', client.get("/account/searches").text)
    assert client.post(f"/account/searches/{id}/delete", data=form).status_code == 303
    assert "data-search" not in client.get("/account/searches").text
    assert client.post(f"/account/searches/{id}/delete", data=form).status_code == 404


@pytest.mark.usefixtures("follows")
def test_of_others_nothing_can_be_removed(client: Any, app: Any, person: Any, login: Any) -> None:
    (id,) = re.findall(r'data-search="(\d+)"', client.get("/account/searches").text)
    person("bea")
    other = app.test_client()
    login(other, "bea")
    form = {"csrf_token": token_in(other.get("/account").text)}
    assert other.post(f"/account/searches/{id}/delete", data=form).status_code == 404
    assert "data-search" not in other.get("/account/searches").text


@pytest.mark.usefixtures("follows")
@pytest.mark.parametrize("fields", [{"q": " "}, {"q": "wijk", "in": "history"}])
def test_what_cannot_be_followed_is_refused(client: Any, fields: dict[str, str]) -> None:
    form = {**fields, "csrf_token": token_in(client.get("/account/searches").text)}
    assert client.post("/account/searches", data=form).status_code == 400


def test_readers_are_asked_to_log_in(client: Any) -> None:
    assert client.get("/account/searches").status_code == 303
    assert "Follow this" not in client.get("/search?q=a", headers={"Accept-Language": "en"}).text
