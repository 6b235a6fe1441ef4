"""The agenda: dialogues to come and those that were, as a list, a month and a calendar file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import Sight
from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Moment, Summary
from wiki.domain.pages.dialogues import LENGTH
from wiki.engine import Wiki
from wiki.services.access import sight

if TYPE_CHECKING:
    from icalendar import Event

PAGE = 30
MOST_IN_MONTH = 300
MOST_IN_FILE = 500
_FIRST, _LAST = 2, 9998
"""The years that have a page of months: before and after them a moment may not exist elsewhere."""
_STATES = {"announced": "CONFIRMED", "cancelled": "CANCELLED"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A dialogue of the agenda with the questions that it is about and the reader may read."""

    dialogue: Summary
    questions: Sequence[Summary]


@dataclass(frozen=True, slots=True)
class Agenda:
    """A page of dialogues: to come, the next first, or those of the `past`, the latest first."""

    planned: Sequence[Planned]
    past: bool
    number: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month's page; `is_other` if it only fills the week of another month."""

    date: date
    is_other: bool
    is_today: bool
    planned: Sequence[Planned]


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday to Sunday; `earlier` and `later` are None where time ends."""

    first: date
    weeks: Sequence[Sequence[Day]]
    earlier: date | None
    later: date | None


def listing(wiki: Wiki, actor: Actor, number: int = 1, *, past: bool = False) -> Agenda:
    """Page `number` (from 1) of the dialogues to come, or of those that were."""
    wiki.rights.require(actor, Right.READ)
    number = max(1, number)
    seen, now = sight.of(wiki, actor), today(wiki)
    with wiki.database.read() as connection:
        dialogues = catalogue.agenda(
            connection,
            None if past else now,
            now if past else None,
            PAGE + 1,
            (number - 1) * PAGE,
            statuses=() if past else tuple(_STATES),
            sight=seen,
        )
        planned = _planned(connection, dialogues[:PAGE], seen)
    return Agenda(planned, past, number, len(dialogues) > PAGE)


def coming(wiki: Wiki, actor: Actor, limit: int = PAGE) -> list[Summary]:
    """Dialogues that are announced and not over before today, the next first."""
    wiki.rights.require(actor, Right.READ)
    with wiki.database.read() as connection:
        return catalogue.agenda(
            connection,
            today(wiki),
            limit=limit,
            statuses=("announced",),
            sight=sight.of(wiki, actor),
        )


def month(wiki: Wiki, actor: Actor, written: str = "") -> Month:
    """The month that is written as `2026-12`; this one if that is none."""
    wiki.rights.require(actor, Right.READ)
    here, now = wiki.zone, today(wiki).date()
    first = _month(written) or now.replace(day=1)
    begin = first - timedelta(days=first.weekday())
    after = _later(first)
    end = after + timedelta(days=-after.weekday() % 7)
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        dialogues = catalogue.agenda(
            connection,
            datetime.combine(begin, time(), here),
            datetime.combine(end, time(), here),
            MOST_IN_MONTH,
            sight=seen,
        )
        by_day: dict[date, list[Planned]] = {}
        for planned in _planned(connection, dialogues, seen):
            moment = planned.dialogue.meta.date
            assert moment is not None
            start = moment.start if moment.is_day else moment.start.astimezone(here)
            by_day.setdefault(start.date(), []).append(planned)
    days = [begin + timedelta(days=number) for number in range((end - begin).days)]
    shown = [Day(day, day.month != first.month, day == now, by_day.get(day, [])) for day in days]
    return Month(
        first,
        [shown[at : at + 7] for at in range(0, len(shown), 7)],
        _month(f"{first - timedelta(days=1):%Y-%m}"),
        _month(f"{after:%Y-%m}"),
    )


def calendar(wiki: Wiki, actor: Actor, base_url: str) -> bytes:
    """The dialogues to come as an iCalendar file; `base_url` is the address of the site."""
    # Loading it takes a tenth of the time to start, and only calendars need it.
    from icalendar import Calendar

    wiki.rights.require(actor, Right.READ)
    made = Calendar()
    made.add("prodid", "-//Denktank//")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", wiki.settings.site_name)
    with wiki.database.read() as connection:
        dialogues = catalogue.agenda(
            connection,
            today(wiki),
            limit=MOST_IN_FILE,
            statuses=tuple(_STATES),
            sight=sight.of(wiki, actor),
        )
        counts = history.counts(connection, [dialogue.page for dialogue in dialogues])
    for dialogue in dialogues:
        made.add_component(_event(dialogue, base_url, counts.get(dialogue.page, 1) - 1))
    return bytes(made.to_ical())


def _event(dialogue: Summary, base_url: str, sequence: int) -> Event:
    from icalendar import Event

    meta = dialogue.meta
    event = Event()
    # The page's identity stays the same when it is renamed or the site gets another name.
    event.add("uid", f"{dialogue.page}@denktank")
    event.add("sequence", sequence)
    event.add("dtstamp", dialogue.updated)
    event.add("last-modified", dialogue.updated)
    event.add("status", _STATES[meta.status])
    event.add("summary", dialogue.title)
    if meta.date:
        _times(event, meta.date, meta.end)
    if meta.location:
        event.add("location", meta.location)
    event.add("url", base_url + url_of("page", dialogue.path))
    about = "\n\n".join(filter(None, (meta.central_question, dialogue.excerpt)))
    if about:
        event.add("description", about)
    return event


def _times(event: Event, start: Moment, end: Moment | None) -> None:
    """Begin and end as days, or as instants of UTC: no program has to know our time zone."""
    if start.is_day:
        event.add("dtstart", start.start.date())
        last = max(end.start.date(), start.start.date()) if end else start.start.date()
        event.add("dtend", last + timedelta(days=1))
        return
    event.add("dtstart", start.start.astimezone(UTC))
    event.add("dtend", _after(start.start.astimezone(UTC), end))


def _after(start: datetime, end: Moment | None) -> datetime:
    if end is None or end.is_day or end.start <= start:
        return start + LENGTH
    return end.start.astimezone(UTC)


def _planned(connection: Connection, dialogues: Sequence[Summary], seen: Sight) -> list[Planned]:
    targets = {target for dialogue in dialogues for target in dialogue.meta.questions}
    leads = catalogue.resolve_links(connection, targets, sight=seen) if targets else {}
    questions = catalogue.find(connection, {path for path in leads.values() if path})
    return [
        Planned(
            dialogue,
            [
                questions[path]
                for target in dialogue.meta.questions
                if (path := leads.get(target)) and path in questions
            ],
        )
        for dialogue in dialogues
    ]


def today(wiki: Wiki) -> datetime:
    """When this day began where the site is."""
    here = wiki.clock().astimezone(wiki.zone)
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(written: str) -> date | None:
    """The first day of a month that is written as `2026-12`; None if it has no page."""
    year, dash, number = written.partition("-")
    if not (dash and year.isdecimal() and number.isdecimal() and len(written) == len("2026-12")):
        return None
    if not (_FIRST <= int(year) <= _LAST and 1 <= int(number) <= 12):
        return None
    return date(int(year), int(number), 1)


def _later(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
