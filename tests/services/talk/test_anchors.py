"""Comments on passages: where they are made, and where they are when the page has changed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.services.talk.test_comments import move, talk
from wiki.database.history import history
from wiki.database.talk import anchors as table
from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.domain.errors import Invalid
from wiki.engine import Wiki
from wiki.projections import anchors as following
from wiki.projections import follow
from wiki.services.history import hiding
from wiki.services.talk import anchors, comments, threads
from wiki.services.talk.anchors import Fate, Passage
from wiki.settings import Settings

Write = Callable[..., str]
TEXT = """# Titel

De gemeente luistert naar haar bewoners. Daarna besluit de raad. De uitkomst staat open.

Een tweede alinea gaat over *geld*. Er is drie procent van de begroting. Meer niet.

"""


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


def passage(wiki: Wiki, path: str = "a", actor: Actor = ANONYMOUS) -> Passage:
    """The passage of the only comment on a page."""
    (shown,) = talk(wiki, path, actor).items
    assert shown.passage
    return shown.passage


def marked(wiki: Wiki, path: str = "a") -> list[str]:
    """The words that the page marks."""
    text = anchors.source(wiki).plain(wiki.store.entry(f"{path}.md").blob)
    return [text[mark.start : mark.end] for mark in talk(wiki, path).marks]


def test_a_passage_is_marked_and_quoted(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", TEXT)
    id = comments.post(wiki, member, "a", "Waarom?", anchor="over geld. Er is drie").id
    assert passage(wiki) == Passage(Fate.HERE, "over geld. Er is drie", passage(wiki).revision)
    assert marked(wiki) == ["over geld. Er is drie"]
    comments.resolve(wiki, Actor(member.id, "", "", "", member.role.__class__.EDITOR), id)
    assert marked(wiki) == [], "what is dealt with marks nothing"


def test_what_cannot_be_an_anchor_is_refused(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", TEXT)
    for sent in (
        "nergens te vinden",
        "alinea alinea",
        "e",
        "{",
        "ffff:0-5",
        '{"start": 0, "end": 9999}',
    ):
        with pytest.raises(Invalid) as refused:
            comments.post(wiki, member, "a", "x", anchor=sent)
        assert refused.value.fields[0].field == "anchor"
    assert talk(wiki, "a").items == []


def test_an_anchor_on_an_older_revision(wiki: Wiki, page: Write, member: Actor) -> None:
    old = page("a", TEXT)
    start = anchors.source(wiki).plain(wiki.store.entry("a.md").blob).index("drie procent")
    page("a", "# Titel\n\nVooraf een nieuwe alinea die er eerst nog niet stond.\n" + TEXT[7:])
    comments.post(wiki, member, "a", "x", anchor=f"{old}:{start}-{start + 12}")
    assert marked(wiki) == ["drie procent"]
    assert passage(wiki).revision == old
    wrong = json.dumps({"revision": old, "start": 0, "end": 5, "quote": "nieuwe alinea"})
    comments.post(wiki, member, "a", "words that stand once are found again", anchor=wrong)
    assert marked(wiki) == ["drie procent", "nieuwe alinea"]


def test_an_edit_shows_both_and_removal_says_where(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", TEXT)
    comments.post(wiki, member, "a", "x", anchor="drie procent")
    page("a", TEXT.replace("drie", "vier"))
    edited = passage(wiki)
    assert edited.fate is Fate.EDITED
    assert marked(wiki) == ["vier procent"]
    assert [op.text for op in edited.ops] == ["drie", "vier", " procent"]
    removed = page("a", TEXT.replace(" Er is drie procent van de begroting.", ""))
    gone = passage(wiki)
    assert (gone.fate, gone.gone, gone.words) == (Fate.GONE, removed, "drie procent")
    assert gone.gone_at
    assert marked(wiki) == []
    page("a", "# Kop erbij\n" + TEXT)
    assert passage(wiki).fate is Fate.HERE
    assert marked(wiki) == ["drie procent"], "it came back"


def test_it_follows_the_page(wiki: Wiki, page: Write, member: Actor) -> None:
    page("a", TEXT)
    comments.post(wiki, member, "a", "x", anchor="besluit de raad")
    move(wiki, "a", "map/b")
    assert marked(wiki, "map/b") == ["besluit de raad"]
    page("map/b", None)
    page("map/b", TEXT)
    assert marked(wiki, "map/b") == ["besluit de raad"], "deleted and restored"
    page("a", TEXT)
    assert talk(wiki, "a").marks == [], "another page at the old path"


def test_hidden_text_is_not_shown_by_a_comment(
    wiki: Wiki, page: Write, member: Actor, moderator: Actor
) -> None:
    secret = page("a", TEXT)
    comments.post(wiki, member, "a", "x", anchor="Er is drie procent van de begroting.")
    page("a", TEXT.replace(" Er is drie procent van de begroting.", ""))
    with wiki.database.read() as connection:
        revision = history.revision(connection, history.identity(connection, "a"), secret)
    assert revision
    hiding.change(wiki, moderator, revision.page, revision, ["text"], "privé")
    assert passage(wiki).words == ""
    assert passage(wiki, actor=moderator).words
    with pytest.raises(Invalid):
        comments.post(
            wiki, member, "a", "x", anchor=json.dumps({"revision": secret, "start": 0, "end": 9})
        )


def test_what_takes_long_waits_for_the_worker(
    wiki: Wiki, page: Write, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", TEXT)
    comments.post(wiki, member, "a", "x", anchor="drie procent")
    monkeypatch.setattr(anchors, "MOST_AT_ONCE", 2)
    for number in range(6):
        page("a", TEXT + f"\n\nExtra alinea nummer {number}.\n")
    assert talk(wiki, "a").is_behind
    assert passage(wiki).fate is Fate.UNKNOWN
    while following.catch_up(anchors.source(wiki), 2):
        pass
    assert not talk(wiki, "a").is_behind
    assert marked(wiki) == ["drie procent"]


@pytest.mark.parametrize("is_old", [False, True])
def test_much_text_waits_for_the_worker(
    wiki: Wiki, page: Write, member: Actor, monkeypatch: pytest.MonkeyPatch, is_old: bool
) -> None:
    """Also where a comment is about an old revision, from which all later ones are followed."""
    first, words = page("a", TEXT), "drie procent"
    comments.post(wiki, member, "a", "x", anchor=words)
    start = anchors.source(wiki).plain(wiki.store.entry("a.md").blob).index(words)
    page("a", TEXT + "\n\nExtra alinea.\n")
    if is_old:
        assert marked(wiki) == [words]
        then = {"revision": first, "start": start, "end": start + len(words), "quote": words}
        comments.post(wiki, member, "a", "y", anchor=json.dumps(then))
    monkeypatch.setattr(anchors, "MOST_TEXT", len(TEXT) // 2)
    assert talk(wiki, "a").is_behind
    while following.catch_up(anchors.source(wiki), 2):
        pass
    assert not talk(wiki, "a").is_behind
    assert set(marked(wiki)) == {words}


def test_following_gives_the_same_as_from_nothing(wiki: Wiki, page: Write, member: Actor) -> None:
    """Whatever is written, renamed, deleted and pushed, and whoever looks in between."""
    chance = random.Random(7)
    made = [f"Zin {number} zegt iets over onderwerp {number % 7}." for number in range(40)]
    text = [chance.sample(made, 4) for _ in range(5)]

    def source() -> str:
        return "\n\n".join(" ".join(paragraph) for paragraph in text) + "\n"

    page("a", source())
    wiki.clock = lambda: started
    for step in range(40):
        started = comments_at(step)
        if step not in (11, 12):
            _change(text, made, chance)
        page("a", None) if step == 11 else page("a", source())
        if chance.random() < 0.6 and step != 11:
            words = chance.choice(chance.choice([p for p in text if p]))
            try:
                comments.post(wiki, member, "a", "x", anchor=words)
            except Invalid:
                continue
        if chance.random() < 0.4:
            talk(wiki, "a")
    with wiki.database.read() as connection:
        identity = history.identity(connection, "a")
    source_of = anchors.source(wiki)
    assert following.follow(source_of, identity)
    with wiki.database.read() as connection:
        followed = table.load(connection, identity)
    assert len(followed) > 8
    assert {bool(one.gone) for one in followed.values()} == {True, False}
    assert following.check(source_of) == []
    with wiki.database.project() as connection:
        table.forget(connection)
    assert following.follow(source_of, identity)
    with wiki.database.read() as connection:
        assert table.load(connection, identity) == followed
    follow.rebuild(wiki.store, wiki.database)
    assert following.follow(source_of, identity)
    with wiki.database.read() as connection:
        assert table.load(connection, identity) == followed


def comments_at(step: int) -> Any:
    from datetime import UTC, datetime, timedelta

    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=step)


def _change(text: list[list[str]], made: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(text))
    what = chance.choice(["insert", *4 * ["delete"], "move", "word", "word", "cut", "twin"])
    if what == "insert":
        text[at].insert(0, chance.choice(made))
    elif what == "delete" and len(text[at]) > 1:
        text[at].pop(chance.randrange(len(text[at])))
    elif what == "move":
        text.insert(chance.randrange(len(text)), text.pop(at))
    elif what == "word" and text[at]:
        number = chance.randrange(len(text[at]))
        text[at][number] = text[at][number].replace("iets", "niets")
    elif what == "cut" and len(text[at]) > 2:
        text.insert(at, text[at][:1])
        text[at + 1] = text[at + 1][1:]
    elif what == "twin":
        text.append(list(text[at]))


def test_threads_are_sorted_counted_and_dealt_with(
    wiki: Wiki, page: Write, member: Actor, editor: Actor
) -> None:
    page("a", TEXT)
    first = comments.post(wiki, member, "a", "Eerste").id
    comments.post(wiki, member, "a", "Tweede")
    comments.post(wiki, editor, "a", "Antwoord", parent=first)
    with wiki.database.read() as connection:
        identity = history.identity(connection, "a")
    newest = threads.show(wiki, ANONYMOUS, identity, "a", sort=threads.Sort.NEWEST)
    assert [item.comment.text for item in newest.items] == ["Tweede", "Eerste", "Antwoord"]
    assert [group.count for group in newest.groups] == [0, 1]
    comments.resolve(wiki, editor, first)
    group = talk(wiki, "a").groups[0]
    assert group.resolved
    assert group.resolved.username == "bram"
    assert group.resolved.revision == history_of(wiki, identity)
    comments.reopen(wiki, editor, first)
    assert talk(wiki, "a").groups[0].resolved is None


def history_of(wiki: Wiki, identity: str) -> str:
    with wiki.database.read() as connection:
        return history.of_page(connection, identity, limit=1)[0].commit


def test_former_texts_are_for_moderators(
    wiki: Wiki, page: Write, member: Actor, moderator: Actor
) -> None:
    page("a", TEXT)
    id = comments.post(wiki, member, "a", "Eerste tekst").id
    comments.edit(wiki, member, id, "Tweede tekst")
    _, versions = comments.former(wiki, moderator, id)
    assert [[op.text for op in one.ops] for one in versions] == [
        ["Eerste tekst"],
        ["Eerste", "Tweede", " tekst"],
    ]
    with pytest.raises(Exception, match="forbidden"):
        comments.former(wiki, member, id)
