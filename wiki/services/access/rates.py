"""Rates: how much of what is costly one may do in some time, counted over all processes.

Each process counts by itself, and writes a row only after every so many (`Rate.step`): who does
little costs no write, and nobody does more than `most` and a step for each process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from weakref import WeakKeyDictionary

from wiki.database.access import attempts
from wiki.domain.access.rights import Actor
from wiki.domain.errors import TooFast
from wiki.engine import Wiki
from wiki.services.access import limits

log = logging.getLogger(__name__)

KEPT = 10_000
"""For how many members and addresses a process counts at a time."""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HEAVY = 100_000
"""Characters of a text that cost as much as a request does."""
WRITTEN = 10
"""About how many rows stand for as much as is allowed."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so much in a window."""

    kind: str
    most: int
    window: timedelta = MINUTE

    @property
    def step(self) -> int:
        """Return how much one row stands for."""
        return max(1, self.most // WRITTEN)

    @property
    def rows(self) -> int:
        """Return how many rows stand for as much as is allowed."""
        return self.most // self.step


def edits(wiki: Wiki) -> Rate:
    """Saves, suggestions and new pages; a large text counts for several."""
    return Rate("edit", wiki.settings.edits_per_minute)


def newcomer_edits(wiki: Wiki) -> Rate:
    """The same by a new member, who may be a machine."""
    return Rate("edit-new", wiki.settings.new_member_edits_per_hour, HOUR)


def previews(wiki: Wiki) -> Rate:
    """Previews and differences before saving; a large text counts for several."""
    return Rate("preview", wiki.settings.previews_per_minute)


def drafts(wiki: Wiki) -> Rate:
    """Drafts that are kept; a large text counts for several."""
    return Rate("draft", wiki.settings.drafts_per_minute)


def searches(wiki: Wiki) -> Rate:
    """Searches."""
    return Rate("search", wiki.settings.searches_per_minute)


def suggestions(wiki: Wiki) -> Rate:
    """Return what is offered while one types: cheaper, and asked for at every key."""
    return Rate("suggest", 5 * wiki.settings.searches_per_minute)


def costly(wiki: Wiki) -> Rate:
    """Old versions, differences, blame, exports and searches, for who has no account."""
    return Rate("costly", wiki.settings.costly_ms_per_minute)


def forms(wiki: Wiki) -> Rate:
    """Forms that are only looked at, for who has no account: a whole office may do that."""
    return Rate("form", wiki.settings.costly_ms_per_minute)


def uploads(wiki: Wiki) -> Rate:
    """Files, each by its megabytes."""
    return Rate("upload", wiki.settings.uploads_per_hour, HOUR)


def programs(wiki: Wiki) -> Rate:
    """Return what programs ask by the API."""
    return Rate("api", wiki.settings.api_requests_per_minute)


def weight(text: str) -> int:
    """For how many a text counts."""
    return 1 + len(text) // HEAVY


@dataclass(slots=True)
class Tally:
    """The count that this process has of somebody since `since`, and until when they wait."""

    since: float
    count: int = 0
    until: float = 0.0


@dataclass
class Tallies:
    """The tallies of one process; who did nothing for longest goes first."""

    _tallies: OrderedDict[Key, Tally] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rate: Rate, key: str, weight: int, now: float) -> int:
        """Count it; gives how many steps are full now. Raises TooFast for who has to wait."""
        with self._lock:
            tally = self._tallies.setdefault((rate.kind, key), Tally(now))
            self._tallies.move_to_end((rate.kind, key))
            if len(self._tallies) > KEPT:
                self._tallies.popitem(last=False)
            if tally.until > now:
                raise TooFast("too_fast", seconds=ceil(tally.until - now))
            if now - tally.since > rate.window.total_seconds():
                tally.since, tally.count = now, 0
            full, tally.count = divmod(tally.count + weight, rate.step)
            return full

    def waits(self, rate: Rate, key: str, now: float) -> float:
        """How long somebody still has to wait, in seconds."""
        with self._lock:
            tally = self._tallies.get((rate.kind, key))
            return max(0.0, tally.until - now) if tally else 0.0

    def hold(self, rate: Rate, key: str, until: float) -> None:
        """Let somebody wait."""
        with self._lock:
            self._tallies.setdefault((rate.kind, key), Tally(until)).until = until


_tallies: WeakKeyDictionary[Wiki, Tallies] = WeakKeyDictionary()


def count(wiki: Wiki, rate: Rate, actor: Actor, address: str, weight: int = 1) -> None:
    """Count what somebody is about to do, members by their account, others by their address.

    Raises TooFast (`seconds`) if it is too much; a `most` of 0 is no limit.
    """
    if not rate.most:
        return
    key = _key(wiki, rate, actor, address)
    now = time.monotonic()
    tallies = _tallies.setdefault(wiki, Tallies())
    full = tallies.add(rate, key, weight, now)
    if not full:
        return
    if _has_room(wiki, rate, key, full):
        return
    seconds = ceil(rate.window.total_seconds() / 2)
    tallies.hold(rate, key, now + seconds)
    raise TooFast("too_fast", seconds=seconds)


def waits(wiki: Wiki, rate: Rate, actor: Actor, address: str) -> int:
    """Seconds that somebody was told to wait by this process and still has to; asks nobody else."""
    tallies = _tallies.get(wiki)
    if tallies is None or not rate.most:
        return 0
    return ceil(tallies.waits(rate, _key(wiki, rate, actor, address), time.monotonic()))


def _key(wiki: Wiki, rate: Rate, actor: Actor, address: str) -> str:
    who = f"m{actor.id}" if actor.id is not None else limits.network(address)
    return limits.key(wiki, rate.kind, who)


def _has_room(wiki: Wiki, rate: Rate, key: str, full: int) -> bool:
    """Whether so many rows still fit; if so they are written down."""
    moment = wiki.clock()
    try:
        with wiki.database.write(light=True) as connection:
            found = attempts.count(connection, rate.kind, key, moment - rate.window)
            if found.number + full > rate.rows:
                return False
            for _ in range(full):
                attempts.add(connection, rate.kind, key, moment)
    except Exception:
        # A reader does not pay for a disk that is full: each process still counts by itself.
        log.exception("what somebody did could not be counted")
    return True
