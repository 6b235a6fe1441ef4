"""First comments that wait for a moderator, links of new members, and talk that is closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.fixtures.access import set_rule
from wiki.database.history import history
from wiki.database.members import members as people
from wiki.database.notices import notifications
from wiki.database.talk import comments as table
from wiki.domain.access.rights import ANONYMOUS, Actor, Role
from wiki.domain.errors import Conflict, Forbidden, Invalid, LoginRequired, NotFound
from wiki.domain.notices.notifications import Kind
from wiki.domain.talk.comments import State
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.editing import renaming
from wiki.services.members import members
from wiki.services.notices import fan_out, watches
from wiki.services.notices.notifications import listing
from wiki.services.talk import closings, comments, premoderation, threads
from wiki.services.talk.threads import Threads
from wiki.settings import Settings

Write = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data=tmp_path / "wiki",
        secret_key="only for tests",
        database_url=database_url,
        hold_first_comments=1,
        new_member_links=1,
    )


def talk(wiki: Wiki, path: str, actor: Actor = ANONYMOUS) -> Threads:
    with wiki.database.read() as connection:
        page = history.identity(connection, path)
    return threads.show(wiki, actor, page, path)


def state(wiki: Wiki, id: int) -> State:
    with wiki.database.read() as connection:
        placed = table.get(connection, id)
    assert placed
    return placed.comment.state


@pytest.fixture
def held(wiki: Wiki, page: Write, member: Actor) -> int:
    """The first comment of `anna`, which waits."""
    page("a", "# A\n")
    return comments.post(wiki, member, "a", "Mijn eerste").id


def test_a_first_comment_waits_unseen(
    wiki: Wiki, held: int, member: Actor, moderator: Actor, editor: Actor
) -> None:
    assert state(wiki, held) is State.HELD
    for who in (ANONYMOUS, editor):
        seen = talk(wiki, "a", who)
        assert (seen.count, list(seen.items), list(seen.own)) == (0, [], [])
        assert comments.latest(wiki, who) == []
        with pytest.raises(NotFound):
            comments.get(wiki, who, held)
    assert comments.count(wiki, ["a"]) == {}
    (own,) = talk(wiki, "a", member).own
    assert "Mijn eerste" in own.html
    assert own.may_edit
    assert own.may_delete
    comments.edit(wiki, member, held, "Mijn eerste, beter")
    assert [placed.comment.id for placed in premoderation.queue(wiki, moderator)] == [held]
    with pytest.raises(Conflict):
        comments.post(wiki, editor, "a", "Antwoord", parent=held)


def test_letting_through(wiki: Wiki, held: int, member: Actor, moderator: Actor) -> None:
    premoderation.approve(wiki, moderator, held)
    assert talk(wiki, "a").count == 1
    assert premoderation.queue(wiki, moderator) == []
    assert state(wiki, comments.post(wiki, member, "a", "En nog iets").id) is State.LIVE
    with pytest.raises(Conflict):
        premoderation.decline(wiki, moderator, held, "toch niet")
    assert audit.entries(wiki, Actor(0, "", "", "", Role.ADMIN))[0].act == "comment_approve"


def test_not_letting_through_keeps_the_text(wiki: Wiki, held: int, moderator: Actor) -> None:
    with pytest.raises(Invalid):
        premoderation.decline(wiki, moderator, held, "  ")
    premoderation.decline(wiki, moderator, held, "reclame")
    assert state(wiki, held) is State.DECLINED
    assert talk(wiki, "a").count == 0
    assert comments.get(wiki, moderator, held).comment.text == "Mijn eerste"


def test_an_answer_that_waited_takes_its_place(
    wiki: Wiki, page: Write, member: Actor, editor: Actor, moderator: Actor
) -> None:
    page("a", "# A\n")
    asked = comments.post(wiki, editor, "a", "Vraag").id
    answer = comments.post(wiki, member, "a", "Antwoord", parent=asked).id
    comments.delete(wiki, editor, asked)
    assert list(talk(wiki, "a").items) == []
    premoderation.approve(wiki, moderator, answer)
    assert [shown.comment.state for shown in talk(wiki, "a").items] == [
        State.DELETED,
        State.LIVE,
    ]
    comments.delete(wiki, member, answer)
    assert list(talk(wiki, "a").items) == []


@pytest.mark.parametrize("worked_meanwhile", [True, False])
def test_members_are_told_when_it_is_let_through(
    wiki: Wiki, page: Write, member: Actor, editor: Actor, moderator: Actor, worked_meanwhile: bool
) -> None:
    page("a", "# A\n")
    asked = comments.post(wiki, editor, "a", "Vraag").id
    members.add(wiki, username="cor", email="c@example.org", password="correct horse battery")
    watcher = members.add(
        wiki, username="dirk", email="d@example.org", password="correct horse battery"
    ).actor
    watches.watch(wiki, watcher, "a")
    _work(wiki)
    answer = comments.post(wiki, member, "a", "Dag @cor", parent=asked).id
    declined = comments.post(wiki, member, "a", "Reclame voor @cor").id
    if worked_meanwhile:
        _work(wiki)
        assert _told(wiki, answer) == [("mo", Kind.COMMENT_HELD)]
    premoderation.approve(wiki, moderator, answer)
    premoderation.decline(wiki, moderator, declined, "reclame")
    _work(wiki)
    _work(wiki)
    assert _told(wiki, answer) == [
        ("anna", Kind.COMMENT_APPROVED),
        ("bram", Kind.REPLY),
        ("cor", Kind.MENTION),
        ("dirk", Kind.COMMENT),
        ("mo", Kind.COMMENT_HELD),
    ]
    assert _told(wiki, declined) == [("anna", Kind.COMMENT_DECLINED), ("mo", Kind.COMMENT_HELD)]
    (day,) = listing(wiki, member).days
    why = {item.notification.kind: item.excerpt for item in day.bundles[0].items}
    assert why[Kind.COMMENT_DECLINED] == "reclame"


def _work(wiki: Wiki) -> None:
    while fan_out.catch_up(wiki):
        pass


def _told(wiki: Wiki, comment: int) -> list[tuple[str, Kind]]:
    """Who was told of a comment, and as what."""
    told, who = notifications.notifications.c, people.members.c
    asked = select(who.username, told.kind).where(told.comment == comment, told.member == who.id)
    with wiki.database.read() as connection:
        rows = connection.execute(asked.order_by(who.username))
        return [(row.username, Kind(row.kind)) for row in rows]


def test_who_may_decide(wiki: Wiki, held: int, member: Actor, editor: Actor, admin: Actor) -> None:
    set_rule(wiki, admin, prefix="elders", right="moderate", role="moderator", usernames="bram")
    for who in (member, editor):
        with pytest.raises(Forbidden):
            premoderation.approve(wiki, who, held)
    with pytest.raises(LoginRequired):
        premoderation.approve(wiki, ANONYMOUS, held)
    assert premoderation.queue(wiki, editor) == [], "a moderator of another folder"
    with pytest.raises(Forbidden):
        premoderation.queue(wiki, member)


def test_new_members_link_little(wiki: Wiki, page: Write, member: Actor, editor: Actor) -> None:
    page("a", "# A\n")
    spam = "https://a.example [x](http://b.example)"
    with pytest.raises(Invalid) as refused:
        comments.post(wiki, member, "a", spam)
    assert refused.value.fields[0].code == "comment_links"
    comments.post(wiki, member, "a", "Zie https://a.example en [[b]]")
    comments.post(wiki, editor, "a", spam)


def test_closed_talk_follows_its_page(
    wiki: Wiki, page: Write, member: Actor, editor: Actor, moderator: Actor
) -> None:
    page("map/a", "# A\n")
    said = comments.post(wiki, editor, "map/a", "Vooraf").id
    for who in (member, editor):
        with pytest.raises(Forbidden):
            closings.close(wiki, who, "map/a", "x")
    with pytest.raises(Invalid):
        closings.close(wiki, moderator, "map/a", " ")
    before = wiki.database.version()
    closings.close(wiki, moderator, "map/a", "Te <b>heet</b>")
    assert wiki.database.version() != before, "kept pages would be wrong"
    renaming.rename(wiki, moderator, "map/a", "map/b")
    seen = talk(wiki, "map/b", editor)
    assert seen.closed
    assert seen.closed.reason == "Te <b>heet</b>"
    assert not seen.may_post
    assert not seen.items[0].may_reply
    for parent in (None, said):
        with pytest.raises(Forbidden) as refused:
            comments.post(wiki, editor, "map/b", "Toch", parent=parent)
        assert refused.value.code == "comments_closed"
    comments.post(wiki, moderator, "map/b", "Een woord van de moderator")
    closings.reopen(wiki, moderator, "map/b")
    comments.post(wiki, editor, "map/b", "Dank")


def test_a_moderator_of_one_folder_closes_only_there(
    wiki: Wiki, page: Write, member: Actor, admin: Actor
) -> None:
    page("map/a", "# A\n")
    page("elders/a", "# A\n")
    set_rule(wiki, admin, prefix="map", right="moderate", role="moderator", usernames="anna")
    closings.close(wiki, member, "map/a", "rust")
    with pytest.raises(Forbidden):
        closings.close(wiki, member, "elders/a", "rust")
    members.set_role(wiki, admin, "anna", "editor")
