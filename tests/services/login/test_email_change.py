"""Another e-mail address: confirmed by its owner, and the old one's owner has the last word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wiki.database.notices import outbox
from wiki.domain.access.rights import Actor
from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.engine import Wiki
from wiki.services.login import email_change, password_reset, sessions
from wiki.services.members import accounts
from wiki.settings import Settings

PASSWORD = "correct horse battery"
HERE = "192.0.2.1"
OLD = "anna@example.org"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "wiki",
        secret_key="only for tests",
        database_url=database_url,
        mail_url="smtp://localhost:1",
        base_url="https://denk.example",
    )


def post(wiki: Wiki) -> list[tuple[str, str]]:
    """The mail so far: to whom, and the path of the link in it."""
    with wiki.database.read() as connection:
        found = outbox.due(connection, wiki.clock())
    return [
        (letter.recipient, link[1])
        for letter in found
        if (link := re.search(r"https://denk\.example(/\S*)", letter.text))
    ]


def last(path: str) -> str:
    return path.rpartition("/")[2]


def ask(wiki: Wiki, actor: Actor, email: str, current: str = PASSWORD) -> dict[str, str]:
    assert email_change.ask(wiki, actor, 0, email=email, current=current)
    return dict(post(wiki)[-2:])


def test_both_ends_are_told_and_the_new_one_confirms(wiki: Wiki, member: Actor) -> None:
    told = ask(wiki, member, "a@nieuw.example")
    assert accounts.profile(wiki, member).email == OLD, "not before it is confirmed"
    assert told[OLD].startswith("/account/email/undo/")
    mine, other = (sessions.authenticate(wiki, "anna", PASSWORD, address=HERE) for _ in "ab")
    visit = sessions.visit_of(wiki, mine)
    assert visit
    accounts.confirm(wiki, last(told["a@nieuw.example"]), address=HERE, session=visit.session)
    assert accounts.profile(wiki, member).email == "a@nieuw.example"
    assert sessions.visit_of(wiki, mine)
    assert sessions.visit_of(wiki, other) is None
    assert post(wiki)[-1][0] == OLD
    assert "/undo/" in post(wiki)[-1][1]


def test_the_old_address_stops_what_is_asked(wiki: Wiki, member: Actor) -> None:
    told = ask(wiki, member, "dief@nieuw.example")
    email_change.undo(wiki, last(told[OLD]), address=HERE)
    with pytest.raises(NotFound):
        accounts.confirm(wiki, last(told["dief@nieuw.example"]), address=HERE)


def test_the_old_address_takes_the_account_back(wiki: Wiki, member: Actor) -> None:
    """However often the thief moves on, and whatever links the thief holds."""
    thief = sessions.authenticate(wiki, "anna", PASSWORD, address=HERE)
    first = ask(wiki, member, "dief@een.example")
    accounts.confirm(wiki, last(first["dief@een.example"]), address=HERE)
    second = ask(wiki, member, "dief@twee.example")
    accounts.confirm(wiki, last(second["dief@twee.example"]), address=HERE)
    path = email_change.undo(wiki, last(first[OLD]), address=HERE)
    assert accounts.profile(wiki, member).email == OLD
    assert sessions.visit_of(wiki, thief) is None
    with pytest.raises(NotFound):
        email_change.undo(wiki, last(second["dief@een.example"]), address=HERE)
    password_reset.choose(wiki, last(path), "een heel ander wachtwoord", address=HERE)
    assert sessions.authenticate(wiki, OLD, "een heel ander wachtwoord", address=HERE)


def test_anothers_address_is_theirs_to_know_of(wiki: Wiki, member: Actor, editor: Actor) -> None:
    told = ask(wiki, member, "bram@example.org")
    assert told["bram@example.org"] == "/login", "its owner is warned, the asker sees no difference"
    assert accounts.profile(wiki, member).email == OLD


def test_the_password_is_asked(wiki: Wiki, member: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        ask(wiki, member, "a@nieuw.example", current="mis")
    assert refused.value.fields[0].field == "current_password"
    assert post(wiki) == []


@pytest.mark.parametrize(
    "email", ["a@b.nl\r\nBcc: c@d.nl", "a@b.nl,c@d.nl", "a b@c.nl", "a@b.nl\0"]
)
def test_an_address_is_one_address(wiki: Wiki, member: Actor, email: str) -> None:
    with pytest.raises(Invalid):
        ask(wiki, member, email)


def test_without_mail_it_is_changed_at_once(wiki: Wiki, member: Actor, editor: Actor) -> None:
    from dataclasses import replace

    wiki.settings = replace(wiki.settings, mail_url="")
    with pytest.raises(Conflict):
        email_change.ask(wiki, member, 0, email="bram@example.org", current=PASSWORD)
    assert not email_change.ask(wiki, member, 0, email="a@nieuw.example", current=PASSWORD)
    assert sessions.authenticate(wiki, "a@nieuw.example", PASSWORD, address=HERE)
