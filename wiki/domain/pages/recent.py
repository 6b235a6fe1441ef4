"""Recent changes: what is asked of them, and how they are told: by day, folded per page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from wiki.domain.content.pages import Kind
from wiki.domain.history.revisions import Revision
from wiki.domain.talk.comments import PlacedComment


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
    """What happened to one page on one day: revisions and comments, newest first."""

    path: str
    revisions: Sequence[Revision]
    comments: Sequence[PlacedComment]

    @property
    def latest(self) -> datetime:
        """When the newest of it happened."""
        moments = [revision.when for revision in self.revisions[:1]]
        moments += [placed.comment.created for placed in self.comments[:1]]
        return max(moments)

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
            revision.when > since and revision.author.uid != uid for revision in self.revisions
        ) or any(
            placed.comment.created > since and placed.comment.uid != uid for placed in self.comments
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One day's changes, the page that changed last first."""

    day: datetime
    entries: Sequence[Entry]


def by_day(
    revisions: Iterable[Revision], comments: Iterable[PlacedComment], zone: tzinfo
) -> list[Day]:
    """Changes as days, the newest first, each folded per page."""
    days: dict[date, dict[str, tuple[list[Revision], list[PlacedComment]]]] = {}

    def slot(moment: datetime, path: str) -> tuple[list[Revision], list[PlacedComment]]:
        pages = days.setdefault(moment.astimezone(zone).date(), {})
        return pages.setdefault(path, ([], []))

    for revision in revisions:
        slot(revision.when, revision.path)[0].append(revision)
    for placed in comments:
        slot(placed.comment.created, placed.path)[1].append(placed)
    grouped = []
    for day in sorted(days, reverse=True):
        entries = [Entry(path, some, said) for path, (some, said) in days[day].items()]
        entries.sort(key=lambda entry: entry.latest, reverse=True)
        grouped.append(Day(entries[0].latest, entries))
    return grouped
