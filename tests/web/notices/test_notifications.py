"""Following a page, being told of what happens on it, and having seen it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.conftest import token_in
from tests.fixtures.access import set_rule
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.services.operation import jobs
from wiki.services.talk import comments


@pytest.fixture
def told(client: Any, wiki: Wiki, page: Any, member: Actor, editor: Actor, login: Any) -> str:
    """`anna` follows a page on which somebody else then comments; gives her unread count."""
    page("a", "# Een vraag\n")
    jobs.tell(wiki)
    login(client, "anna")
    answer = client.get("/watch/a")
    assert answer.status_code == 200
    assert "Een vraag" in answer.text
    form = {"csrf_token": token_in(answer.text)}
    assert client.post("/watch/a", data=form).headers["Location"] == "/wiki/a"
    comments.post(wiki, editor, "a", "Wat <b>denk</b> je?")
    jobs.tell(wiki)
    return unread(client)


def unread(client: Any) -> str:
    found = re.search(r'class="unread">(\d+)', client.get("/questions").text)
    return found[1] if found else ""


def test_what_is_told_is_listed_opened_and_read(client: Any, told: str) -> None:
    assert told == "1"
    listed = client.get("/notifications?unread=yes").text
    assert "Een vraag" in listed
    assert "schreef een reactie" in listed
    assert "<b>denk" not in listed
    number = re.search(r'data-notification="(\d+)"', listed)
    opened = client.get(f"/notifications/{number[1]}")
    assert opened.status_code == 303
    assert opened.headers["Location"].startswith("/comment/")
    assert unread(client) == ""
    assert "data-notification" not in client.get("/notifications?unread=yes").text


def test_all_is_read_at_once(client: Any, told: str) -> None:
    listed = client.get("/notifications").text
    until = re.search(r'name="until" value="(\d+)"', listed)
    form = {"csrf_token": token_in(listed), "until": until[1]}
    assert client.post("/notifications", data=form).status_code == 303
    assert unread(client) == ""


def test_a_page_that_closed_is_not_shown(client: Any, wiki: Wiki, told: str, admin: Actor) -> None:

    set_rule(wiki, admin, prefix="a", right="read", role="moderator")
    assert "Een vraag" not in client.get("/notifications").text
    assert client.get("/watch/a").status_code == 403
    assert "Een vraag" not in client.get("/account/watches").text


def test_what_one_follows_is_ended(client: Any, wiki: Wiki, told: str, editor: Actor) -> None:
    listed = client.get("/account/watches").text
    number = re.search(r'data-watch="(\d+)"', listed)
    form = {"csrf_token": token_in(listed), "id": number[1]}
    assert client.post("/account/watches", data=form).status_code == 303
    comments.post(wiki, editor, "a", "Nog iets.")
    jobs.tell(wiki)
    assert unread(client) == "1", "only what was told before"


def test_a_folder_is_followed(client: Any, wiki: Wiki, page: Any, told: str) -> None:
    page("map/b", "# B\n")
    jobs.tell(wiki)
    form = {"csrf_token": token_in(client.get("/watch/map/b").text), "scope": "folder"}
    assert client.post("/watch/map", data=form).headers["Location"] == "/account/watches"
    assert ">map</a>" in client.get("/account/watches").text
    jobs.tell(wiki)
    page("map/c", "# Nieuw hier\n")
    jobs.tell(wiki)
    assert "Nieuw hier" in client.get("/notifications").text
    assert client.post("/watch/nergens", data=form).status_code == 404


def test_a_number_that_no_row_can_have_is_no_error(client: Any, told: str) -> None:
    huge = "9" * 30
    assert client.get(f"/notifications?before={huge}").status_code == 200
    form = {"id": huge, "until": huge, "csrf_token": token_in(client.get("/notifications").text)}
    assert client.post("/notifications", data=form).status_code == 303
    assert client.post("/account/watches", data=form).status_code == 303


def test_what_one_writes_need_not_be_followed(client: Any, wiki: Wiki, told: str) -> None:
    listed = client.get("/account/watches").text
    assert listed.count(" checked") == 2
    form = {"csrf_token": token_in(listed), "commented": "yes"}
    assert client.post("/account/watches/choices", data=form).status_code == 303
    again = client.get("/account/watches").text
    assert again.count(" checked") == 1


def test_looking_at_a_page_reads_what_was_told_of_it(
    client: Any, wiki: Wiki, page: Any, told: str, editor: Actor
) -> None:
    page("b", "# B\n")
    comments.post(wiki, editor, "b", "En @anna, hier?")
    jobs.tell(wiki)
    client.get("/wiki/b", headers={"Sec-Purpose": "prefetch"})
    client.get("/wiki/b", headers={"Sec-Fetch-Dest": "image"})
    client.head("/wiki/b")
    client.get("/wiki/b?at=" + page("c", "# C\n"))
    assert unread(client) == "2"
    assert 'class="unread">1' in client.get("/wiki/b").text
    assert unread(client) == "1", "what was told of another page waits"
    assert 'class="unread"' not in client.get("/wiki/a").text
    assert unread(client) == ""
    assert "En @anna, hier?" in client.get("/notifications").text, "it is read, not gone"
