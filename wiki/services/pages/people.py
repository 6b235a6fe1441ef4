"""People: who is named in dialogues, and what they took part in."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.database.members import members
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import Summary
from wiki.domain.content.paths import person_slug
from wiki.domain.content.text import decode
from wiki.domain.errors import NotFound
from wiki.domain.pages.catalogue import Person
from wiki.domain.pages.turns import turns
from wiki.engine import Wiki
from wiki.services.access import sight

PAGE = 100
DIALOGUES = 20
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A page of people by name; `has_more` says whether it goes on."""

    people: list[Person]
    number: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Appearance:
    """A dialogue that names somebody, and how many turns in it are theirs."""

    dialogue: Summary
    turns: int


@dataclass(frozen=True, slots=True)
class Profile:
    """A person and a page of their dialogues, the latest first.

    `username` is that of their account, empty if they have none.
    """

    person: Person
    username: str
    appearances: list[Appearance]
    number: int
    has_more: bool


def listing(wiki: Wiki, actor: Actor, number: int = 1) -> PeopleList:
    """Page `number` (from 1) of everybody named in dialogues that the actor may read."""
    wiki.rights.require(actor, Right.READ)
    number = min(max(1, number), LAST_PAGE)
    with wiki.database.read() as connection:
        names = catalogue.people(
            connection, PAGE + 1, (number - 1) * PAGE, sight=sight.of(wiki, actor)
        )
    return PeopleList(names[:PAGE], number, len(names) > PAGE)


def profile(wiki: Wiki, actor: Actor, key: str, number: int = 1) -> Profile:
    """A person by the slug of their name, with page `number` (from 1) of their dialogues.

    Raises NotFound if no dialogue that the actor may read names them.
    """
    wiki.rights.require(actor, Right.READ)
    number = min(max(1, number), LAST_PAGE)
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        person = catalogue.person(connection, key, sight=seen)
        if person is None:
            raise NotFound("person_missing")
        dialogues = catalogue.dialogues_with(
            connection, key, DIALOGUES + 1, (number - 1) * DIALOGUES, sight=seen
        )
        member = members.by_username(connection, person.member) if person.member else None
    appearances = [_appearance(wiki, dialogue, key) for dialogue in dialogues[:DIALOGUES]]
    username = member.username if member else ""
    return Profile(person, username, appearances, number, len(dialogues) > DIALOGUES)


def _appearance(wiki: Wiki, dialogue: Summary, key: str) -> Appearance:
    text = decode(wiki.store.blob(dialogue.blob)).text
    names = [participant.name for participant in dialogue.meta.participants]
    spoken = sum(person_slug(turn.speaker) == key for turn in turns(text, names))
    return Appearance(dialogue, spoken)
