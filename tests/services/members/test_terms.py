"""The terms: accepted by who joins, the version kept, asked again when an editor says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.domain.errors import Forbidden, Invalid, LoginRequired, NotFound
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.members import accounts, members, terms
from wiki.settings import Settings

PASSWORD = "correct horse battery"
Write = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


def join(wiki: Wiki, username: str, stamp: str) -> None:
    accounts.register(
        wiki,
        username=username,
        email=f"{username}@example.org",
        password=PASSWORD,
        address="192.0.2.1",
        terms_accepted=stamp,
    )


def now(wiki: Wiki) -> terms.Terms:
    found = terms.current(wiki)
    assert found
    return found


def test_who_joins_accepts_the_version_that_was_shown(
    wiki: Wiki, page: Write, admin: Actor
) -> None:
    join(wiki, "vroeg", "")
    first = page("voorwaarden", "# Voorwaarden\n")
    shown = now(wiki).stamp
    page("voorwaarden", "# Voorwaarden.\n")
    for wrong in ("", "0", "x:y", f"7:{first}", "0:" + "0" * 40, "-1:" + first):
        with pytest.raises(Invalid) as refused:
            join(wiki, "nina", wrong)
        assert refused.value.fields[0].field == "terms_accepted"
    join(wiki, "nina", shown)
    kept = terms.accepted(wiki, members.get(wiki, admin, "nina").id)
    assert kept
    assert kept.revision == first
    assert not terms.owes(wiki, members.get(wiki, admin, "nina").actor), "a typo asks nobody"
    assert not terms.owes(wiki, members.get(wiki, admin, "vroeg").actor)


def test_asked_again(wiki: Wiki, page: Write, member: Actor, editor: Actor) -> None:
    page("voorwaarden", "# Voorwaarden\n")
    before = now(wiki).stamp
    terms.ask_again(wiki, editor, "Reacties worden bewaard")
    assert terms.owes(wiki, member)
    assert not terms.owes(wiki, editor)
    assert not terms.owes(wiki, ANONYMOUS)
    with pytest.raises(Invalid):
        terms.accept(wiki, member, before)
    terms.accept(wiki, member, now(wiki).stamp)
    assert not terms.owes(wiki, member)
    assert (terms.asked(wiki, editor).answered, terms.asked(wiki, editor).members) == (2, 2)
    terms.ask_again(wiki, editor, "En nog iets")
    assert terms.owes(wiki, member)


def test_who_asks(wiki: Wiki, page: Write, member: Actor, editor: Actor, admin: Actor) -> None:
    with pytest.raises(NotFound):
        terms.ask_again(wiki, editor, "x")
    page("voorwaarden", "# Voorwaarden\n")
    for who, error in ((ANONYMOUS, LoginRequired), (member, Forbidden)):
        with pytest.raises(error):
            terms.ask_again(wiki, who, "x")
    with pytest.raises(Invalid):
        terms.ask_again(wiki, editor, "  ")
    terms.ask_again(wiki, editor, "Nieuw")
    newest = audit.entries(wiki, admin)[0]
    assert (newest.act, newest.reason, newest.actor) == ("terms_ask", "Nieuw", "bram")
