"""The worker tells members of comments and changes: the right ones, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.fixtures.outside import Outside
from wiki.database.access import rules
from wiki.database.notices import notifications as rows
from wiki.domain.access.rights import Actor, Right, Role, Rule
from wiki.domain.notices.notifications import Choices, Kind
from wiki.domain.notices.watches import Scope
from wiki.engine import Wiki, open_wiki
from wiki.services.editing import renaming, saving, trash
from wiki.services.notices import fan_out, notifications, watches
from wiki.services.talk import comments
from wiki.settings import Settings

Person = Callable[..., Actor]


@pytest.fixture
def wiki(settings: Settings, database_url: str) -> Iterator[Wiki]:
    opened = open_wiki(replace(settings, database_url=database_url))
    yield opened
    opened.close()


@pytest.fixture
def anna(wiki: Wiki, person: Person) -> Actor:
    """She is told."""
    return person("anna")


@pytest.fixture
def bram(wiki: Wiki, person: Person) -> Actor:
    """He does things."""
    return person("bram", Role.MODERATOR)


def work(wiki: Wiki) -> None:
    while fan_out.catch_up(wiki):
        pass


def save(wiki: Wiki, actor: Actor, path: str, text: str) -> None:
    entry = wiki.store.entry(f"{path}.md")
    saving.save(wiki, actor, path, saving.Sent(text, entry.blob if entry else "", ""))


def told(wiki: Wiki, actor: Actor) -> list[tuple[str, str]]:
    """(kind, path) of what somebody was told and may see, the oldest first."""
    with wiki.database.read() as connection:
        found = rows.of_member(connection, actor.id or 0)
        items = notifications.seen(wiki, connection, actor, found)
    return [(item.notification.kind.value, item.path) for item in reversed(items)]


def test_a_mention_an_answer_and_a_watched_page(
    wiki: Wiki, anna: Actor, bram: Actor, person: Person, page: Any
) -> None:
    cor = person("cor")
    page("a", "# A\n")
    first = comments.post(wiki, anna, "a", "Wat denk jij, @cor? En @anna, @niemand?")
    comments.post(wiki, bram, "a", "Ik vind @Cor en @anna aardig.", parent=first.id)
    comments.post(wiki, cor, "a", "Dank.", parent=first.id)
    work(wiki)
    assert told(wiki, cor) == [("mention", "a"), ("mention", "a")]
    assert told(wiki, anna) == [("mention", "a"), ("reply", "a")]
    # He commented, so he watches.
    assert told(wiki, bram) == [("comment", "a")]
    work(wiki)
    assert len(told(wiki, cor)) == 2


def test_who_led_until_another_did_tells_nothing_twice(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", "# A\n")
    comments.post(wiki, bram, "a", "Dag @anna.")
    heard = fan_out._heard

    def overtaken(*asked: Any) -> Any:
        said = heard(*asked)
        monkeypatch.setattr(fan_out, "_heard", heard)
        work(wiki)
        return said

    monkeypatch.setattr(fan_out, "_heard", overtaken)
    work(wiki)
    assert told(wiki, anna) == [("mention", "a")]


def test_a_changed_comment_tells_only_whom_it_newly_mentions(
    wiki: Wiki, anna: Actor, bram: Actor, person: Person, page: Any
) -> None:
    cor = person("cor")
    page("a", "# A\n")
    work(wiki)
    watches.watch(wiki, cor, "a")
    spot = comments.post(wiki, bram, "a", "Dag @anna.")
    work(wiki)
    comments.edit(wiki, bram, spot.id, "Dag @anna en @cor.")
    work(wiki)
    assert told(wiki, anna) == [("mention", "a")]
    assert told(wiki, cor) == [("comment", "a"), ("mention", "a")]


def test_who_may_not_read_is_not_told(wiki: Wiki, anna: Actor, bram: Actor, page: Any) -> None:
    page("geheim/a", "# A\n")
    work(wiki)
    watches.watch(wiki, anna, "geheim/a")
    comments.post(wiki, bram, "geheim/a", "Dag @anna.")
    work(wiki)
    assert told(wiki, anna) == [("mention", "geheim/a")]
    with wiki.database.write() as connection:
        rules.put(connection, Rule("geheim", Right.READ, Role.MODERATOR))
    comments.post(wiki, bram, "geheim/a", "Nog eens: @anna.")
    save(wiki, bram, "geheim/a", "# A\n\nMeer.\n")
    work(wiki)
    assert told(wiki, anna) == []
    with wiki.database.read() as connection:
        assert len(rows.of_member(connection, anna.id or 0)) == 1
    listed = notifications.listing(wiki, anna)
    assert not listed.days
    assert not notifications.listing(wiki, anna, unread=True).any_unread


def test_changes_of_a_watched_page_are_folded(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("a", "# A\n")
    work(wiki)
    watches.watch(wiki, anna, "a")
    for number in range(3):
        save(wiki, bram, "a", f"# A\n\n{number}\n")
    work(wiki)
    save(wiki, bram, "a", "# A\n\nEn nog wat.\n")
    save(wiki, anna, "a", "# A\n\nEn nog wat van mij.\n")
    work(wiki)
    with wiki.database.read() as connection:
        (only,) = rows.of_member(connection, anna.id or 0)
    assert (only.kind, only.values["count"], only.actor) == (Kind.CHANGE, "4", bram.id)
    assert told(wiki, bram) == [("change", "a")], "he wrote on it, so he watches"


def test_a_watch_follows_its_page(wiki: Wiki, anna: Actor, bram: Actor, page: Any) -> None:
    page("oud", "# Oud\n")
    page("ander", "# Ander\n\n[[oud]]\n")
    work(wiki)
    watches.watch(wiki, anna, "oud")
    watches.watch(wiki, anna, "ander")
    renaming.rename(wiki, bram, "oud", "map/nieuw")
    work(wiki)
    assert told(wiki, anna) == [("change", "map/nieuw")], "a repaired link is no news"
    notifications.look_at(wiki, anna, "map/nieuw")
    save(wiki, bram, "map/nieuw", "# Nieuw\n")
    trash.delete(wiki, bram, "map/nieuw", "weg")
    work(wiki)
    assert told(wiki, anna)[1:] == [("change", "map/nieuw")]
    (entry, _) = watches.listing(wiki, anna).pages
    assert watches.watched(wiki, anna.id or 0).pages == {"ander"}
    assert entry.path == "ander"


def test_a_question_with_its_dialogues_and_a_folder(
    wiki: Wiki, anna: Actor, bram: Actor, person: Person, page: Any
) -> None:
    cor = person("cor")
    page("vragen/v", "---\nkind: question\n---\n# V\n")
    work(wiki)
    assert watches.watch(wiki, anna, "vragen/v") is Scope.QUESTION
    page("gesprekken/x", "# X\n")
    work(wiki)
    watches.watch(wiki, cor, "gesprekken", "folder")
    text = "---\nkind: dialogue\ntitle: G\nstatus: held\ndate: 2020-01-02\n"
    text += "questions: [vragen/v]\n---\n# G\n"
    save(wiki, bram, "gesprekken/g", text)
    comments.post(wiki, bram, "gesprekken/g", "Mooi.")
    work(wiki)
    both = [("change", "gesprekken/g"), ("comment", "gesprekken/g")]
    assert told(wiki, anna) == both
    assert told(wiki, cor) == both
    watches.unwatch(wiki, anna, "gesprekken/g")
    comments.post(wiki, bram, "gesprekken/g", "Nog mooier.")
    comments.post(wiki, bram, "vragen/v", "En de vraag.")
    work(wiki)
    assert told(wiki, anna)[2:] == [("comment", "vragen/v")]
    assert len(told(wiki, cor)) == 3


def test_what_one_writes_is_watched_unless_one_says_no(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    page("a", "# A\n")
    page("b", "# B\n")
    work(wiki)
    assert notifications.choices(wiki, anna) == Choices()
    notifications.choose(wiki, bram, replace(Choices(), watch_written=False))
    for who in (anna, bram):
        save(wiki, who, "a", f"# A\n\n{who.username}\n")
        comments.post(wiki, who, "b", "Dag")
    work(wiki)
    assert watches.watched(wiki, anna.id or 0).pages == {"a", "b"}
    assert watches.watched(wiki, bram.id or 0).pages == {"b"}
    watches.unwatch(wiki, anna, "a")
    save(wiki, anna, "a", "# A\n\nWeer ik.\n")
    work(wiki)
    assert watches.watched(wiki, anna.id or 0).pages == {"b"}, "she said no once"


def test_a_push_from_outside_tells_too_whatever_its_date(wiki: Wiki, anna: Actor) -> None:
    outside = Outside(wiki.settings.data / "pages" / ".git", "main")
    first = outside.commit({"a.md": "# A\n", "b.md": "# B\n"}, [], 1_000_000_000)
    outside.push(first)
    wiki.follow()
    work(wiki)
    watches.watch(wiki, anna, "a")
    second = outside.commit({"a.md": "# A\n\nx\n", "b.md": "# C\n"}, [first], 1_000_000_100)
    outside.push(second)
    work(wiki)
    with wiki.database.read() as connection:
        (only,) = rows.of_member(connection, anna.id or 0)
        (item,) = notifications.seen(wiki, connection, anna, [only])
    assert (item.who, item.path) == ("Outsider, via git", "a")
    assert item.url == f"/diff/a?from={first}&to={second}"


def test_a_rebuild_and_a_new_history_tell_nothing_anew(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any
) -> None:
    from wiki.projections import follow

    page("a", "# A\n")
    work(wiki)
    watches.watch(wiki, anna, "a")
    save(wiki, bram, "a", "# A\n\nEen.\n")
    work(wiki)
    assert len(told(wiki, anna)) == 1
    follow.rebuild(wiki.store, wiki.database, wiki.meant)
    work(wiki)
    assert len(told(wiki, anna)) == 1


def test_a_worker_that_dies_tells_once(
    wiki: Wiki, anna: Actor, bram: Actor, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", "# A\n")
    work(wiki)
    watches.watch(wiki, anna, "a")
    comments.post(wiki, bram, "a", "Dag.")
    save(wiki, bram, "a", "# A\n\nEen.\n")
    kept = rows.add

    def die(*_: Any) -> None:
        kept(*_)
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "add", die)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fan_out.catch_up(wiki)
        assert told(wiki, anna) == []
    monkeypatch.setattr(rows, "add", kept)
    work(wiki)
    assert told(wiki, anna) == [("change", "a"), ("comment", "a")]
