"""Suggestions: sent, seen by few, accepted, amended, declined; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.fixtures.access import set_rule
from wiki.database.history import history as rows
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor, Role
from wiki.domain.content.pages import Kind
from wiki.domain.editing.suggestions import State
from wiki.domain.errors import Conflict, Forbidden, Invalid, LoginRequired, NotFound
from wiki.domain.history.revisions import Event, Revision
from wiki.engine import Wiki, open_wiki
from wiki.services.editing import creating, renaming, saving, suggestions, trash
from wiki.services.editing.saving import Sent
from wiki.services.members import members
from wiki.settings import Settings

TEXT = "# Plan\n\nEerste zin.\n\nTweede zin.\n\nDerde zin.\n"
MINE = TEXT.replace("Tweede zin", "Tweede, betere zin")
Page = Callable[..., str]


@pytest.fixture
def wiki(settings: Settings, database_url: str) -> Iterator[Wiki]:
    opened = open_wiki(replace(settings, database_url=database_url, newcomers_suggest=True))
    yield opened
    opened.close()


@pytest.fixture
def blob(wiki: Wiki, page: Page) -> str:
    page("plan", TEXT)
    return blob_of(wiki)


def blob_of(wiki: Wiki, path: str = "plan") -> str:
    found = wiki.store.entry(f"{path}.md")
    assert found
    return str(found.blob)


def text_of(wiki: Wiki, path: str = "plan") -> str:
    return wiki.store.blob(blob_of(wiki, path)).decode()


def newest(wiki: Wiki, path: str = "plan") -> Revision:
    with wiki.database.read() as connection:
        return rows.of_page(connection, rows.identity(connection, path), limit=1)[0]


def suggest(wiki: Wiki, member: Actor, blob: str, text: str = MINE) -> int:
    id = suggestions.suggest(wiki, member, "plan", Sent(text, blob, "beter zo"))
    assert id
    return id


def test_it_waits_and_is_accepted_under_two_names(
    wiki: Wiki, member: Actor, editor: Actor, blob: str
) -> None:
    id = suggest(wiki, member, blob)
    assert text_of(wiki) == TEXT, "nothing is published"
    assert suggest(wiki, member, blob) == id, "sent twice is one"
    assert suggestions.waiting(wiki, editor) == 1
    assert suggestions.waiting(wiki, member) == 0
    saved = suggestions.accept(wiki, editor, id)
    assert text_of(wiki) == MINE
    found = newest(wiki)
    assert found.commit == saved.revision
    assert found.event is Event.SUGGESTION
    assert found.author.uid == member.uid
    assert found.message == "beter zo"
    assert found.accepter
    assert found.accepter.name == "bram"
    commit = wiki.store.get(saved.revision)
    assert commit
    assert commit.committer.uid == editor.uid
    after = suggestions.get(wiki, member, id)
    assert after.state is State.ACCEPTED
    assert after.became == saved.revision
    assert suggestions.waiting(wiki, editor) == 0
    with pytest.raises(Conflict, match="suggestion_decided"):
        suggestions.accept(wiki, editor, id)


def test_unchanged_text_is_no_suggestion(wiki: Wiki, member: Actor, blob: str) -> None:
    assert suggestions.suggest(wiki, member, "plan", Sent(TEXT, blob)) is None


def test_it_is_merged_with_the_page_of_today(
    wiki: Wiki, member: Actor, editor: Actor, blob: str, page: Page
) -> None:
    id = suggest(wiki, member, blob)
    page("plan", TEXT.replace("Eerste zin", "Een andere eerste zin"))
    seen = suggestions.look(wiki, editor, id)
    assert seen.moved_on
    assert seen.clean
    assert "Een andere eerste" in seen.after
    suggestions.accept(wiki, editor, id)
    assert "Een andere eerste zin" in text_of(wiki)
    assert "Tweede, betere zin" in text_of(wiki)


def test_where_both_changed_the_same_an_editor_chooses(
    wiki: Wiki, member: Actor, editor: Actor, blob: str, page: Page
) -> None:
    from wiki.domain.editing.merge import Choice, Take

    id = suggest(wiki, member, blob)
    page("plan", TEXT.replace("Tweede zin", "Heel iets anders"))
    assert not suggestions.look(wiki, editor, id).clean
    with pytest.raises(saving.Conflicted) as found:
        suggestions.accept(wiki, editor, id)
    error = found.value
    choices = {number: Choice(Take.MINE) for number in error.merged.conflicts}
    sent = Sent(error.mine, error.theirs, ancestor=error.base, choices=choices)
    suggestions.amend(wiki, editor, id, sent)
    assert text_of(wiki) == MINE
    assert newest(wiki).author.uid == member.uid


def test_an_editor_amends_and_the_writer_stays_the_author(
    wiki: Wiki, member: Actor, editor: Actor, blob: str
) -> None:
    id = suggest(wiki, member, blob)
    shown = suggestions.open_editor(wiki, editor, id)
    assert shown.publishes
    assert shown.text == MINE
    assert shown.base == blob
    sent = Sent(MINE.replace("Derde", "Laatste"), shown.base, shown.summary)
    suggestions.amend(wiki, editor, id, sent)
    assert "Laatste zin" in text_of(wiki)
    assert newest(wiki).author.uid == member.uid
    assert suggestions.get(wiki, member, id).amended


def test_declined_with_a_word_and_sent_again(
    wiki: Wiki, member: Actor, editor: Actor, blob: str
) -> None:
    id = suggest(wiki, member, blob)
    with pytest.raises(Invalid):
        suggestions.decline(wiki, editor, id, " ")
    suggestions.decline(wiki, editor, id, "Noem je bron.")
    found = suggestions.get(wiki, member, id)
    assert (found.state, found.word, found.decider) == (State.DECLINED, "Noem je bron.", "bram")
    shown = suggestions.open_editor(wiki, member, id)
    assert shown.text == MINE
    assert not shown.publishes
    suggestions.change(wiki, member, id, Sent(MINE + "\nBron: CBS.\n", shown.base))
    assert suggestions.get(wiki, editor, id).is_open
    suggestions.accept(wiki, editor, id)
    assert "Bron: CBS." in text_of(wiki)
    with pytest.raises(Conflict):
        suggestions.change(wiki, member, id, Sent(TEXT, shown.base))


def test_taken_back_by_its_writer_only(wiki: Wiki, member: Actor, editor: Actor, blob: str) -> None:
    id = suggest(wiki, member, blob)
    with pytest.raises(NotFound):
        suggestions.withdraw(wiki, editor, id)
    suggestions.withdraw(wiki, member, id)
    with pytest.raises(Conflict, match="suggestion_decided"):
        suggestions.accept(wiki, editor, id)


def test_it_follows_a_renamed_page(
    wiki: Wiki, member: Actor, editor: Actor, blob: str, page: Page
) -> None:
    id = suggest(wiki, member, blob)
    renaming.rename(wiki, editor, "plan", "elders/plan")
    page("elders/plan", TEXT.replace("Derde", "Laatste"))
    found = suggestions.get(wiki, member, id)
    assert found.path == "elders/plan"
    assert suggestions.accept(wiki, editor, id).path == "elders/plan"
    text = text_of(wiki, "elders/plan")
    assert "Tweede, betere" in text
    assert "Laatste zin" in text


def test_of_a_deleted_page_nothing_is_lost(
    wiki: Wiki, member: Actor, editor: Actor, blob: str
) -> None:
    id = suggest(wiki, member, blob)
    gone = trash.delete(wiki, SYSTEM, "plan").revision
    assert not suggestions.get(wiki, member, id).alive
    with pytest.raises(saving.Deleted):
        suggestions.accept(wiki, editor, id)
    assert suggestions.look(wiki, editor, id).suggestion.text == MINE
    trash.restore(wiki, SYSTEM, "plan", gone)
    suggestions.accept(wiki, editor, id)
    assert text_of(wiki) == MINE


def test_a_new_page_waits_and_gets_a_number_where_its_path_was_taken(
    wiki: Wiki, member: Actor, editor: Actor, page: Page
) -> None:
    new = creating.New(Kind.QUESTION, "", "Waarom?\n", {"title": "Mag het zo"}, "een vraag")
    id = suggestions.suggest_new(wiki, member, new)
    assert suggestions.get(wiki, member, id).path == "vragen/mag-het-zo"
    page("vragen/mag-het-zo", "# Iemand was eerder\n")
    assert suggestions.look(wiki, editor, id).is_taken
    saved = suggestions.accept(wiki, editor, id)
    assert saved.path == "vragen/mag-het-zo-2"
    assert newest(wiki, saved.path).author.uid == member.uid
    assert suggestions.get(wiki, member, id).path == saved.path


def test_who_sees_it(
    wiki: Wiki, member: Actor, editor: Actor, admin: Actor, person: Any, blob: str
) -> None:
    id, other = suggest(wiki, member, blob), person("cas")
    for nobody in (other, ANONYMOUS):
        with pytest.raises((NotFound, LoginRequired)):
            suggestions.get(wiki, nobody, id)
    with pytest.raises(LoginRequired):
        suggestions.suggest(wiki, ANONYMOUS, "plan", Sent(MINE, blob))
    listed = [suggestions.listing(wiki, who) for who in (member, editor, other)]
    assert [len(found.items) for found in listed] == [1, 1, 0]
    assert [found.reviews for found in listed] == [False, True, False]
    set_rule(wiki, admin, prefix="plan", right="read", role="admin", usernames="cas")
    assert [len(suggestions.listing(wiki, who).items) for who in (member, editor)] == [0, 0]
    assert suggestions.waiting(wiki, editor) == 0
    assert suggestions.waiting(wiki, admin) == 1
    for outside in (member, editor, other):
        with pytest.raises(NotFound):
            suggestions.get(wiki, outside, id)


def test_who_decides(wiki: Wiki, member: Actor, admin: Actor, person: Any, blob: str) -> None:
    """A rule that lets somebody edit a folder does not make them decide there; two together do."""
    id, other = suggest(wiki, member, blob), person("cas")
    set_rule(wiki, admin, prefix="plan", right="edit", role="editor", usernames="cas")
    with pytest.raises(NotFound):
        suggestions.accept(wiki, other, id)
    set_rule(wiki, admin, prefix="plan", right="review", role="editor", usernames="cas")
    assert suggestions.listing(wiki, other).reviews
    suggestions.accept(wiki, other, id)


def test_the_base_must_be_of_this_page(wiki: Wiki, member: Actor, page: Page, blob: str) -> None:
    page("ander", "# Geheim\n")
    with pytest.raises(Invalid, match="base_unknown"):
        suggestions.suggest(wiki, member, "plan", Sent(MINE, blob_of(wiki, "ander")))


def test_without_the_right_there_is_none(
    wiki: Wiki, member: Actor, admin: Actor, blob: str
) -> None:
    set_rule(wiki, admin, prefix="plan", right="suggest", role="editor")
    with pytest.raises(Forbidden):
        suggestions.suggest(wiki, member, "plan", Sent(MINE, blob))


def test_those_who_decide_and_then_the_writer_are_told(
    wiki: Wiki, member: Actor, editor: Actor, moderator: Actor, blob: str
) -> None:
    from wiki.database.notices import notifications

    def told(who: Actor) -> list[str]:
        with wiki.database.read() as connection:
            found = connection.execute(
                notifications.notifications.select().order_by(notifications.notifications.c.id)
            )
            return [row.kind for row in found if row.member == who.id]

    id = suggest(wiki, member, blob)
    assert told(editor) == told(moderator) == ["suggestion"]
    assert told(member) == []
    suggestions.decline(wiki, editor, id, "Nog niet.")
    suggestions.change(wiki, member, id, Sent(MINE, blob))
    suggestions.accept(wiki, editor, id)
    assert told(member) == ["suggestion_declined", "suggestion_accepted"]
    assert told(editor) == ["suggestion", "suggestion"]


def test_the_role_of_editor_ends_being_a_newcomer(wiki: Wiki, member: Actor, blob: str) -> None:
    with pytest.raises(Forbidden):
        saving.save(wiki, member, "plan", Sent(MINE, blob))
    members.set_role(wiki, SYSTEM, "anna", "editor")
    promoted = members.get(wiki, SYSTEM, "anna").actor
    assert promoted.role is Role.EDITOR
    assert saving.save(wiki, promoted, "plan", Sent(MINE, blob)).changed


def test_a_long_queue_goes_on(wiki: Wiki, member: Actor, editor: Actor, blob: str) -> None:
    ids = [suggest(wiki, member, blob, f"{MINE}\nNog {n}.\n") for n in range(31)]
    first = suggestions.listing(wiki, editor)
    rest = suggestions.listing(wiki, editor, before=first.more)
    assert [item.suggestion.id for item in (*first.items, *rest.items)] == ids[::-1]
    assert len(first.items) == suggestions.PAGE
    assert rest.more == 0
