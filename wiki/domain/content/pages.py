"""A page, as the catalogue knows it and as a reader gets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of page."""

    PAGE = "page"
    QUESTION = "question"
    DIALOGUE = "dialogue"


STATUSES: dict[Kind, tuple[str, ...]] = {
    Kind.PAGE: (),
    Kind.QUESTION: ("open", "in dialogue", "answered", "parked"),
    Kind.DIALOGUE: ("announced", "held", "cancelled"),
}


@dataclass(frozen=True, slots=True)
class Participant:
    """A person named in a dialogue; `member` is a username if they have an account."""

    name: str
    role: str = ""
    member: str = ""
    organisation: str = ""

    @property
    def stands_for(self) -> str:
        """Role and organisation in one line."""
        return ", ".join(filter(None, (self.role, self.organisation)))


@dataclass(frozen=True, slots=True)
class Moment:
    """When a dialogue begins or ends: a whole day, or a minute (with or without an offset)."""

    written: str
    start: datetime
    is_day: bool


_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he iw ku nqo ps sd syr ug ur yi".split())


@dataclass(frozen=True, slots=True)
class Meta:
    """A page's front matter, checked; `problems` are codes of what is not right in it."""

    kind: Kind = Kind.PAGE
    title: str = ""
    status: str = ""
    tags: tuple[str, ...] = ()
    lang: str = ""
    redirect: str = ""
    date: Moment | None = None
    end: Moment | None = None
    location: str = ""
    perspective: str = ""
    central_question: str = ""
    participants: tuple[Participant, ...] = ()
    questions: tuple[str, ...] = ()
    recording: str = ""
    aliases: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """Tell how the text runs: `rtl` or `ltr` by its language, `auto` if it names none."""
        if not self.lang:
            return "auto"
        parts = self.lang.lower().replace("_", "-").split("-")
        return "rtl" if parts[0] in _RIGHT_TO_LEFT or "arab" in parts[1:] else "ltr"


@dataclass(frozen=True, slots=True)
class Summary:
    """One row of the catalogue: a page without its text.

    `page` is the page's identity; `revision` and `updated` are of its last change; `dialogues`
    and `comments` are counts, filled where a list shows them.
    """

    path: str
    page: str
    blob: str
    revision: str
    updated: datetime
    author: str
    meta: Meta
    title: str
    excerpt: str = ""
    dialogues: int = 0
    comments: int = 0
