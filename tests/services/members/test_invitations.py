"""Invitations: who was asked, who came, withdrawn and sent once more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from wiki.domain.access.rights import Actor
from wiki.domain.errors import Forbidden, NotFound
from wiki.engine import Wiki
from wiki.services.members import accounts, invitations, members
from wiki.services.notices import outbox
from wiki.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "wiki",
        secret_key="only for tests",
        database_url=database_url,
        registration="invitation",
        base_url="https://wiki.example",
        mail_url="smtp://127.0.0.1:1",
    )


def join(wiki: Wiki, link: str, username: str) -> None:
    accounts.register(
        wiki,
        username=username,
        email=f"{username}@example.org",
        password=PASSWORD,
        address="192.0.2.1",
        invitation=link.partition("invitation=")[2],
    )


def test_what_becomes_of_an_invitation(wiki: Wiki, admin: Actor) -> None:
    first = members.invite(wiki, admin, "a@example.org")
    second = members.invite(wiki, admin)
    join(wiki, first, "nieuw")
    handed, mailed = invitations.listing(wiki, admin)
    assert (mailed.joined, mailed.maker, mailed.email) == ("nieuw", "chef", "")
    assert handed.is_open(wiki.clock())
    assert not mailed.is_open(wiki.clock())
    with pytest.raises(NotFound):
        invitations.revoke(wiki, admin, mailed.id)
    invitations.revoke(wiki, admin, handed.id)
    with pytest.raises(Forbidden):
        accounts.may_register(wiki, second.partition("invitation=")[2])
    assert invitations.listing(wiki, admin)[0].revoked


def test_sent_once_more(wiki: Wiki, admin: Actor) -> None:
    first = members.invite(wiki, admin, "a@example.org")
    (old,) = invitations.listing(wiki, admin)
    path, email = invitations.renew(wiki, admin, old.id)
    assert path != first
    assert email == "a@example.org"
    assert outbox.listing(wiki, admin).waiting == 2
    with pytest.raises(Forbidden):
        accounts.may_register(wiki, first.partition("invitation=")[2])
    join(wiki, path, "nieuw")
    new, old = invitations.listing(wiki, admin)
    assert new.joined == "nieuw"
    assert old.revoked


def test_expired_ones_are_seen_for_a_while(wiki: Wiki, admin: Actor) -> None:
    members.invite(wiki, admin, "a@example.org")
    later = replace_clock(wiki, timedelta(days=15))
    members.tidy(wiki)
    (found,) = invitations.listing(wiki, admin)
    assert not found.is_open(later)
    assert not found.revoked
    invitations.renew(wiki, admin, found.id)
    replace_clock(wiki, timedelta(days=200))
    members.tidy(wiki)
    assert invitations.listing(wiki, admin) == []


def replace_clock(wiki: Wiki, ahead: timedelta):
    now = wiki.clock() + ahead
    wiki.clock = lambda: now
    return now
