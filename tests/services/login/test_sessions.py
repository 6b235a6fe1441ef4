"""Logging in and out: what an attacker learns, and what an owner keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from wiki.database.access import attempts
from wiki.database.login import sessions as table
from wiki.domain.access.rights import SYSTEM, Actor, Role
from wiki.domain.errors import Forbidden, LoginRequired, NotFound, TooFast
from wiki.engine import Wiki
from wiki.services.access import limits
from wiki.services.login import passwords, sessions
from wiki.services.members import members
from wiki.settings import Settings

PASSWORD = "correct horse battery"
HOME, AWAY = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


@pytest.fixture
def clock(wiki: Wiki) -> Callable[[float], None]:
    """Moves the wiki's clock by seconds."""
    at = [wiki.clock()]
    wiki.clock = lambda: at[0]

    def move(seconds: float) -> None:
        at[0] += timedelta(seconds=seconds)

    return move


def log_in(wiki: Wiki, name: str = "anna", password: str = PASSWORD, address: str = HOME) -> str:
    return sessions.authenticate(wiki, name, password, address=address, agent="a browser")


def test_a_session_knows_its_member(wiki: Wiki, member: Actor) -> None:
    visit = sessions.visit_of(wiki, log_in(wiki))
    assert visit is not None
    assert visit.actor == member
    assert sessions.visit_of(wiki, "made up") is None


def test_either_name_or_address_whatever_its_case(wiki: Wiki, member: Actor) -> None:
    assert log_in(wiki, "ANNA")
    assert log_in(wiki, " Anna@Example.org ")


def test_wrong_and_unknown_look_the_same(wiki: Wiki, member: Actor) -> None:
    for name in ("anna", "nobody", "anna@example.org", "who@example.org", "", "x" * 5000):
        with pytest.raises(LoginRequired) as refused:
            log_in(wiki, name, "not the password")
        assert (refused.value.code, refused.value.values) == ("login_wrong", {})


