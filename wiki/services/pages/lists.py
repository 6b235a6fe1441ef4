"""The lists of questions and of dialogues: by status, year, person and tag, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from wiki.database.engine.connection import Connection
from wiki.database.pages import catalogue, lists
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import Sight
from wiki.domain.content.pages import STATUSES, Summary
from wiki.domain.content.paths import fold
from wiki.domain.pages.lists import Order, Value, Wanted
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.talk.comment_counts import filled_in
from wiki.shelf import Shelf

PAGE = 30
LAST_PAGE = 10_000
MOST_VALUES = 100
"""Tags and people that a list offers to be narrowed to."""


@dataclass(frozen=True, slots=True)
class PageList:
    """One page of a list of `total` pages; of all statuses there would be `everything`.

    `statuses`, `years`, `tags` and `people` say how many pages there are of each among those that
    the rest of what is wanted leaves.
    """

    wanted: Wanted
    pages: Sequence[Summary]
    number: int
    total: int
    everything: int
    statuses: Mapping[str, int]
    years: Sequence[Value]
    tags: Sequence[Value]
    people: Sequence[Value]

    @property
    def has_more(self) -> bool:
        """Whether the list goes on after this page."""
        return self.total > self.number * PAGE


def listing(wiki: Wiki, actor: Actor, wanted: Wanted, number: int = 1) -> PageList:
    """Page `number` (from 1) of the pages that are wanted and that the actor may read."""
    wiki.rights.require(actor, Right.READ)
    number = min(max(1, number), LAST_PAGE)
    seen, span = sight.of(wiki, actor), _span(wiki, wanted.year)
    with wiki.database.read() as connection:
        pages = lists.find(connection, wanted, span, PAGE, (number - 1) * PAGE, sight=seen)
        choices = _choices(wiki, connection, wanted, seen)
    statuses = choices.statuses
    return PageList(
        wanted=wanted,
        pages=filled_in(wiki, pages),
        number=number,
        total=statuses.get(wanted.status, 0) if wanted.status else sum(statuses.values()),
        everything=sum(statuses.values()),
        statuses={status: statuses.get(status, 0) for status in STATUSES[wanted.kind]},
        years=choices.years,
        tags=choices.tags,
        people=choices.people,
    )


@dataclass(frozen=True, slots=True)
class _Choices:
    """What a list can be narrowed to: the same on each of its pages, and in each order."""

    statuses: Mapping[str, int]
    years: Sequence[Value]
    tags: Sequence[Value]
    people: Sequence[Value]


def _choices(wiki: Wiki, connection: Connection, wanted: Wanted, seen: Sight) -> _Choices:
    state = (wiki.database.version(), wiki.store.stamp(), wiki.settings.data, str(wiki.zone))
    key = (state, seen, replace(wanted, order=Order.NEWEST))
    choices = _SHELF.get(key)
    if choices is None:
        span, chosen = _span(wiki, wanted.year), wanted.person
        tags = lists.tags(connection, wanted, span, MOST_VALUES, sight=seen)
        people = lists.people(connection, wanted, span, MOST_VALUES, sight=seen)
        named = catalogue.person(connection, chosen, sight=seen) if chosen else None
        choices = _Choices(
            statuses=lists.statuses(connection, wanted, span, sight=seen),
            years=_years(wiki, lists.moments(connection, wanted, sight=seen), wanted.year),
            tags=_with_chosen(tags, fold(wanted.tag), wanted.tag),
            people=_with_chosen(people, chosen, named.name if named else chosen),
        )
        _SHELF.put(key, choices)
    return choices


_SHELF: Shelf[Hashable, _Choices] = Shelf(100)
"""What one process keeps of it, of about 30 kB each, for who sees the same of the wiki as it is."""


def _span(wiki: Wiki, year: int) -> tuple[int, int] | None:
    """A year as moments, where the wiki is."""
    if not year:
        return None
    here = wiki.zone
    first, last = (datetime(one, 1, 1, tzinfo=here) for one in (year, year + 1))
    return int(first.timestamp()), int(last.timestamp())


_EARLIEST = int(datetime(2, 1, 1, tzinfo=UTC).timestamp())
_LATEST = int(datetime(9998, 1, 1, tzinfo=UTC).timestamp())


def _years(wiki: Wiki, moments: Mapping[int, int], chosen: int) -> list[Value]:
    """The years of these moments, the latest first; a commit may have any moment."""
    here = wiki.zone
    counts = Counter({chosen: 0} if chosen else {})
    for moment, count in moments.items():
        within = min(max(moment, _EARLIEST), _LATEST)
        counts[datetime.fromtimestamp(within, here).year] += count
    return [Value(str(year), str(year), counts[year]) for year in sorted(counts, reverse=True)]


def _with_chosen(values: Sequence[Value], chosen: str, name: str) -> list[Value]:
    """The values, with what is chosen among them even if nothing has it."""
    if not chosen or chosen in {one.value for one in values}:
        return list(values)
    return [*values, Value(chosen, name, 0)]
