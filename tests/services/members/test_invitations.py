"""Invitations: who was asked, who came, withdrawn and sent once more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from wiki.domain.access.rights import SYSTEM, Actor, Role
from wiki.domain.errors import Forbidden, Invalid, NotFound
from wiki.engine import Wiki
from wiki.services.access import groups
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
    renewed = invitations.renew(wiki, admin, old.id)
    path, email = renewed.path, renewed.email
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


def token_of(path: str) -> str:
    return path.partition("invitation=")[2]


def test_who_joins_gets_the_role_and_the_groups(wiki: Wiki, admin: Actor) -> None:
    groups.make(wiki, admin, "redactie", "")
    made = invitations.invite(
        wiki, admin, "Anna <anna@example.org>, b@example.org\nB@example.org", "editor", ["redactie"]
    )
    assert [each.email for each in made] == ["anna@example.org", "b@example.org"]
    token = token_of(made[0].path)
    assert invitations.email_of(wiki, token) == "anna@example.org"
    join(wiki, made[0].path, "anna")
    anna = members.get(wiki, SYSTEM, "anna")
    assert (anna.role, sorted(anna.groups)) == (Role.EDITOR, ["redactie"])
    assert invitations.email_of(wiki, token) == ""
    again = invitations.renew(wiki, admin, invitations.listing(wiki, admin)[0].id)
    assert again.email == "b@example.org"
    assert invitations.listing(wiki, admin)[0].grants.role is Role.EDITOR


@pytest.mark.parametrize(
    ("emails", "role", "field"),
    [
        ("a@example.org, geen adres", "", "email"),
        (", ".join(f"a{n}@example.org" for n in range(201)), "", "email"),
        ("a@example.org", "reader", "role"),
        ("a@example.org", "koning", "role"),
    ],
)
def test_nobody_is_invited_if_something_is_wrong(
    wiki: Wiki, admin: Actor, emails: str, role: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        invitations.invite(wiki, admin, emails, role)
    assert [one.field for one in refused.value.fields] == [field]
    assert invitations.listing(wiki, admin) == []
