"""Talk beside the text: who may, what stays, and which page it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.access import set_rule
from wiki.database.engine import changes
from wiki.database.talk import comments as table
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor
from wiki.domain.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    LoginRequired,
    NotFound,
    TooFast,
)
from wiki.domain.talk.comments import PAGE_SIZE, NewComment, State
from wiki.engine import Wiki
from wiki.services.talk import comments, threads
from wiki.services.talk.threads import Threads
from wiki.settings import Settings
from wiki.store.store import Change

Write = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


def talk(wiki: Wiki, path: str, actor: Actor = ANONYMOUS, number: int = 1) -> Threads:
    from wiki.database.history import history

    with wiki.database.read() as connection:
        page = history.identity(connection, path)
    return threads.show(wiki, actor, page, path, number=number)


def texts(wiki: Wiki, path: str, actor: Actor = ANONYMOUS) -> list[str]:
    return [shown.comment.text for shown in talk(wiki, path, actor).items]


def move(wiki: Wiki, old: str, new: str) -> None:
    """An outside `git mv`: no stub, no trailer."""
    from wiki.domain.history.revisions import Author

    blob = wiki.store.read(f"{old}.md")
    assert blob is not None
    wiki.store.commit(
        [Change(f"{old}.md", None), Change(f"{new}.md", blob.data)],
        author=Author("Outsider", "o@example.org"),
        message="mv",
        trailers={},
        expect={},
        when=wiki.clock(),
    )
    wiki.follow()


def many(wiki: Wiki, author: Actor, path: str, count: int, parent: int | None = None) -> list[int]:
    """Comments without the limit on speed."""
    with wiki.database.read() as connection:
        _, revision = comments._newest(connection, path)
    with wiki.database.write() as connection:
        return [
            table.add(
                connection,
                NewComment(path, revision, author.id or 0, f"nr {n}", wiki.clock(), parent),
            )
            for n in range(count)
        ]


def test_threads_in_order(wiki: Wiki, page: Write, member: Actor, editor: Actor) -> None:
    page("a", "# A\n")
    first = comments.post(wiki, member, "a", "Eerste")
    comments.post(wiki, editor, "a", "Tweede")
    reply = comments.post(wiki, editor, "a", "Antwoord", parent=first.id)
    comments.post(wiki, member, "a", "Weerwoord", parent=reply.id)
    comments.post(wiki, member, "a", "Ander antwoord", parent=first.id)
    assert texts(wiki, "a") == ["Eerste", "Antwoord", "Weerwoord", "Ander antwoord", "Tweede"]
    shown = talk(wiki, "a")
    assert [item.level for item in shown.items] == [0, 1, 2, 1, 0]
    assert shown.count == 5
    assert shown.pages == 1
    assert not shown.may_post
    assert talk(wiki, "a", member).may_post


def test_deep_replies_say_whom_they_answer(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", "# A\n")
    at: int | None = None
    for number in range(9):
        at = comments.post(wiki, member, "a", f"nr {number}", parent=at).id
    shown = talk(wiki, "a").items
    assert [item.comment.text for item in shown] == [f"nr {n}" for n in range(9)]
    assert [item.level for item in shown] == [0, 1, 2, 2, 2, 2, 2, 2, 2]
    assert shown[2].answers == ""
    assert all(item.answers == "anna" for item in shown[3:])


def test_who_may_comment(wiki: Wiki, page: Write, member: Actor, admin: Actor) -> None:
    page("a", "# A\n")
    page("dicht/b", "# B\n")
    with pytest.raises(LoginRequired):
        comments.post(wiki, ANONYMOUS, "a", "x")
    set_rule(wiki, admin, prefix="dicht", right="comment", role="moderator")
    with pytest.raises(Forbidden):
        comments.post(wiki, member, "dicht/b", "x")
    assert not talk(wiki, "dicht/b", member).may_post
    set_rule(wiki, admin, prefix="", right="comment", role="reader")
    with pytest.raises(LoginRequired):
        comments.post(wiki, ANONYMOUS, "a", "a comment has an author")


def test_where_one_cannot_comment(wiki: Wiki, page: Write, member: Actor) -> None:
    page("weg", "# Weg\n")
    page("weg", None)
    with pytest.raises(Gone):
        comments.post(wiki, member, "weg", "x")
    with pytest.raises(NotFound):
        comments.post(wiki, member, "nooit", "x")
    page("a", "# A\n")
    page("b", "# B\n")
    on_b = comments.post(wiki, member, "b", "x")
    for parent in (on_b.id, 999):
        with pytest.raises(NotFound):
            comments.post(wiki, member, "a", "x", parent=parent)
    with pytest.raises(Invalid):
        comments.post(wiki, member, "a", " ")
    with pytest.raises(Invalid):
        comments.post(wiki, member, "a", "x", anchor="x" * 5000)


def test_a_double_submit_gives_one_comment(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", "# A\n")
    nonce = comments.new_nonce()
    once = comments.post(wiki, member, "a", "Ja", nonce=nonce)
    assert comments.post(wiki, member, "a", "Ja", nonce=nonce) == once
    assert comments.post(wiki, member, "a", "Ja") != once
    assert texts(wiki, "a") == ["Ja", "Ja"]


def test_a_double_submit_at_the_same_moment(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", "# A\n")
    with ThreadPoolExecutor(6) as pool:
        sent = pool.map(lambda _: comments.post(wiki, member, "a", "Ja", nonce="same").id, range(6))
        assert len(set(sent)) == 1
    assert texts(wiki, "a") == ["Ja"]


def test_commenting_is_slowed_down(wiki: Wiki, page: Write, member: Actor, editor: Actor) -> None:
    page("a", "# A\n")
    now = wiki.clock()
    wiki.clock = lambda: now
    for number in range(10):
        comments.post(wiki, member, "a", str(number))
    with pytest.raises(TooFast) as slow:
        comments.post(wiki, member, "a", "te snel")
    assert 0 < int(str(slow.value.values["seconds"])) <= 60
    comments.post(wiki, editor, "a", "ik niet")
    wiki.clock = lambda: now + timedelta(seconds=61)
    comments.post(wiki, member, "a", "nu wel")


def test_only_the_author_changes_a_comment(
    wiki: Wiki, page: Write, member: Actor, admin: Actor
) -> None:
    page("a", "# A\n")
    spot = comments.post(wiki, member, "a", "Eerst")
    for who, error in ((ANONYMOUS, LoginRequired), (admin, Forbidden)):
        with pytest.raises(error):
            comments.edit(wiki, who, spot.id, "Kaping")
        with pytest.raises(error):
            comments.delete(wiki, who, spot.id)
    comments.edit(wiki, member, spot.id, "Daarna")
    (shown,) = talk(wiki, "a", member).items
    assert shown.comment.text == "Daarna"
    assert shown.comment.edited
    assert shown.may_edit
    assert shown.may_delete
    assert not shown.may_hide
    (other,) = talk(wiki, "a", admin).items
    assert not other.may_edit
    assert not other.may_delete
    assert other.may_hide


def test_deleting_leaves_a_place_only_under_answers(
    wiki: Wiki, page: Write, member: Actor, editor: Actor, admin: Actor
) -> None:
    page("a", "# A\n")
    root = comments.post(wiki, member, "a", "Vraag").id
    reply = comments.post(wiki, editor, "a", "Antwoord", parent=root).id
    below = comments.post(wiki, member, "a", "Dank", parent=reply).id
    comments.delete(wiki, member, root)
    items = talk(wiki, "a").items
    assert [item.comment.state for item in items] == [State.DELETED, State.LIVE, State.LIVE]
    assert items[0].html == ""
    assert not items[0].may_reply
    assert talk(wiki, "a").count == 2
    with pytest.raises(Conflict):
        comments.post(wiki, member, "a", "x", parent=root)
    comments.delete(wiki, editor, reply)
    assert len(talk(wiki, "a").items) == 3
    comments.delete(wiki, member, below)
    assert talk(wiki, "a").items == [], "the last answer takes the empty places with it"
    with pytest.raises(Conflict):
        comments.edit(wiki, member, below, "x")


def test_a_moderator_hides_and_shows(
    wiki: Wiki, page: Write, member: Actor, moderator: Actor
) -> None:
    page("a", "# A\n")
    id = comments.post(wiki, member, "a", "Gescheld").id
    with pytest.raises(Forbidden):
        comments.hide(wiki, member, id, "")
    comments.hide(wiki, moderator, id, "schelden")
    for reader in (ANONYMOUS, member):
        (shown,) = talk(wiki, "a", reader).items
        assert shown.html == ""
        assert talk(wiki, "a", reader).count == 0
    (shown,) = talk(wiki, "a", moderator).items
    assert "Gescheld" in shown.html
    assert comments.latest(wiki, ANONYMOUS) == []
    comments.show(wiki, moderator, id)
    assert "Gescheld" in talk(wiki, "a").items[0].html


def test_a_comment_follows_its_page(wiki: Wiki, page: Write, member: Actor) -> None:
    page("oud", "# Een eigen tekst die herkenbaar blijft\n\nMet een tweede alinea.\n")
    id = comments.post(wiki, member, "oud", "Bij de tekst").id
    move(wiki, "oud", "map/nieuw")
    assert texts(wiki, "map/nieuw") == ["Bij de tekst"]
    assert comments.spot(wiki, ANONYMOUS, id).path == "map/nieuw"
    page("oud", "# Heel iets anders op het oude pad\n")
    assert texts(wiki, "oud") == [], "a new page does not inherit"
    comments.post(wiki, member, "oud", "Bij het andere")
    assert texts(wiki, "oud") == ["Bij het andere"]
    assert comments.count(wiki, ["oud", "map/nieuw", "x"]) == {"oud": 1, "map/nieuw": 1}


def test_a_comment_outlives_deletion(wiki: Wiki, page: Write, member: Actor) -> None:
    text = "# Tekst\n\nDie terugkomt zoals hij was.\n"
    page("a", text)
    id = comments.post(wiki, member, "a", "Blijft").id
    page("a", None)
    assert comments.latest(wiki, ANONYMOUS) == []
    assert comments.count(wiki, ["a"]) == {}
    assert comments.spot(wiki, ANONYMOUS, id).path == "a"
    page("a", text)
    assert texts(wiki, "a") == ["Blijft"]


def test_a_hidden_page_hides_its_talk(wiki: Wiki, page: Write, member: Actor, admin: Actor) -> None:
    page("redactie/plan", "# Plan\n")
    page("open", "# Open\n")
    secret = comments.post(wiki, member, "redactie/plan", "Geheim").id
    comments.post(wiki, member, "open", "Zichtbaar")
    set_rule(wiki, admin, prefix="redactie", right="read", role="editor")
    for reader in (ANONYMOUS, member):
        with pytest.raises(NotFound):
            comments.get(wiki, reader, secret)
        with pytest.raises(NotFound):
            comments.edit(wiki, reader, secret, "x")
        assert [found.path for found in comments.latest(wiki, reader)] == ["open"]
    with pytest.raises(Forbidden):
        talk(wiki, "redactie/plan", member)
    set_rule(wiki, admin, prefix="redactie/plan", right="read", role="reader")
    assert len(comments.latest(wiki, ANONYMOUS)) == 2, "a longer rule opens a part again"
    set_rule(wiki, admin, prefix="", right="read", role="member")
    assert [found.path for found in comments.latest(wiki, ANONYMOUS)] == ["redactie/plan"]


def test_talk_is_paged_beyond_a_hundred(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", "# A\n")
    roots = many(wiki, member, "a", 120)
    replies = many(wiki, member, "a", 230, parent=roots[0])
    first, last = talk(wiki, "a"), talk(wiki, "a", number=4)
    assert (len(first.items), first.pages, first.count) == (PAGE_SIZE, 4, 350)
    assert len(last.items) == 50
    assert talk(wiki, "a", number=99).number == 4
    second = talk(wiki, "a", number=2)
    assert second.items[0].answers == "anna", "a thread that goes on says so"
    for id in (roots[0], replies[98], replies[99], roots[1], roots[-1]):
        spot = comments.spot(wiki, ANONYMOUS, id)
        shown = talk(wiki, "a", number=spot.number).items
        assert id in [item.comment.id for item in shown]


def test_latest(wiki: Wiki, page: Write, member: Actor, editor: Actor) -> None:
    page("a", "# Een titel\n")
    for who, text in ((member, "*Eerste* [[a|zie]]"), (editor, "Tweede"), (member, "Derde")):
        comments.post(wiki, who, "a", text)
    found = comments.latest(wiki, ANONYMOUS, 2)
    assert [item.excerpt for item in found] == ["Derde", "Tweede"]
    (older,) = comments.latest(wiki, ANONYMOUS, 2, before=found[-1].comment.id)
    assert older.title == "Een titel"
    assert older.excerpt == "Eerste zie"
    assert len(comments.latest(wiki, ANONYMOUS, author=editor.id)) == 1


def test_changes_are_noted(wiki: Wiki, page: Write, member: Actor, moderator: Actor) -> None:
    page("a", "# A\n")

    def noted(act: Callable[[], object]) -> bool:
        with wiki.database.read() as connection:
            before = changes.current(connection)
        act()
        with wiki.database.read() as connection:
            last = changes.pending(connection)[-1]
            return changes.current(connection) > before and last.noun == "comment"

    id = comments.post(wiki, member, "a", "x").id
    assert noted(lambda: comments.post(wiki, member, "a", "y"))
    assert noted(lambda: comments.edit(wiki, member, id, "z"))
    assert noted(lambda: comments.hide(wiki, moderator, id, ""))
    assert noted(lambda: comments.show(wiki, moderator, id))
    assert noted(lambda: comments.delete(wiki, member, id))


def test_what_search_gets(wiki: Wiki, page: Write, member: Actor, moderator: Actor) -> None:
    page("a", "# A\n")
    ids = [comments.post(wiki, member, "a", f"nr {n}").id for n in range(4)]
    comments.delete(wiki, member, ids[0])
    comments.hide(wiki, moderator, ids[1], "")
    with wiki.database.read() as connection:
        found = table.for_index(connection, [*ids, 999])
        assert sorted(placed.comment.id for placed in found) == ids[2:]
        assert {placed.path for placed in found} == {"a"}
        assert table.ids(connection) == ids[2:] == table.ids_on(connection, found[0].page)
        assert table.ids(connection, after=ids[2]) == ids[3:]


def test_markup_is_safe_and_links_live(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", "# A\n")
    page("b", "# B\n")
    text = "<script>x</script> # kop\n\n![x](http://e.x/y.png) [[b]] [[nergens]] [k](javascript:x)"
    comments.post(wiki, member, "a", text)
    (shown,) = talk(wiki, "a").items
    assert "<script" not in shown.html
    assert "<img" not in shown.html
    assert "<h1" not in shown.html
    assert 'href="/wiki/b"' in shown.html
    assert 'class="wanted"' in shown.html
    assert 'href="javascript' not in shown.html


def test_a_rebuild_changes_nothing(wiki: Wiki, page: Write, member: Actor) -> None:
    from wiki.projections import follow

    page("a", "# Een eigen tekst die herkenbaar blijft\n\nMet een tweede alinea.\n")
    comments.post(wiki, member, "a", "Bij a")
    move(wiki, "a", "b")
    page("a", "# Iets nieuws op het oude pad, heel anders\n")
    comments.post(wiki, member, "a", "Bij de nieuwe a")
    before = texts(wiki, "a"), texts(wiki, "b")
    follow.rebuild(wiki.store, wiki.database)
    assert (texts(wiki, "a"), texts(wiki, "b")) == before == (["Bij de nieuwe a"], ["Bij a"])


def test_the_system_has_no_account_to_comment_with(wiki: Wiki, page: Write) -> None:
    page("a", "# A\n")
    with pytest.raises(LoginRequired):
        comments.post(wiki, SYSTEM, "a", "x")
