"""Reports: what anybody tells the moderators about, and what they can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiki.domain.errors import Invalid

REASON_MOST = 2000
ADDRESS_MOST = 1000


class Noun(StrEnum):
    """The things that a report can be about; the site itself where it is nothing more precise."""

    COMMENT = "comment"
    PAGE = "page"
    MEMBER = "member"
    SITE = "site"


class Act(StrEnum):
    """The acts with which a moderator can answer a report."""

    HIDE = "hide"
    SHOW = "show"
    WARN = "warn"
    SUSPEND = "suspend"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing that is reported: a comment, a page at (path, revision), a member, or the site.

    `path` is empty but for pages.
    """

    noun: Noun
    comment: int | None = None
    member: int | None = None
    path: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """All that was reported about one subject until a moderator handled it.

    `handled` is None while it is open; `handler` is a username; `acts` are those taken, `reason`
    the moderator's, `answer` what those who reported it are told; `number` counts the reports.
    """

    id: int
    subject: Subject
    opened: datetime
    handled: datetime | None
    handler: str
    acts: tuple[Act, ...]
    reason: str
    answer: str
    number: int


@dataclass(frozen=True, slots=True)
class Report:
    """One report; `username`, `called` and `email` are empty where nobody left any."""

    id: int
    reporter: int | None
    username: str
    called: str
    email: str
    reason: str
    address: str
    created: datetime


def check_reason(reason: str) -> str:
    """A reason with plain newlines and no space around it; raises Invalid (field `reason`)."""
    reason = reason.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if not reason or not any(char.isprintable() and not char.isspace() for char in reason):
        raise Invalid.field("reason", "reason_missing")
    if len(reason) > REASON_MOST:
        raise Invalid.field("reason", "reason_long", most=REASON_MOST)
    return reason
