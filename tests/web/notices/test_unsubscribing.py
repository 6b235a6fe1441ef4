"""Choosing what mail one gets, and stopping it from a mail without logging in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import token_in
from wiki.database.members import members
from wiki.database.notices import mail_stops as stops
from wiki.database.notices import outbox
from wiki.domain.access.rights import Actor
from wiki.domain.members.members import Member
from wiki.domain.notices.notifications import Choices, Group, Kind, Pace
from wiki.engine import Wiki, open_wiki
from wiki.services.notices import mail_stops, notifications, unsubscribing
from wiki.settings import Settings

HERE = "/account/notifications"


@pytest.fixture
def wiki(settings: Settings) -> Iterator[Wiki]:
    opened = open_wiki(
        replace(settings, base_url="http://localhost", mail_url="smtp://127.0.0.1:9")
    )
    yield opened
    opened.close()


@pytest.fixture
def link(wiki: Wiki, member: Actor) -> str:
    """A link that stops mail of what `anna` follows."""
    return unsubscribing.stop_groups(wiki.settings, account(wiki, member), [Group.WATCHED])


def account(wiki: Wiki, actor: Actor) -> Member:
    with wiki.database.read() as connection:
        found = members.get(connection, actor.id or 0)
    assert found
    return found


def pace(wiki: Wiki, actor: Actor) -> Pace:
    return notifications.choices(wiki, actor).watched


def test_a_mail_program_stops_it_with_one_click(
    client: Any, wiki: Wiki, member: Actor, link: str
) -> None:
    for method in (client.get, client.head):
        assert method(link).status_code == 200
        assert pace(wiki, member) is Pace.DAILY
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "a redirect would not be followed"
    assert pace(wiki, member) is Pace.NONE
    assert "Set-Cookie" not in answer.headers
    again = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert again.status_code == 200
    assert pace(wiki, member) is Pace.NONE


def test_a_person_presses_a_button_and_may_take_it_back(
    client: Any, wiki: Wiki, member: Actor, link: str
) -> None:
    shown = client.get(link).text
    assert "Wat je volgt" in shown
    assert f'action="{link}"' in shown
    done = client.post(link)
    assert done.status_code == 303
    assert pace(wiki, member) is Pace.NONE
    back = done.headers["Location"]
    assert f'action="{back}"' in client.get(back).text
    assert pace(wiki, member) is Pace.NONE
    assert "Je krijgt deze mail weer" in client.post(back, follow_redirects=True).text
    assert pace(wiki, member) is Pace.DAILY


def test_a_link_of_an_erased_account_is_dead(
    client: Any, wiki: Wiki, member: Actor, link: str
) -> None:
    with wiki.database.write() as connection:
        members.change(connection, member.id or 0, {"status": "erased"})
    assert client.get(link).status_code == 404
    assert client.post(link).status_code == 404
    assert client.get("/unsubscribe/x").status_code == 404


def test_a_member_chooses_when_mail_comes(
    client: Any, wiki: Wiki, member: Actor, login: Any
) -> None:
    login(client, "anna")
    shown = client.get(HERE).text
    assert 'name="duty"' not in shown
    assert "anna@example.org" in shown
    assert re.search(r'name="watched" value="daily" checked', shown)
    form = {"csrf_token": token_in(shown), "watched": "weekly", "own": "none"}
    assert client.post(HERE, data=form).headers["Location"] == HERE
    chosen = notifications.choices(wiki, member)
    assert chosen == Choices(watched=Pace.WEEKLY, own=Pace.NONE)
    wrong = client.post(HERE, data=form | {"watched": "hourly"})
    assert wrong.status_code == 400
    assert notifications.choices(wiki, member) == chosen


def test_a_moderator_chooses_for_what_waits(client: Any, moderator: Actor, login: Any) -> None:
    login(client, "mo")
    assert 'name="duty"' in client.get(HERE).text


def test_an_address_that_is_refused_is_said_on_the_account(
    client: Any, wiki: Wiki, member: Actor, login: Any
) -> None:
    for _ in range(2):
        with wiki.database.write() as connection:
            mail_stops.stop(wiki, connection, "anna@example.org", "550 5.1.1 <b>unknown</b>")
    login(client, "anna")
    told = client.get("/notifications").text
    assert told.count("data-notification") == 1
    assert "komt terug" in told
    shown = client.get(HERE).text
    assert "550 5.1.1 &lt;b&gt;unknown" in shown
    with wiki.database.read() as connection:
        assert stops.some(connection, [member.id or 0])
    form = {"csrf_token": token_in(shown)}
    assert client.post(f"{HERE}/resume", data=form).status_code == 303
    assert "550" not in client.get(HERE).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": None}, "is niet bevestigd"),
        ({"address": None, "email": ""}, "geen e-mailadres opgegeven"),
    ],
)
def test_who_gets_no_mail_is_told_why(
    client: Any, wiki: Wiki, member: Actor, login: Any, change: dict[str, Any], said: str
) -> None:
    with wiki.database.write() as connection:
        members.change(connection, member.id or 0, change)
    login(client, "anna")
    assert said in client.get(HERE).text


def test_what_waits_is_shown_to_the_administrator(
    client: Any, wiki: Wiki, member: Actor, admin: Actor, login: Any
) -> None:
    with wiki.database.write() as connection:
        notifications.tell(wiki, connection, [member.id or 0], Kind.WARNED)
        assert not outbox.unsent(connection)
    login(client, "chef")
    assert "1 melding wacht" in client.get("/admin/outbox").text


def test_an_administrator_tries_whether_mail_works(
    client: Any, wiki: Wiki, admin: Actor, login: Any
) -> None:
    login(client, "chef")
    form = {"csrf_token": token_in(client.get("/admin/outbox").text)}
    answer = client.post("/admin/outbox/test", data=form, follow_redirects=True)
    assert "Mail werkt" in answer.text
    assert "chef@example.org" in answer.text
    wiki.settings = replace(wiki.settings, mail_url="")
    assert client.post("/admin/outbox/test", data=form).status_code == 409
