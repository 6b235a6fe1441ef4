"""Counts of how often pages are read: for editors; nothing about readers is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wiki.database.history import history
from wiki.database.pages import catalogue, views
from wiki.domain.access.rights import Actor, Right
from wiki.domain.pages.views import MostRead
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.history.history import PageNow, page_at

SHOWN = 100
A_YEAR = 12
"""Months."""


@dataclass(frozen=True, slots=True)
class TopPages:
    """The pages that are read most, from a month on (empty: ever), and their titles."""

    pages: Sequence[MostRead]
    titles: Mapping[str, str]
    since: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The number of readings of one page, by month ("2026-11"), the latest first."""

    page: PageNow
    title: str
    months: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """Return how often it was read in all."""
        return sum(number for _, number in self.months)


def add(wiki: Wiki, counted: Mapping[str, int]) -> None:
    """Count views of the addresses of pages; of a redirect, its target's; of no page, nothing."""
    if not counted:
        return
    with wiki.database.read() as connection:
        known = catalogue.find(connection, list(counted))
    counts: Counter[str] = Counter()
    for path, summary in known.items():
        counts[summary.meta.redirect.strip("/") or path] += counted[path]
    with wiki.database.write(light=True) as connection:
        views.add(connection, month_of(wiki.clock()), counts)


def month_of(moment: datetime, back: int = 0) -> str:
    """The month of a moment, or one so many months before."""
    number = moment.year * 12 + moment.month - 1 - back
    return f"{number // 12:04}-{number % 12 + 1:02}"


def most_read(wiki: Wiki, actor: Actor, months: int = 1) -> TopPages:
    """List the pages that were read most in so many months, this one included (0: ever).

    Raises LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.RENAME)
    since = month_of(wiki.clock(), months - 1) if months else ""
    with wiki.database.read() as connection:
        found = views.most_read(connection, since=since, limit=SHOWN, sight=sight.of(wiki, actor))
        known = catalogue.find(connection, [one.path for one in found])
    titles = {path: summary.title for path, summary in known.items()}
    return TopPages(found, titles, since)


def of_page(wiki: Wiki, actor: Actor, path: str) -> Reading:
    """Return how often a page was read, under every path that it had; for editors.

    Raises LoginRequired, Forbidden, NotFound.
    """
    page = page_at(wiki, actor, path)
    wiki.rights.require(actor, Right.RENAME, page.path)
    with wiki.database.read() as connection:
        months = views.by_month(connection, history.paths_of(connection, page.page))
        summary = catalogue.get(connection, page.path) if page.alive else None
    return Reading(page, summary.title if summary else page.path, months)


def tidy(wiki: Wiki) -> None:
    """Forget the numbers of months that are kept no longer. For the worker."""
    months = wiki.settings.retain_views_months
    if months:
        with wiki.database.write() as connection:
            views.forget(connection, month_of(wiki.clock(), months))
