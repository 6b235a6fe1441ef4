"""A new password by mail: for who asks, at one price whoever they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from wiki.database.notices import outbox
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.domain.errors import Forbidden, Invalid, LoginRequired, NotFound, TooFast
from wiki.domain.members.members import Status
from wiki.engine import Wiki
from wiki.services.login import password_reset, passwords, sessions
from wiki.services.members import accounts, members
from wiki.services.operation import jobs
from wiki.settings import Settings

PASSWORD = "correct horse battery"
NEW = "een heel ander wachtwoord"
HERE = "192.0.2.1"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "wiki",
        secret_key="only for tests",
        database_url=database_url,
        mail_url="smtp://localhost:1",
        base_url="https://denk.example",
    )


def letters(wiki: Wiki) -> list[outbox.Letter]:
    jobs.answers(wiki)
    with wiki.database.read() as connection:
        return outbox.due(connection, wiki.clock())


def token_in(letter: outbox.Letter) -> str:
    found = re.search(r"https://denk\.example/account/(?:reset|confirm)/(\S+)", letter.text)
    assert found, letter.text
    return found[1]


def ask(wiki: Wiki, login: str = "anna") -> list[outbox.Letter]:
    password_reset.ask(wiki, login, address=HERE)
    return letters(wiki)


def log_in(wiki: Wiki, password: str = PASSWORD) -> str:
    return sessions.authenticate(wiki, "anna", password, address=HERE)


@pytest.mark.parametrize("login", ["anna", " ANNA@example.org "])
def test_a_link_comes_by_mail_and_works_once(wiki: Wiki, member: Actor, login: str) -> None:
    open_session = log_in(wiki)
    (letter,) = ask(wiki, login)
    assert letter.recipient == "anna@example.org"
    token = token_in(letter)
    with pytest.raises(Invalid):
        password_reset.choose(wiki, token, "kort", address=HERE)
    password_reset.choose(wiki, token, NEW, address=HERE)
    assert sessions.visit_of(wiki, open_session) is None, "every session ended"
    assert log_in(wiki, NEW)
    assert "wachtwoord" in letters(wiki)[-1].subject, "its owner is told"
    with pytest.raises(LoginRequired):
        log_in(wiki)
    with pytest.raises(NotFound):
        password_reset.choose(wiki, token, PASSWORD, address=HERE)


def test_the_link_lives_an_hour(wiki: Wiki, member: Actor) -> None:
    token = token_in(ask(wiki)[0])
    later = wiki.clock() + timedelta(minutes=61)
    wiki.clock = lambda: later
    with pytest.raises(NotFound):
        password_reset.choose(wiki, token, NEW, address=HERE)


def test_only_the_newest_link_works(wiki: Wiki, member: Actor) -> None:
    first, second = token_in(ask(wiki)[0]), token_in(ask(wiki)[-1])
    with pytest.raises(NotFound):
        password_reset.choose(wiki, first, NEW, address=HERE)
    password_reset.choose(wiki, second, NEW, address=HERE)


def test_nobody_else_gets_mail(wiki: Wiki, member: Actor) -> None:
    members.suspend(wiki, SYSTEM, "anna")
    for login in ("anna", "niemand", "niemand@example.org", "", "x" * 5000, "a@b\r\nBcc: c@d.nl"):
        assert ask(wiki, login) == []


def test_who_did_not_confirm_yet_gets_that_mail_again(wiki: Wiki) -> None:
    accounts.register(
        wiki, username="nieuw", email="n@example.org", password=PASSWORD, address=HERE
    )
    with pytest.raises(Forbidden):
        sessions.authenticate(wiki, "nieuw", PASSWORD, address=HERE)
    first, again = ask(wiki, "N@example.org")
    with pytest.raises(NotFound):
        accounts.confirm(wiki, token_in(first), address=HERE)
    assert accounts.confirm(wiki, token_in(again), address=HERE).status is Status.ACTIVE


def work(wiki: Wiki, monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> list[str]:
    """The SQL statements and password hashes that something takes, in their order."""
    done: list[str] = []
    for name in ("hashed", "verify"):
        real = getattr(passwords, name)

        def counted(*given: str, _real: Callable[..., object] = real, _name: str = name) -> object:
            done.append(_name)
            return _real(*given)

        monkeypatch.setattr(passwords, name, counted)

    def note(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        done.append(statement)

    with wiki.database.read() as reading, wiki.database.write() as writing:
        engines = {reading.engine, writing.engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        do()
    except LoginRequired:
        done.append("refused")
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    monkeypatch.undo()
    return done


def test_known_and_unknown_cost_the_same(
    wiki: Wiki, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the clock but the work: equal statements and equal hashes, so nothing to time."""

    def reset(login: str) -> list[str]:
        return work(wiki, monkeypatch, lambda: password_reset.ask(wiki, login, address="192.0.2.9"))

    def join(username: str, email: str) -> list[str]:
        given = {"email": email, "password": PASSWORD, "address": "192.0.2.8"}
        return work(wiki, monkeypatch, lambda: accounts.register(wiki, username=username, **given))

    def log(name: str) -> list[str]:
        return work(
            wiki,
            monkeypatch,
            lambda: sessions.authenticate(wiki, name, "mis gokje hier", address="192.0.2.7"),
        )

    join("eerste", "eerste@example.org")
    assert reset("anna@example.org") == reset("niemand@example.org")
    assert join("een", "anna@example.org") == join("twee", "niemand@example.org")
    assert log("anna") == log("niemand")


def test_asking_is_slowed_down_for_an_account_and_for_an_address(wiki: Wiki) -> None:
    def asked(logins: list[str], addresses: list[str]) -> int:
        for done, (login, address) in enumerate(zip(logins, addresses, strict=True)):
            try:
                password_reset.ask(wiki, login, address=address)
            except TooFast:
                return done
        return len(logins)

    many = [f"198.51.100.{number}" for number in range(20)]
    assert asked(["anna"] * 20, many) == 3
    assert asked([f"naam{number}" for number in range(20)], ["203.0.113.1"] * 20) == 10


def test_without_mail_nothing_is_promised(wiki: Wiki, member: Actor) -> None:
    wiki.settings = replace(wiki.settings, mail_url="")
    assert ask(wiki) == []
    token = members.password_link(wiki, SYSTEM, "anna").rpartition("/")[2]
    password_reset.choose(wiki, token, NEW, address=HERE)
    assert log_in(wiki, NEW)
