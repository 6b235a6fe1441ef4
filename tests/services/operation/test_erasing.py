"""An account that is erased leaves nobody's name, anywhere but in git."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.access import set_rule
from wiki.database.engine import dump
from wiki.database.notices import outbox as outbox_table
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor
from wiki.domain.errors import Conflict, Forbidden, Invalid, LoginRequired, NotFound
from wiki.domain.members.members import FORMER
from wiki.domain.talk.comments import State
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.history import blame, history
from wiki.services.login import sessions
from wiki.services.members import members
from wiki.services.operation import erasing
from wiki.services.pages import feeds, recent
from wiki.services.search import search
from wiki.services.search.search import SearchForm
from wiki.services.talk import comments, threads
from wiki.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


@pytest.fixture
def jan(wiki: Wiki, page: Callable[..., str]) -> Actor:
    """A member who did a bit of everything, on a page that `bram` talks on too."""
    made = members.add(
        wiki, username="jan.zeldzaam", email="jan@zeldzaam.example", password=PASSWORD, name="Jan Z"
    )
    jan = made.actor
    page("a", "# A\n\nEen zin van Jan.\n", jan)
    first = comments.post(wiki, jan, "a", "Wat ik vind.")
    comments.edit(wiki, jan, first.id, "Wat ik nu vind.")
    alone = comments.post(wiki, jan, "a", "Alleen ik.")
    comments.delete(wiki, jan, alone.id)
    sessions.authenticate(wiki, "jan.zeldzaam", PASSWORD, address="192.0.2.1", agent="Zeldzaam 1")
    members.set_groups(wiki, SYSTEM, "jan.zeldzaam", "kring")
    set_rule(wiki, SYSTEM, prefix="b", right="edit", role="editor", usernames="jan.zeldzaam")
    with wiki.database.write() as connection:
        outbox_table.add(connection, "Jan@zeldzaam.example", "Dag Jan Z", "x", wiki.clock())
        audit.write(
            wiki,
            connection,
            SYSTEM,
            LoggedAct.MEMBER_WARN,
            "y",
            who="Jan Z",
            mail="jan@zeldzaam.example",
        )
    return jan


def truth(wiki: Wiki) -> str:
    """Everything in SQL that is no projection."""
    with wiki.database.read() as connection:
        return b"".join(dump.lines(connection)).decode()


def leave(wiki: Wiki, jan: Actor, *, with_comments: bool = False) -> None:
    erasing.erase_own(
        wiki, jan, 0, username="Jan.Zeldzaam", current=PASSWORD, with_comments=with_comments
    )


def test_nothing_names_them_any_more(wiki: Wiki, jan: Actor, editor: Actor, admin: Actor) -> None:
    reply = comments.post(wiki, editor, "a", "@jan.zeldzaam dat zie ik anders.", parent=1)
    wiki.search.update(wiki.store, wiki.database)
    leave(wiki, jan)
    left = truth(wiki).casefold()
    assert not [word for word in ("zeldzaam", "jan z", "wat ik vind", "alleen ik") if word in left]
    talk = threads.show(wiki, editor, page_of(wiki, "a"), "a")
    assert [(one.comment.called, one.comment.text) for one in talk.items] == [
        (FORMER, "Wat ik nu vind."),
        ("bram", "@voormalig-lid dat zie ik anders."),
    ]
    assert reply.id == talk.items[1].comment.id
    seen = [
        *history.listing(wiki, ANONYMOUS, "a").revisions,
        *recent.listing(wiki, ANONYMOUS, recent.RecentFilter()).days[0].entries[0].revisions,
        *(item.revision for item in feeds.page(wiki, ANONYMOUS, "a").items if item.revision),
        *(run.revision for run in blame.blame(wiki, ANONYMOUS, "a").runs),
    ]
    assert {revision.author.name for revision in seen} == {FORMER}
    assert {one.name for one in history.listing(wiki, ANONYMOUS, "a").past.writers} == {FORMER}
    newest = audit.entries(wiki, admin)[0]
    assert (newest.act, newest.subject, newest.actor) == ("member_erase", jan.uid, FORMER)


def page_of(wiki: Wiki, path: str) -> str:
    return history.page_at(wiki, ANONYMOUS, path).page


def test_the_account_is_gone_and_its_name_taken_for_ever(wiki: Wiki, jan: Actor) -> None:
    leave(wiki, jan)
    for name in ("jan.zeldzaam", FORMER):
        with pytest.raises(NotFound):
            members.page(wiki, ANONYMOUS, name)
    with pytest.raises(LoginRequired):
        sessions.authenticate(wiki, "jan.zeldzaam", PASSWORD, address="192.0.2.1")
    with pytest.raises(Conflict) as refused:
        members.add(wiki, username="JAN.zeldzaam", email="", password=PASSWORD)
    assert refused.value.code == "username_taken"
    members.add(wiki, username="jan2", email="jan@zeldzaam.example", password=PASSWORD)
    assert members.find(wiki, SYSTEM).count == 1, "an erased account is in no list"


def test_comments_can_go_too(wiki: Wiki, jan: Actor, editor: Actor) -> None:
    comments.post(wiki, editor, "a", "Een antwoord.", parent=1)
    comments.post(wiki, jan, "a", "Nog iets.")
    leave(wiki, jan, with_comments=True)
    talk = threads.show(wiki, editor, page_of(wiki, "a"), "a")
    assert [(one.comment.state, one.comment.text) for one in talk.items] == [
        (State.DELETED, ""),
        (State.LIVE, "Een antwoord."),
    ]
    assert "Nog iets" not in truth(wiki)


def test_search_forgets_them(wiki: Wiki, jan: Actor) -> None:
    def hits(**asked: Any) -> list[str]:
        wiki.search.update(wiki.store, wiki.database)
        return [
            linked.hit.kind.value
            for linked in search.search(wiki, ANONYMOUS, SearchForm(**asked)).hits
        ]

    assert hits(q="vind") == ["comment"]
    assert hits(q="zeldzaam") == ["person"]
    assert hits(person="jan.zeldzaam", q="zin") == ["page"]
    leave(wiki, jan, with_comments=True)
    assert not hits(q="vind")
    assert not hits(q="zeldzaam")
    assert not hits(person="jan.zeldzaam", q="zin")
    assert hits(q="zin")
    assert list(wiki.search.check(wiki.store, wiki.database)) == []


def test_asking_twice(wiki: Wiki, jan: Actor, admin: Actor, member: Actor) -> None:
    for wrong in ({"username": "anna"}, {"current": "mis"}):
        given = {"username": "jan.zeldzaam", "current": PASSWORD, **wrong}
        with pytest.raises(Invalid):
            erasing.erase_own(wiki, jan, 0, with_comments=False, **given)
    with pytest.raises(LoginRequired):
        erasing.erase_own(wiki, ANONYMOUS, 0, username="", current="", with_comments=False)
    with pytest.raises(Forbidden):
        erasing.erase(wiki, member, "jan.zeldzaam", confirm="jan.zeldzaam")
    with pytest.raises(Invalid):
        erasing.erase(wiki, admin, "jan.zeldzaam", confirm="jan")
    left = erasing.of_member(wiki, admin, "jan.zeldzaam")
    assert (left.revisions, left.comments) == (1, 1)
    erasing.erase(wiki, admin, "jan.zeldzaam", confirm="jan.zeldzaam", reason="op verzoek")
    assert audit.entries(wiki, admin)[0].reason == "op verzoek"
    assert erasing.own(wiki, admin).is_last_admin
    with pytest.raises(Conflict):
        erasing.erase(wiki, admin, "chef", confirm="chef")
