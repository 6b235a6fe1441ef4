"""Suggestions: what somebody wrote who may not publish it, until an editor decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiki.domain.errors import Invalid, TooLarge

WORD_MOST = 2_000
"""Characters of what an editor says when declining."""


class State(StrEnum):
    """The states of a suggestion."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class NewSuggestion:
    """A suggestion, before it has a number.

    `path` and `revision` say where the page was and never change, until a new page is made of it;
    `revision` and `base`, the blob that the writer began with, are empty for a new page.
    """

    path: str
    revision: str
    base: str
    author: int
    text: str
    summary: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion, with its author as they are called today and where its page is now.

    `page` is empty for a page that is not there yet; `alive` is false where it was deleted. `word`
    is what the editor said, `became` the revision it was accepted as, `amended` whether with
    changes by that editor.
    """

    id: int
    page: str
    path: str
    alive: bool
    base: str
    author: int
    uid: str
    username: str
    name: str
    text: str
    summary: str
    state: State
    created: datetime
    changed: datetime
    decided: datetime | None
    decider: str
    word: str
    became: str
    amended: bool

    @property
    def called(self) -> str:
        """Tell how its author is called: the display name, else the username."""
        return self.name or self.username

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state is State.OPEN

    @property
    def is_new(self) -> bool:
        """Whether it is about a page that was not there."""
        return not self.base


def check_word(text: str) -> str:
    """Return what an editor says to the writer; raises Invalid, TooLarge (field `reason`)."""
    text = text.strip()
    if not text:
        raise Invalid.field("reason", "word_missing")
    if len(text) > WORD_MOST:
        raise TooLarge("word_long", most=WORD_MOST)
    return text
