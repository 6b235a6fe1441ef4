"""Recent changes: what is asked of them, and how they are told: by day, folded per page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from wiki.domain.content.pages import Kind
from wiki.domain.history.revisions import Revision
from wiki.domain.talk.comments import PlacedComment

AHEAD = timedelta(hours=1)
"""So far a clock elsewhere may be ahead of ours before it is not believed."""
PAUSE = timedelta(minutes=30)
"""Who looks again within this time is on the same visit."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are asked for; empty: all. `author` is an opaque id, `member` their number."""

    kind: Kind | None = None
    folder: str = ""
    author: str = ""
    member: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The events of one page on one day: revisions and comments, newest first.

    `moments` are when the revisions happened, as `moments` finds it; `latest` the newest of all.
    """

    path: str
    revisions: Sequence[Revision]
    moments: Sequence[datetime]
    comments: Sequence[PlacedComment]

    @property
    def latest(self) -> datetime:
        """When the newest of it happened."""
        created = [placed.comment.created for placed in self.comments[:1]]
        return max([*self.moments[:1], *created])

    @property
    def added(self) -> int | None:
        """Words that came in all; None if some are not counted yet."""
        counts = [revision.added for revision in self.revisions]
        return None if None in counts else sum(count or 0 for count in counts)

    @property
    def removed(self) -> int | None:
        """Words that went in all; None if some are not counted yet."""
        counts = [revision.removed for revision in self.revisions]
        return None if None in counts else sum(count or 0 for count in counts)

    def is_new(self, since: datetime | None, uid: str) -> bool:
        """Whether somebody else than the member `uid` did any of it after `since`."""
        if since is None:
            return False
        return any(
            moment > since and revision.author.uid != uid
            for revision, moment in zip(self.revisions, self.moments, strict=True)
        ) or any(
            placed.comment.created > since and placed.comment.uid != uid for placed in self.comments
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One day's changes, the page that changed last first."""

    day: datetime
    entries: Sequence[Entry]


def moments(
    revisions: Sequence[Revision], now: datetime, earlier: datetime | None = None
) -> list[datetime]:
    """When revisions that stand in history's order, newest first, happened.

    That is the commit's own time; one that lies ahead of now was a wrong clock's, and is taken for
    that of the revision before it. `earlier` is when what comes before all of them happened.
    """
    times: list[datetime] = []
    for revision in reversed(revisions):
        if earlier is None or revision.when <= now + AHEAD:
            earlier = revision.when
        times.append(earlier)
    return times[::-1]


def by_day(
    revisions: Iterable[tuple[Revision, datetime]], comments: Iterable[PlacedComment], zone: tzinfo
) -> list[Day]:
    """Changes, each with when it happened, as days, the newest first, each folded per page."""
    days: dict[date, dict[str, _Folded]] = {}

    def slot(moment: datetime, path: str) -> _Folded:
        pages = days.setdefault(moment.astimezone(zone).date(), {})
        return pages.setdefault(path, _Folded())

    for revision, moment in revisions:
        folded = slot(moment, revision.path)
        folded.revisions.append(revision)
        folded.moments.append(moment)
    for placed in comments:
        slot(placed.comment.created, placed.path).comments.append(placed)
    grouped = []
    for day in sorted(days, reverse=True):
        entries = [
            Entry(path, folded.revisions, folded.moments, folded.comments)
            for path, folded in days[day].items()
        ]
        entries.sort(key=lambda entry: entry.latest, reverse=True)
        grouped.append(Day(entries[0].latest, entries))
    return grouped


@dataclass(slots=True)
class _Folded:
    """The events of one page on one day, while they are gathered."""

    revisions: list[Revision] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    comments: list[PlacedComment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Visits:
    """A member's visit and the one before; what came after `before` is new to them."""

    before: datetime
    latest: datetime


def arrive(visits: Visits | None, now: datetime) -> tuple[Visits, bool]:
    """The visits after somebody looks now, and whether that has to be kept.

    At the first visit nothing is new: everything before it is left aside.
    """
    if visits is None:
        return Visits(now, now), True
    if now - visits.latest > PAUSE:
        return Visits(visits.latest, now), True
    # Kept sparsely: a visit that goes on moves its end once a few minutes.
    if now - visits.latest > PAUSE / 6:
        return Visits(visits.before, now), True
    return visits, False
