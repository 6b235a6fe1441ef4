"""Notifications: what members are told of, and what they get as mail of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Group(StrEnum):
    """Kinds that a member chooses mail for together."""

    DIRECT = "direct"
    WATCHED = "watched"
    OWN = "own"
    DUTY = "duty"


class Kind(StrEnum):
    """What a notification tells."""

    MENTION = "mention"
    REPLY = "reply"
    QUOTED = "quoted"
    RESOLVED = "resolved"
    COMMENT = "comment"
    CHANGE = "change"
    SAVED_SEARCH = "saved_search"
    REPORT = "report"
    COMMENT_HELD = "comment_held"
    COMMENT_APPROVED = "comment_approved"
    COMMENT_HIDDEN = "comment_hidden"
    WARNED = "warned"
    SUGGESTION = "suggestion"
    SUGGESTION_ACCEPTED = "suggestion_accepted"
    SUGGESTION_AMENDED = "suggestion_amended"
    SUGGESTION_DECLINED = "suggestion_declined"

    @property
    def group(self) -> Group:
        """The kinds that it goes with in a member's choices."""
        return _GROUPS[self]


_GROUPS: Mapping[Kind, Group] = {
    Kind.MENTION: Group.DIRECT,
    Kind.REPLY: Group.DIRECT,
    Kind.QUOTED: Group.DIRECT,
    Kind.RESOLVED: Group.WATCHED,
    Kind.COMMENT: Group.WATCHED,
    Kind.CHANGE: Group.WATCHED,
    Kind.SAVED_SEARCH: Group.WATCHED,
    Kind.REPORT: Group.DUTY,
    Kind.COMMENT_HELD: Group.DUTY,
    Kind.SUGGESTION: Group.DUTY,
    Kind.COMMENT_APPROVED: Group.OWN,
    Kind.COMMENT_HIDDEN: Group.OWN,
    Kind.WARNED: Group.OWN,
    Kind.SUGGESTION_ACCEPTED: Group.OWN,
    Kind.SUGGESTION_AMENDED: Group.OWN,
    Kind.SUGGESTION_DECLINED: Group.OWN,
}


@dataclass(frozen=True, slots=True)
class NewNotification:
    """What a notification is made of, for each of its members alike.

    `path` and `revision` say where the page was, which page that is today is looked up; both are
    empty where it is about no page. `actor` is who did it, None for the wiki and for outsiders.
    """

    kind: Kind
    created: datetime
    path: str = ""
    revision: str = ""
    comment: int | None = None
    actor: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    """One member's notification; `read` is when they saw it, None if they did not yet."""

    id: int
    member: int
    kind: Kind
    path: str
    revision: str
    comment: int | None
    actor: int | None
    values: Mapping[str, str]
    created: datetime
    read: datetime | None
