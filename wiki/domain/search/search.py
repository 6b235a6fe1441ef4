"""Searching: what is found, what may be found by whom, and the interface of a search engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Protocol

from wiki.domain.access.rights import Actor, Right, Rights
from wiki.domain.content.conventions import Dialogues, mark
from wiki.domain.content.paths import person_slug
from wiki.domain.search.query import Notice, Query

PERSON_FOLDER = "people"
HIDDEN_FOLDER = "\0"
"""Stands before the path of what moderators hid: no page's path begins so."""


@dataclass(frozen=True, slots=True)
class Site:
    """The language of what does not show its own, the time zone of its days and years.

    And which pages are dialogues by their path.
    """

    language: str = "nl"
    zone: tzinfo = UTC
    dialogues: Dialogues = field(default_factory=Dialogues)

    @property
    def mark(self) -> int:
        """A number that differs for another site: what an index says follows from it."""
        return mark(self.language, str(self.zone), self.dialogues.written)


class Found(StrEnum):
    """The kinds of hit."""

    PAGE = "page"
    QUESTION = "question"
    DIALOGUE = "dialogue"
    TURN = "turn"
    COMMENT = "comment"
    PERSON = "person"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Scope:
    """The reach of one actor: `everywhere` unless a rule says otherwise, the longest wins.

    Equal for all actors who may read the same: a key for caches.
    """

    everywhere: bool = True
    rules: tuple[tuple[str, bool], ...] = ()

    def holds(self, path: str) -> bool:
        """Whether the page may be found."""
        allowed = self.everywhere
        for prefix, may in self.rules:
            if not prefix or path == prefix or path.startswith(prefix + "/"):
                allowed = may
        return allowed

    @property
    def is_whole(self) -> bool:
        """Whether everything may be found."""
        return self.everywhere and all(may for _, may in self.rules)


def scope_of(rights: Rights, actor: Actor) -> Scope:
    """Give the actor's scope: only what they may read. Rules go from short to long prefixes."""
    prefixes = {rule.prefix.rstrip("/") for rule in rights.rules if rule.right is Right.READ}
    ordered = sorted(prefixes, key=lambda prefix: (len(prefix), prefix))
    rules = ((prefix, rights.may(actor, Right.READ, prefix)) for prefix in ordered)
    return Scope(rights.may(actor, Right.READ), tuple(rules))


def past_scope_of(rights: Rights, actor: Actor) -> Scope:
    """Give the actor's scope in what is gone: what moderators hid only where they are one."""
    scope = scope_of(rights, actor)
    decisive = (rule.prefix.rstrip("/") for rule in rights.rules if rule.right in _OF_HIDDEN)
    prefixes = sorted({"", *decisive}, key=lambda prefix: (len(prefix), prefix))
    hidden = (
        (
            f"{HIDDEN_FOLDER}/{prefix}".rstrip("/"),
            actor.is_member and all(rights.may(actor, right, prefix) for right in _OF_HIDDEN),
        )
        for prefix in prefixes
    )
    return Scope(scope.everywhere, (*scope.rules, *hidden))


_OF_HIDDEN = (Right.READ, Right.MODERATE)


def person_path(scope: Scope, path: str, name: str) -> str:
    """Where somebody's page is: a member's is for who may read the site, else their dialogues."""
    return path if scope.holds("") else f"{PERSON_FOLDER}/{person_slug(name)}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a snippet; `marked` if it is what was asked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """A few words around what was asked for; not at the text's start, not at its end."""

    pieces: tuple[Piece, ...]
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found.

    `path` is the page (a person: `people/<slug>`, a file: its own), `number` the turn's number or
    comment's id, `when` the dialogue's date, the comment's time, else the last change; `title` is
    the page's (a file: its name) and `page` its identity. Of deleted text `revision` is the one
    that took it, `number` its step, and `hidden` changes with what was hidden of the page's past
    when they were indexed.
    """

    kind: Found
    path: str
    title: tuple[Piece, ...]
    number: int = 0
    revision: str = ""
    page: str = ""
    hidden: str = ""
    person: str = ""
    when: datetime | None = None
    is_day: bool = False
    status: str = ""
    tags: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    snippets: tuple[Snippet, ...] = ()

    @property
    def name(self) -> str:
        """The title without marks."""
        return "".join(piece.text for piece in self.title)


Facets = Mapping[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a search.

    `kinds` counts each kind as if no kind had been asked for; `facets` (`year`, `tag`, `person`,
    `question`, `status`) counts values within what was found. `partial`: too little had all the
    words, so what has some of them is there too. `corrected` is a query that would find more.
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    kinds: Mapping[Found, int] = field(default_factory=dict)
    facets: Facets = field(default_factory=dict)
    partial: bool = False
    corrected: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """Something to go to, offered while typing: a page by its path, a tag by its name."""

    kind: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search engine is: the last revision and the last change in SQL it knows of."""

    revision: str = ""
    change: int = 0


class NotReady(Exception):
    """The search engine has nothing to search in yet; it is being built."""


class Search(Protocol):
    """A search engine: Whoosh today; every call is safe between threads."""

    def search(self, query: Query, scope: Scope, offset: int = 0, limit: int = 20) -> Results:
        """Find what the query asks for within the scope, from `offset` on; raises NotReady."""

    def complete(self, text: str, scope: Scope, limit: int = 8) -> list[Completion]:
        """Complete the last word of `text` to names that have such a word; raises NotReady."""

    def marks(self, query: Query, scope: Scope) -> frozenset[int]:
        """A mark of everything that has all the query asks for; raises NotReady.

        A thing keeps its mark when its page is renamed or its text changes.
        """

    @property
    def progress(self) -> Progress:
        """Tell how far the engine is; an empty one if it is not ready."""
