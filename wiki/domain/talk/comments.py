"""Comments: a member's remark on a page, in a thread."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiki.domain.errors import Invalid, TooLarge

TEXT_MOST = 20_000
_LOOKED_AT = 4_000
"""Characters from which an excerpt is made."""
PAGE_SIZE = 100
"""Comments on one screen of a page's talk."""

DEEPEST = 6
"""Replies deeper than this stand beside the reply they answer."""

_LINK = re.compile(
    r"\[\[(?:[^\[\]|]{0,300}\|)?([^\[\]]{0,300})\]\]|!?\[([^\[\]]{0,300})\]\([^()]{0,1000}\)"
)
_MARKS = re.compile(
    r"^[^\S\n]*+(?:>|[-*+][^\S\n]++|#++[^\S\n]++)[^\S\n]*+(?:\[(?:[ xX]|![A-Za-z]{3,9})\])?"
    r"|^[^\S\n]*+(?:`{3}[^`\n]*+|\|[|: -]++)$|[*`]{1,3}|~~",
    re.MULTILINE,
)


class State(StrEnum):
    """Whether a comment's text is to be read."""

    LIVE = "live"
    DELETED = "deleted"
    HIDDEN = "hidden"
    HELD = "held"
    """Of a new member: a moderator looks at it first."""
    DECLINED = "declined"
    """It was held, and not let through."""


WITHHELD = frozenset({State.HELD, State.DECLINED})
"""Comments of which only their author and moderators may know."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The end of a thread: who marked it as dealt with, when, and the revision that did it."""

    by: int
    username: str
    name: str
    when: datetime
    revision: str

    @property
    def called(self) -> str:
        """Tell how that editor is called: the display name, else the username."""
        return self.name or self.username


@dataclass(frozen=True, slots=True)
class Version:
    """A text that a comment once had, and when it was written."""

    text: str
    written: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, with its author as they are called today.

    `path` and `revision` say where it was made and never change; so do `anchor` (the words it is
    about, or empty) and `start` and `end`, where they stood in that revision's plain text. `thread`
    is the id of the thread's first comment, `depth` its distance from there; `place` sorts a page's
    comments into threads, oldest first; `replies` counts the direct replies that are still shown.
    `resolved` is of a thread's first comment.
    """

    id: int
    path: str
    revision: str
    thread: int
    parent: int | None
    depth: int
    place: str
    author: int
    uid: str
    username: str
    name: str
    text: str
    anchor: str
    start: int | None
    end: int | None
    created: datetime
    edited: datetime | None
    state: State
    replies: int
    resolved: Resolved | None = None

    @property
    def called(self) -> str:
        """Tell how the author is called: the display name, else the username."""
        return self.name or self.username


@dataclass(frozen=True, slots=True)
class PlacedComment:
    """A comment and the page that it is on today: identity, path, and whether that page lives."""

    comment: Comment
    page: str
    path: str
    alive: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many comments a page's talk lists, and how many of those can be read."""

    listed: int
    live: int


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment, before it has a number; `nonce` marks one showing of the form, or is empty.

    `start` and `end` say where `anchor` stands in the plain text of `revision`; None without one.
    A `held` one waits for a moderator.
    """

    path: str
    revision: str
    author: int
    text: str
    created: datetime
    parent: int | None = None
    anchor: str = ""
    start: int | None = None
    end: int | None = None
    nonce: str = ""
    held: bool = False


def check_text(text: str) -> str:
    """A comment's text with plain newlines and no space around it.

    Raises Invalid (field `text`) if nothing is left, TooLarge above 20,000 characters.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if len(text) > TEXT_MOST:
        raise TooLarge("comment_long", most=TEXT_MOST)
    if not any(not unicodedata.category(char).startswith(("C", "Z")) for char in text):
        raise Invalid.field("text", "comment_empty")
    return text


def quoted(text: str) -> str:
    """A comment's text as the beginning of an answer to it, in Markdown."""
    return "".join(f"> {line}".rstrip() + "\n" for line in text.split("\n")) + "\n"


def place_of(parent_place: str, parent_depth: int, id: int) -> tuple[str, int]:
    """Where a reply sorts, and its depth: eight hexadecimal digits a level, below its parent."""
    if not parent_place:
        return f"{id:08x}", 0
    if parent_depth >= DEEPEST:
        return f"{parent_place[: 8 * DEEPEST]}{id:08x}", DEEPEST
    return f"{parent_place}{id:08x}", parent_depth + 1


def excerpt(text: str, most: int = 180) -> str:
    """The beginning of a comment in one line, without the marks of Markdown; ended at a word."""
    plain = _LINK.sub(r"\1\2", text[:_LOOKED_AT])
    plain = " ".join(_MARKS.sub("", plain).split())
    if len(plain) <= most:
        return plain
    return plain[:most].rsplit(" ", 1)[0] + "…"