def test_an_unknown_name_costs_a_hash_too(wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    real = passwords._hasher

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return real.verify(kept, password)

        hash = staticmethod(real.hash)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    with pytest.raises(LoginRequired):
        log_in(wiki, "nobody")
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


def test_only_who_knows_the_password_learns_of_a_suspension(wiki: Wiki, member: Actor) -> None:
    members.suspend(wiki, SYSTEM, "anna")
    with pytest.raises(LoginRequired):
        log_in(wiki, password="wrong one")
    with pytest.raises(Forbidden) as refused:
        log_in(wiki)
    assert refused.value.code == "account_suspended"


def test_suspending_ends_what_is_open(wiki: Wiki, member: Actor) -> None:
    token = log_in(wiki)
    members.suspend(wiki, SYSTEM, "anna")
    assert sessions.visit_of(wiki, token) is None


def test_tokens_are_kept_as_hashes_only(wiki: Wiki, member: Actor) -> None:
    token = log_in(wiki)
    with wiki.database.read() as connection:
        kept = connection.execute(table.sessions.select()).one()
    assert kept.hash != token
    assert len(kept.hash) == 64


def test_sessions_are_listed_and_ended_by_their_owner_only(
    wiki: Wiki, member: Actor, editor: Actor
) -> None:
    first, second, third = (log_in(wiki) for _ in range(3))
    listed = sessions.listing(wiki, member)
    assert len(listed) == 3
    assert listed[0].agent == "a browser"
    visits = [sessions.visit_of(wiki, token) for token in (first, second, third)]
    ids = [visit.session for visit in visits if visit]
    with pytest.raises(NotFound):
        sessions.revoke(wiki, editor, ids[0])
    sessions.revoke(wiki, member, ids[0])
    assert sessions.visit_of(wiki, first) is None
    assert sessions.revoke_others(wiki, member, ids[1]) == 1
    assert sessions.visit_of(wiki, second)
    assert not sessions.visit_of(wiki, third)
    sessions.end(wiki, second)
    assert sessions.listing(wiki, member) == []


def test_a_session_ends_when_it_is_not_used(
    wiki: Wiki, member: Actor, clock: Callable[[float], None]
) -> None:
    token = sessions.authenticate(wiki, "anna", PASSWORD, address=HOME, remember=True)
    day = 24 * 3600
    for _ in range(3):
        clock(50 * day)
        assert sessions.visit_of(wiki, token), "used in time, it goes on"
    clock(61 * day)
    assert sessions.visit_of(wiki, token) is None


def test_a_session_that_is_always_used_ends_after_half_a_year(
    wiki: Wiki, member: Actor, clock: Callable[[float], None]
) -> None:
    token = sessions.authenticate(wiki, "anna", PASSWORD, address=HOME, remember=True)
    week = 7 * 24 * 3600
    for _ in range(25):
        clock(week)
        assert sessions.visit_of(wiki, token)
    clock(week)
    assert sessions.visit_of(wiki, token) is None
    assert sessions.listing(wiki, member) == []


def test_one_that_is_not_remembered_ends_after_a_day(
    wiki: Wiki, member: Actor, clock: Callable[[float], None]
) -> None:
    token = log_in(wiki)
    clock(20 * 3600)
    assert sessions.visit_of(wiki, token), "used within a day, it goes on"
    clock(25 * 3600)
    assert sessions.visit_of(wiki, token) is None
    assert sessions.listing(wiki, member) == []


def test_role_and_groups_are_those_of_now(wiki: Wiki, member: Actor) -> None:
    token = log_in(wiki)
    members.set_role(wiki, SYSTEM, "anna", "editor")
    members.set_groups(wiki, SYSTEM, "anna", "redactie, bestuur")
    visit = sessions.visit_of(wiki, token)
    assert visit is not None
    assert visit.actor.role is Role.EDITOR
    assert visit.actor.groups == {"redactie", "bestuur"}


def fail(wiki: Wiki, times: int, name: str = "anna", address: str = AWAY) -> int:
    """Try wrong passwords; gives how many were looked at before one had to wait."""
    for done in range(times):
        try:
            log_in(wiki, name, "wrong one", address)
        except TooFast:
            return done
        except LoginRequired:
            continue
    return times


def test_one_address_is_slowed_down_more_each_time(
    wiki: Wiki, member: Actor, clock: Callable[[float], None]
) -> None:
    assert fail(wiki, 20) == 5
    waits = []
    for _ in range(6):
        with pytest.raises(TooFast) as slow:
            log_in(wiki, address=AWAY)
        waits.append(int(str(slow.value.values["seconds"])))
        clock(waits[-1])
        assert fail(wiki, 5) == 1
    assert waits == sorted(waits)
    assert waits[0] == 1
    assert waits[-1] >= 32


def test_the_owner_is_not_locked_out(
    wiki: Wiki, member: Actor, clock: Callable[[float], None]
) -> None:
    log_in(wiki, address=HOME)
    for number in range(60):
        fail(wiki, 6, address=f"203.0.113.{number}")
    assert log_in(wiki, address=HOME), "at home the owner is known"
    with pytest.raises(TooFast) as slow:
        log_in(wiki, address="203.0.113.200")
    assert int(str(slow.value.values["seconds"])) <= 60, "elsewhere the owner waits a minute"
    clock(60)
    assert log_in(wiki, address="203.0.113.200")


def test_many_names_from_one_address(wiki: Wiki) -> None:
    tried = sum(fail(wiki, 1, name=f"name{number}") for number in range(60))
    assert tried <= 31


def test_success_forgives(wiki: Wiki, member: Actor) -> None:
    for _ in range(6):
        assert fail(wiki, 4) == 4
        assert log_in(wiki, address=AWAY)


def test_attempts_hold_no_name_and_no_address(wiki: Wiki, member: Actor) -> None:
    fail(wiki, 2)
    with wiki.database.read() as connection:
        rows = connection.execute(attempts.attempts.select()).all()
    assert rows
    assert all(len(row.key) == 64 and AWAY not in row.key for row in rows)


def test_ipv6_counts_by_network() -> None:
    assert limits.network("2001:db8::1") == limits.network("2001:db8::ffff:1")
    assert limits.network("2001:db8:0:1::1") != limits.network("2001:db8::1")
    assert limits.network("not an address") == "not an address"


def test_an_old_hash_is_renewed(wiki: Wiki, member: Actor) -> None:
    from argon2 import PasswordHasher

    from wiki.database.members import members as accounts

    weak = PasswordHasher(1, 8, 1, hash_len=8).hash(PASSWORD)
    with wiki.database.write() as connection:
        accounts.change(connection, member.id or 0, {"password": weak})
    log_in(wiki)
    with wiki.database.read() as connection:
        assert accounts.password_of(connection, member.id or 0) != weak
    log_in(wiki)


def test_what_is_of_no_more_use_is_forgotten(
    wiki: Wiki, member: Actor, clock: Callable[[float], None]
) -> None:
    token = log_in(wiki)
    fail(wiki, 3)
    clock(100 * 24 * 3600)
    members.tidy(wiki)
    with wiki.database.read() as connection:
        assert not connection.execute(table.sessions.select()).all()
        assert not connection.execute(attempts.attempts.select()).all()
    assert sessions.visit_of(wiki, token) is None


def test_one_statement_finds_the_member(wiki: Wiki, member: Actor) -> None:
    from sqlalchemy import Connection, event

    token = log_in(wiki)
    seen: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with wiki.database.read() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", note)
    sessions.visit_of(wiki, token)
    event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == 1


def test_limits_wait_at_most_their_cap() -> None:
    limit = limits.Limit("x", free=2, most=40)
    now = datetime(2026, 1, 1)
    waits = [limit.wait(attempts.Count(number, now), now) for number in range(40)]
    assert waits[:4] == [0, 0, 1, 2]
    assert max(waits) == 40 == waits[-1]
    assert replace(limit, free=100).wait(attempts.Count(3, now), now) == 0
