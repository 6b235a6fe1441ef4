"""Dialogues: the list of them, those to come, and a calendar of these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Moment, Summary
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.content.contents import zone
from wiki.services.talk.comment_counts import filled_in

if TYPE_CHECKING:
    from icalendar import Event

PAGE = 30
LENGTH = timedelta(hours=2)
"""How long a dialogue without an end lasts in a calendar."""


@dataclass(frozen=True, slots=True)
class DialogueList:
    """A page of dialogues, the latest first; `has_more` says whether it goes on."""

    dialogues: list[Summary]
    number: int
    has_more: bool


def listing(wiki: Wiki, actor: Actor, number: int = 1) -> DialogueList:
    """Page `number` (from 1) of the dialogues that the actor may read."""
    wiki.rights.require(actor, Right.READ)
    number = max(1, number)
    with wiki.database.read() as connection:
        summaries = catalogue.dialogues(
            connection,
            limit=PAGE + 1,
            offset=(number - 1) * PAGE,
            sight=sight.of(wiki, actor),
        )
    return DialogueList(filled_in(wiki, summaries[:PAGE]), number, len(summaries) > PAGE)


def coming(wiki: Wiki, actor: Actor) -> list[Summary]:
    """Dialogues that are announced and not over before today, the next first."""
    wiki.rights.require(actor, Right.READ)
    here = wiki.clock().astimezone(zone(wiki))
    today = here.replace(hour=0, minute=0, second=0, microsecond=0)
    with wiki.database.read() as connection:
        return catalogue.agenda(connection, since=today, sight=sight.of(wiki, actor))


def calendar(wiki: Wiki, actor: Actor, base_url: str) -> bytes:
    """Write the coming dialogues as iCalendar (RFC 5545); `base_url` is the address of the site."""
    # Loading it takes a tenth of the time to start, and only calendars need it.
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Denktank//")
    made.add("version", "2.0")
    made.add("x-wr-calname", wiki.settings.site_name)
    for dialogue in coming(wiki, actor):
        made.add_component(_event(wiki, dialogue, base_url))
    return bytes(made.to_ical())


def _event(wiki: Wiki, dialogue: Summary, base_url: str) -> Event:
    from icalendar import Event

    meta = dialogue.meta
    event = Event()
    event.add("uid", f"{dialogue.page}@{wiki.settings.site_name.lower().replace(' ', '-')}")
    event.add("dtstamp", dialogue.updated)
    event.add("summary", dialogue.title)
    if meta.date:
        _times(event, meta.date, meta.end)
    if meta.location:
        event.add("location", meta.location)
    event.add("url", base_url + url_of("page", dialogue.path))
    if dialogue.excerpt:
        event.add("description", dialogue.excerpt)
    return event


def _times(event: Event, start: Moment, end: Moment | None) -> None:
    if start.is_day:
        event.add("dtstart", start.start.date())
        last = end.start.date() if end else start.start.date()
        event.add("dtend", last + timedelta(days=1))
        return
    event.add("dtstart", start.start)
    event.add("dtend", _after(start.start, end))


def _after(start: datetime, end: Moment | None) -> datetime:
    if end is None or end.is_day or end.start <= start:
        return start + LENGTH
    return end.start
