"""Joining, by each way that a site may choose, and changing one's own account."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from wiki.database.members import members as table
from wiki.database.notices import outbox
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor, Role
from wiki.domain.errors import Conflict, Forbidden, Invalid, LoginRequired, NotFound, TooFast
from wiki.domain.members.members import Status
from wiki.domain.notices.notifications import Kind
from wiki.engine import Wiki
from wiki.services.login import sessions
from wiki.services.members import accounts, members
from wiki.services.members.accounts import Joined
from wiki.services.notices import notifications
from wiki.services.operation import erasing
from wiki.settings import Settings

PASSWORD = "correct horse battery"
HERE = "192.0.2.1"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


def join(wiki: Wiki, username: str = "nieuw", invitation: str = "", **other: str) -> Joined:
    given = {"email": f"{username}@example.org", "password": PASSWORD, **other}
    return accounts.register(
        wiki, username=username, address=HERE, invitation=invitation, language="nl", **given
    )


def set_up(wiki: Wiki, **values: str) -> None:
    wiki.settings = replace(wiki.settings, **values)  # type: ignore[arg-type]


def with_mail(wiki: Wiki, **values: str) -> None:
    set_up(wiki, mail_url="smtp://localhost:1", base_url="https://denk.example", **values)


def letters(wiki: Wiki) -> list[outbox.Letter]:
    with wiki.database.read() as connection:
        return outbox.due(connection, wiki.clock())


def token_in(letter: outbox.Letter) -> str:
    found = re.search(r"https://denk\.example/account/confirm/(\S+)", letter.text)
    assert found, letter.text
    return found[1]


def status(wiki: Wiki, username: str) -> Status:
    return members.get(wiki, SYSTEM, username).status


def log_in(wiki: Wiki, name: str, password: str = PASSWORD) -> str:
    return sessions.authenticate(wiki, name, password, address=HERE)


def test_without_mail_an_administrator_approves(wiki: Wiki) -> None:
    assert join(wiki) is Joined.WAIT
    with pytest.raises(Forbidden) as refused:
        log_in(wiki, "nieuw")
    assert refused.value.code == "account_waiting"
    assert members.find(wiki, SYSTEM).waiting == 1
    members.approve(wiki, SYSTEM, "nieuw")
    assert log_in(wiki, "nieuw@example.org")


def test_with_mail_the_address_is_confirmed(wiki: Wiki) -> None:
    with_mail(wiki)
    assert join(wiki) is Joined.CONFIRM
    (letter,) = letters(wiki)
    assert letter.recipient == "nieuw@example.org"
    assert "nieuw" in letter.text
    with pytest.raises(Forbidden):
        log_in(wiki, "nieuw")
    assert accounts.confirm(wiki, token_in(letter), address=HERE).status is Status.ACTIVE
    assert log_in(wiki, "nieuw")
    with pytest.raises(NotFound):
        accounts.confirm(wiki, token_in(letter), address=HERE)


def test_a_mail_that_never_comes_locks_nobody_out(wiki: Wiki) -> None:
    with_mail(wiki)
    join(wiki)
    members.approve(wiki, SYSTEM, "nieuw")
    assert log_in(wiki, "nieuw")


def test_mail_and_approval(wiki: Wiki, admin: Actor) -> None:
    with_mail(wiki, registration="approval")
    join(wiki)
    accounts.confirm(wiki, token_in(letters(wiki)[0]), address=HERE)
    assert status(wiki, "nieuw") is Status.WAITING
    assert letters(wiki)[-1].recipient == "chef@example.org", "the administrator is told"
    members.approve(wiki, admin, "nieuw")
    assert letters(wiki)[-1].recipient == "nieuw@example.org", "and the newcomer"


@pytest.mark.parametrize("setting", ["invitation", "closed"])
def test_closed_doors(wiki: Wiki, setting: str) -> None:
    set_up(wiki, registration=setting)
    with pytest.raises(Forbidden):
        join(wiki)
    with pytest.raises(Forbidden):
        join(wiki, invitation="made up")


def test_an_invitation_opens_once(wiki: Wiki) -> None:
    set_up(wiki, registration="invitation")
    token = members.invite(wiki, SYSTEM).partition("invitation=")[2]
    assert join(wiki, invitation=token) is Joined.READY
    assert log_in(wiki, "nieuw")
    with pytest.raises(Forbidden):
        join(wiki, "ander", invitation=token)


def test_every_wrong_field_is_named(wiki: Wiki) -> None:
    with pytest.raises(Invalid) as refused:
        join(wiki, "1x", email="nee", password="kort")
    assert [error.field for error in refused.value.fields] == ["username", "email", "password"]


def test_a_username_is_taken_whatever_its_case(wiki: Wiki, member: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        join(wiki, "ANNA")
    assert refused.value.code == "username_taken"


def test_registering_does_not_tell_whose_address_is_known(wiki: Wiki, member: Actor) -> None:
    with_mail(wiki)
    known = join(wiki, "ander", email="anna@example.org")
    unknown = join(wiki, "nog-een", email="niemand@example.org")
    assert known is unknown
    told = {letter.recipient: letter.text for letter in letters(wiki)}
    assert "/account/confirm/" not in told["anna@example.org"], "its owner is warned"
    assert "anna" in told["anna@example.org"]
    assert "/confirm/" in told["niemand@example.org"]


def test_an_address_is_nobodys_until_somebody_vouched_for_it(wiki: Wiki) -> None:
    join(wiki, "kaper", email="anna@example.org")
    made = members.add(wiki, username="anna", email="anna@example.org", password=PASSWORD)
    assert made.status is Status.ACTIVE
    members.approve(wiki, SYSTEM, "kaper")
    assert log_in(wiki, "kaper")
    visit = sessions.visit_of(wiki, log_in(wiki, "anna@example.org"))
    assert visit is not None
    assert visit.actor.username == "anna"


def test_registering_is_slowed_down(wiki: Wiki) -> None:
    for number in range(10):
        join(wiki, f"naam{number}")
    with pytest.raises(TooFast):
        join(wiki, "naam11"), join(wiki, "naam12")


def test_changing_the_password_ends_other_sessions(wiki: Wiki, member: Actor) -> None:
    here, there = log_in(wiki, "anna"), log_in(wiki, "anna")
    visit = sessions.visit_of(wiki, here)
    assert visit is not None
    new = "een heel ander wachtwoord"
    with pytest.raises(Invalid) as refused:
        accounts.change_password(wiki, member, visit.session, current="mis", new=new)
    assert refused.value.fields[0].field == "current_password"
    renewed = accounts.change_password(wiki, member, visit.session, current=PASSWORD, new=new)
    assert not sessions.visit_of(wiki, here)
    assert not sessions.visit_of(wiki, there)
    assert sessions.visit_of(wiki, renewed)
    assert log_in(wiki, "anna", new)


def test_the_profile(wiki: Wiki, member: Actor) -> None:
    accounts.change_profile(
        wiki, member, name=" Anna  B ", language="en", timezone="Europe/Paris", theme="dark"
    )
    found = accounts.profile(wiki, member)
    assert (found.name, found.language, found.theme) == ("Anna B", "en", "dark")
    with pytest.raises(Invalid) as refused:
        accounts.change_profile(wiki, member, name="x" * 99, language="xx", timezone="?", theme="?")
    fields = [error.field for error in refused.value.fields]
    assert fields == ["name", "language", "timezone", "theme"]
    with pytest.raises(LoginRequired):
        accounts.profile(wiki, ANONYMOUS)


def test_roles_cannot_be_asked_for(wiki: Wiki) -> None:
    join(wiki)
    with wiki.database.read() as connection:
        found = table.by_username(connection, "nieuw")
    assert found is not None
    assert found.role is Role.MEMBER


def test_the_question_at_the_door(wiki: Wiki) -> None:
    wiki.settings = replace(wiki.settings, door_question="Welk dier?", door_answer="Egel, de egel")
    for wrong in ("", "kat"):
        with pytest.raises(Invalid) as refused:
            join(wiki, door=wrong)
        assert [one.field for one in refused.value.fields] == ["door"]
    assert join(wiki, door=" De  EGEL.") is Joined.WAIT


def test_who_waits_is_told_of_and_may_be_refused_with_a_word(
    wiki: Wiki, admin: Actor, member: Actor
) -> None:
    join(wiki, name="Nieuw Gezicht")
    told = notifications.listing(wiki, admin).days[0].bundles[0].first
    assert (told.notification.kind, told.who) == (Kind.MEMBER_WAITS, "Nieuw Gezicht")
    assert told.url == "/admin/members?status=waiting"
    assert wiki.people.waiting == 1
    assert not notifications.listing(wiki, member).days
    with pytest.raises(Forbidden):
        erasing.refuse(wiki, member, "nieuw")
    with pytest.raises(Conflict):
        erasing.refuse(wiki, admin, "anna")
    erasing.refuse(wiki, admin, "nieuw", "Je hoort hier niet.")
    assert wiki.people.waiting == 0
    assert not notifications.listing(wiki, admin, unread=True).days
    with pytest.raises(NotFound):
        members.get(wiki, SYSTEM, "nieuw")
