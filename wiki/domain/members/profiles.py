"""Members about themselves: their work, a short text, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import category

from wiki.domain.content.normal import form
from wiki.domain.errors import Invalid

WORK_MOST = 120
ABOUT_MOST = 4_000
MARK_LENGTH = 32
"""Hexadecimal digits of a picture's mark."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A member's role or organisation, a short text in Markdown, and the mark of their picture."""

    work: str = ""
    about: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A member in the directory: who they are, and what they tell of their work."""

    uid: str
    username: str
    name: str
    work: str

    @property
    def called(self) -> str:
        """Their name, or their username if they told none."""
        return self.name or self.username


def asked_for(text: str) -> str:
    """The words that the directory is searched for: one line, not long."""
    return " ".join(text[: 2 * WORK_MOST].replace("\0", "").split())[:WORK_MOST]


def check_work(work: str) -> str:
    """A role or organisation on one line; raises Invalid (field `work`)."""
    work = " ".join(work.split())
    if len(work) <= 4 * WORK_MOST:
        work = form(work, "NFC")
    if len(work) > WORK_MOST:
        raise Invalid.field("work", "work_long", most=WORK_MOST)
    if any(category(char) in {"Cc", "Cf", "Cs", "Co"} for char in work):
        raise Invalid.field("work", "name_characters")
    return work


def check_about(about: str) -> str:
    """A short text with plain newlines; raises Invalid (field `about`)."""
    about = about.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if len(about) > ABOUT_MOST:
        raise Invalid.field("about", "about_long", most=ABOUT_MOST)
    return about
