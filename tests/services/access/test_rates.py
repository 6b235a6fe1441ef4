"""What is costly may be done so often: counted over processes, and seldom written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from wiki.database.access import attempts
from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.domain.errors import Refused, TooFast
from wiki.engine import Wiki, open_wiki
from wiki.services.access import rates
from wiki.services.access.rates import Rate, count
from wiki.services.editing import drafts

RATE = Rate("test", 100)


def rows(wiki: Wiki) -> int:
    with wiki.database.read() as connection:
        return len(connection.execute(attempts.attempts.select()).all())


def many(wiki: Wiki, number: int, actor: Actor = ANONYMOUS, address: str = "192.0.2.1") -> None:
    for _ in range(number):
        count(wiki, RATE, actor, address)


def test_who_does_little_writes_nothing(wiki):
    many(wiki, 9)
    assert rows(wiki) == 0
    many(wiki, 80)
    assert rows(wiki) == 8


def test_too_much_waits_and_others_do_not(wiki, member):
    with pytest.raises(TooFast) as refused:
        many(wiki, 111)
    assert 0 < int(str(refused.value.values["seconds"])) <= 60
    with pytest.raises(TooFast):
        many(wiki, 1)
    many(wiki, 50, address="192.0.2.2")
    many(wiki, 50, member)


def test_processes_count_together(wiki, settings):
    other = open_wiki(settings)
    many(wiki, 60)
    with pytest.raises(TooFast):
        many(other, 51)
    other.close()


def test_a_network_of_ipv6_is_one_visitor(wiki):
    many(wiki, 100, address="2001:db8::1")
    with pytest.raises(TooFast):
        many(wiki, 10, address="2001:db8::ffff")
    many(wiki, 10, address="2001:db8:0:1::1")


def test_it_passes(wiki):
    many(wiki, 100)
    later = wiki.clock() + timedelta(minutes=2)
    wiki.clock = lambda: later
    many(wiki, 50)


def test_heavy_ones_count_for_several(wiki):
    assert rates.weight("a") == 1
    assert rates.weight("a" * 1_000_000) == 11
    with pytest.raises(TooFast):
        for _ in range(6):
            count(wiki, RATE, ANONYMOUS, "192.0.2.1", weight=20)


def test_zero_is_no_limit(wiki):
    for _ in range(500):
        count(wiki, replace(RATE, most=0), ANONYMOUS, "192.0.2.1")


def keep(wiki: Wiki, actor: Actor, path: str, text: str = "x") -> None:
    drafts.keep(wiki, actor, path, base="", text=text, fields={})


def test_drafts_have_a_number_and_a_size(wiki, member, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 3)
    for number in range(3):
        keep(wiki, member, f"p{number}")
    keep(wiki, member, "p0", "again")
    with pytest.raises(Refused, match="drafts_many"):
        keep(wiki, member, "p3")
    drafts.drop(wiki, member, "p0")
    keep(wiki, member, "p3")


def test_large_drafts_are_few(wiki, member):
    text = "a" * 2 * wiki.settings.max_text_bytes
    for number in range(3):
        keep(wiki, member, f"p{number}", text)
    with pytest.raises(Refused, match="drafts_large"):
        keep(wiki, member, "p3", text)
    keep(wiki, member, "p2", text)
    keep(wiki, member, "p4", "small")
