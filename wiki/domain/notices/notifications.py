"""Notifications: what members are told of, and what they get as mail of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

DIGEST_AT = time(7)
"""When digests go out, by the clock of who gets them; the weekly ones on Monday."""


class Group(StrEnum):
    """Kinds that a member chooses mail for together."""

    DIRECT = "direct"
    WATCHED = "watched"
    OWN = "own"
    DUTY = "duty"


class Pace(StrEnum):
    """When a member wants mail."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class Kind(StrEnum):
    """The kinds of notification."""

    MENTION = "mention"
    REPLY = "reply"
    RESOLVED = "resolved"
    COMMENT = "comment"
    CHANGE = "change"
    SAVED_SEARCH = "saved_search"
    REPORT = "report"
    REPORT_HANDLED = "report_handled"
    COMMENT_HELD = "comment_held"
    COMMENT_APPROVED = "comment_approved"
    COMMENT_DECLINED = "comment_declined"
    COMMENT_HIDDEN = "comment_hidden"
    WARNED = "warned"
    MEMBER_WAITS = "member_waits"
    SUGGESTION = "suggestion"
    SUGGESTION_ACCEPTED = "suggestion_accepted"
    SUGGESTION_AMENDED = "suggestion_amended"
    SUGGESTION_DECLINED = "suggestion_declined"
    MAIL_STOPPED = "mail_stopped"

    @property
    def group(self) -> Group:
        """The kinds that it goes with in a member's choices."""
        return _GROUPS[self]


_GROUPS: Mapping[Kind, Group] = {
    Kind.MENTION: Group.DIRECT,
    Kind.REPLY: Group.DIRECT,
    Kind.RESOLVED: Group.WATCHED,
    Kind.COMMENT: Group.WATCHED,
    Kind.CHANGE: Group.WATCHED,
    Kind.SAVED_SEARCH: Group.WATCHED,
    Kind.REPORT: Group.DUTY,
    Kind.COMMENT_HELD: Group.DUTY,
    Kind.MEMBER_WAITS: Group.DUTY,
    Kind.SUGGESTION: Group.DUTY,
    Kind.REPORT_HANDLED: Group.OWN,
    Kind.COMMENT_APPROVED: Group.OWN,
    Kind.COMMENT_DECLINED: Group.OWN,
    Kind.COMMENT_HIDDEN: Group.OWN,
    Kind.WARNED: Group.OWN,
    Kind.SUGGESTION_ACCEPTED: Group.OWN,
    Kind.SUGGESTION_AMENDED: Group.OWN,
    Kind.SUGGESTION_DECLINED: Group.OWN,
    Kind.MAIL_STOPPED: Group.OWN,
}


@dataclass(frozen=True, slots=True)
class Choices:
    """When a member wants mail of which kinds, and whether what they write on is watched."""

    direct: Pace = Pace.AT_ONCE
    watched: Pace = Pace.DAILY
    own: Pace = Pace.AT_ONCE
    duty: Pace = Pace.AT_ONCE
    watch_written: bool = True
    watch_commented: bool = True

    def pace(self, group: Group) -> Pace:
        """When mail of these kinds goes out."""
        return {
            Group.DIRECT: self.direct,
            Group.WATCHED: self.watched,
            Group.OWN: self.own,
            Group.DUTY: self.duty,
        }[group]

    def with_paces(self, paces: Mapping[Group, Pace]) -> Choices:
        """The same, with other paces for some groups."""
        return replace(
            self,
            direct=paces.get(Group.DIRECT, self.direct),
            watched=paces.get(Group.WATCHED, self.watched),
            own=paces.get(Group.OWN, self.own),
            duty=paces.get(Group.DUTY, self.duty),
        )


@dataclass(frozen=True, slots=True)
class NewNotification:
    """A notification, before it has a number, for each of its members alike.

    `path` and `revision` say where the page was, which page that is today is looked up; both are
    empty where it is about no page. `actor` is who did it, None for the wiki and for outsiders. A
    newer one takes the place of an unread one with the same `topic` that was not mailed yet.
    `mailed` is when a letter of its own said it.
    """

    kind: Kind
    created: datetime
    path: str = ""
    revision: str = ""
    comment: int | None = None
    actor: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    topic: str = ""
    mailed: datetime | None = None


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
    topic: str
    created: datetime
    read: datetime | None


def is_due(pace: Pace, created: datetime, now: datetime, zone: tzinfo, burst: timedelta) -> bool:
    """Whether it is time to deal with what was told at `created`: to mail it, or to leave it out.

    `burst` is how long mail that goes at once waits, so that what follows soon comes along.
    """
    if pace is Pace.NONE:
        return True
    if pace is Pace.AT_ONCE:
        return created + burst <= now
    return created < last_digest(pace, now, zone)


def last_digest(pace: Pace, now: datetime, zone: tzinfo) -> datetime:
    """The last moment, not after `now`, at which a daily or weekly digest went out."""
    here = now.astimezone(zone)
    day = here.date()
    if here.timetz().replace(tzinfo=None) < DIGEST_AT:
        day -= timedelta(days=1)
    if pace is Pace.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, DIGEST_AT, zone)


@dataclass(frozen=True, slots=True)
class Item:
    """A notification as its member may see it.

    `who` is how the person who did it is called, empty if nobody is to be named; `url` where it
    leads on this site; `excerpt` the beginning of what was said. `path` and `title` are of the page
    today, empty where it is about none; `page` is its identity. `thread` is the first comment of
    the thread that it is about, 0 if it is about none; `passage` are the words of the page that its
    comment is about, or empty.
    """

    notification: Notification
    page: str
    path: str
    title: str
    who: str
    username: str
    url: str
    excerpt: str
    thread: int = 0
    passage: str = ""

    @property
    def key(self) -> str:
        """Equal for what stands together: the same page, or the same topic."""
        return self.page or self.notification.topic or str(self.notification.id)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The notifications of one page (or one topic), the newest first."""

    items: tuple[Item, ...]

    @property
    def first(self) -> Item:
        """The newest of it."""
        return self.items[0]

    @property
    def is_unread(self) -> bool:
        """Whether the member has not seen all of it."""
        return any(item.notification.read is None for item in self.items)


@dataclass(frozen=True, slots=True)
class Day:
    """One day's notifications, bundled; the bundle with the newest first."""

    day: datetime
    bundles: tuple[Bundle, ...]


def bundled(items: Iterable[Item]) -> tuple[Bundle, ...]:
    """Notifications, the newest first, brought together by page."""
    by_key: dict[str, list[Item]] = {}
    for item in items:
        by_key.setdefault(item.key, []).append(item)
    return tuple(Bundle(tuple(some)) for some in by_key.values())


def by_day(items: Iterable[Item], zone: tzinfo) -> list[Day]:
    """Notifications, the newest first, as days in a time zone."""
    days: dict[date, list[Item]] = {}
    for item in items:
        days.setdefault(item.notification.created.astimezone(zone).date(), []).append(item)
    return [Day(some[0].notification.created, bundled(some)) for some in days.values()]
