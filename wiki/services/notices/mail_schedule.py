"""Mail of what members were told: who gets which letter when, and whether it may still go.

A letter is put in the outbox in the transaction that marks what it tells as mailed: a worker that
dies writes none twice and forgets none. Rights are asked when it is written, and again when it
goes: it is written anew then, and never tells what its member may no longer see or has seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.notices import mail_choices, notifications
from wiki.database.notices import outbox as table
from wiki.database.notices.notifications import Waiting
from wiki.database.notices.outbox import Letter
from wiki.database.operation import setaside
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.setaside import Item as Tried
from wiki.domain.content.setaside import rest_after
from wiki.domain.members.members import Member, Status
from wiki.domain.notices.notifications import (
    Choices,
    Item,
    Kind,
    Notification,
    Pace,
    bundled,
    is_due,
    last_digest,
)
from wiki.engine import Wiki
from wiki.projections.setaside import Trial
from wiki.services.access import strength
from wiki.services.notices import mail_stops, notification_mail, outbox
from wiki.services.notices.notifications import seen

PART = "news"
MOST = 500
"""Notifications of one member that are dealt with at a time."""

EXCERPT = 600
"""Characters of what was said that a letter quotes: who reads mail on the way reads no more."""

MOST_APART = 3
"""Pages that get a letter each, of what goes at once; news of more goes in one letter."""


class _Taken(Exception):
    """Another worker was first."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """A member whose time has come, for these kinds."""

    member: Member
    choices: Choices
    kinds: frozenset[Kind]

    def pace(self, one: Notification) -> Pace:
        """When they want mail of this."""
        return self.choices.pace(one.kind.group)


def catch_up(wiki: Wiki) -> bool:
    """Write letters of what members were told and not mailed, where it is time; whether more waits.

    Without an address of the site no letter can hold a link: all waits. For the worker.
    """
    if not wiki.settings.base_url:
        return False
    trial = Trial(wiki.store.git, wiki.clock)
    with wiki.database.read() as connection:
        known = setaside.of(connection, setaside.talk, PART)
    resting = {one.item.key for one in known if wiki.clock() < one.last + rest_after(one.tries)}
    more = False
    for reader in _due(wiki):
        item = Tried(PART, "member", str(reader.member.id))
        if item.key not in resting:
            # One member's letter that cannot be written must not hold up all others.
            more = trial.of(item, partial(_write, wiki, reader), lambda reason: False) or more
    trial.settle(wiki.database, setaside.talk)
    return more


def _due(wiki: Wiki) -> list[_Reader]:
    """Find the members who are to get a letter now, or have something to be left out of mail."""
    with wiki.database.read() as connection:
        waiting = notifications.waiting(connection)
        ids = {one.member for one in waiting}
        people = {member.id: member for member in members.some(connection, ids)}
        chosen = mail_choices.some(connection, ids)
    readers = []
    for id, member in people.items():
        own = [one for one in waiting if one.member == id]
        choices = chosen.get(id, Choices())
        kinds = _kinds(wiki, member, choices, own)
        if kinds:
            readers.append(_Reader(member, choices, kinds))
    return readers


def _kinds(wiki: Wiki, member: Member, choices: Choices, own: Iterable[Waiting]) -> frozenset[Kind]:
    paces = {one.kind: choices.pace(one.kind.group) for one in own}
    due = {one.kind for one in own if _is_due(wiki, member, paces[one.kind], one.oldest)}
    if any(paces[kind] is Pace.AT_ONCE for kind in due):
        due |= {kind for kind, pace in paces.items() if pace is Pace.AT_ONCE}
    return frozenset(due)


def _is_due(wiki: Wiki, member: Member, pace: Pace, created: datetime) -> bool:
    burst = timedelta(seconds=wiki.settings.mail_wait_seconds)
    return is_due(pace, created, wiki.clock(), _zone(wiki, member), burst)


def _zone(wiki: Wiki, member: Member) -> ZoneInfo:
    return ZoneInfo(member.timezone) if member.timezone else wiki.zone


def _write(wiki: Wiki, reader: _Reader) -> bool:
    """Deal with what waits for a member, in one transaction; whether more may wait."""
    if not wiki.settings.mail_url:
        _take_back(wiki, reader.member)
    with wiki.database.read() as connection:
        unmailed = notifications.unmailed(connection, reader.member.id, reader.kinds, MOST)
        ready = [one for one in unmailed if _is_ready(wiki, reader, one)]
        address = address_of(connection, reader.member)
        items = _to_tell(wiki, connection, reader, ready) if address else []
    try:
        with wiki.database.write() as connection:
            told: set[int] = set()
            for some, pace in _apart(reader, items):
                told |= _put(wiki, connection, reader.member, address, some, pace)
            left = [one.id for one in ready if one.id not in told]
            notifications.mailed(connection, left, wiki.clock())
    except _Taken:
        return True
    if items:
        wiki.wake()
    return len(unmailed) == MOST and bool(ready)


def _is_ready(wiki: Wiki, reader: _Reader, notification: Notification) -> bool:
    """Whether it is to be dealt with now: what goes at once goes along with what waited."""
    pace = reader.pace(notification)
    return pace is Pace.AT_ONCE or _is_due(wiki, reader.member, pace, notification.created)


def _take_back(wiki: Wiki, member: Member) -> None:
    """Letters that no mail server will take are written anew, so that one tells all."""
    with wiki.database.write() as connection:
        for letter in table.untried(connection, member.id):
            notifications.unmail(connection, letter.id)
            table.remove(connection, letter)


def _to_tell(
    wiki: Wiki, connection: Connection, reader: _Reader, waiting: Sequence[Notification]
) -> list[Item]:
    """Choose what a letter may tell: wanted, not read on the site, not closed to its member."""
    wanted = [one for one in waiting if one.read is None and reader.pace(one) is not Pace.NONE]
    actor = strength.absent(wiki.settings, connection, reader.member)
    return seen(wiki, connection, actor, wanted, EXCERPT)


def _apart(reader: _Reader, items: Sequence[Item]) -> list[tuple[Sequence[Item], Pace]]:
    """The letters to write: of what goes at once one for each page, of the rest one digest."""
    at_once = [item for item in items if reader.pace(item.notification) is Pace.AT_ONCE]
    rest = [item for item in items if reader.pace(item.notification) is not Pace.AT_ONCE]
    bundles = bundled(at_once)
    apart: list[tuple[Sequence[Item], Pace]] = [(one.items, Pace.AT_ONCE) for one in bundles]
    if len(bundles) > MOST_APART:
        apart = [(at_once, Pace.AT_ONCE)]
    if rest:
        is_weekly = any(reader.pace(item.notification) is Pace.WEEKLY for item in rest)
        apart.append((rest, Pace.WEEKLY if is_weekly else Pace.DAILY))
    return apart


def _put(
    wiki: Wiki,
    connection: Connection,
    member: Member,
    address: str,
    items: Sequence[Item],
    pace: Pace,
) -> set[int]:
    """Put a letter in the outbox; gives the ids of what it tells. Raises _Taken."""
    written = notification_mail.write(wiki, member, items, pace)
    letter = outbox.put(
        wiki,
        connection,
        address,
        written.subject,
        written.text,
        written.html,
        written.headers,
        member.id,
    )
    told = {item.notification.id for item in items}
    if not notifications.mailed(connection, told, wiki.clock(), letter):
        raise _Taken
    return told


# -- right before it goes --


def renew(wiki: Wiki, letter: Letter) -> Letter | None:
    """A letter from the outbox as its member may get it now; None if there is none to send.

    What they saw on the site, want no mail of any more or may no longer see is left out.
    """
    if letter.member is None:
        return letter
    with wiki.database.read() as connection:
        member = members.get(connection, letter.member)
        assert member is not None, "its letters go with an account"
        address = address_of(connection, member)
        reader = _Reader(member, mail_choices.get(connection, member.id), frozenset())
        told = notifications.of_letter(connection, letter.id)
        items = _to_tell(wiki, connection, reader, told)
    if not items or address != letter.recipient:
        with wiki.database.write() as connection:
            if items and address:
                # They have another address now: it is written anew, to that one.
                notifications.unmail(connection, letter.id)
            table.remove(connection, letter)
        return None
    written = notification_mail.write(
        wiki, member, items, notification_mail.pace_of(letter.headers)
    )
    # It may have arrived at an earlier try: then it must be known as the same one.
    headers = {**written.headers, "Message-ID": letter.headers["Message-ID"]}
    return replace(
        letter,
        subject=outbox.one_line(written.subject),
        text=written.text,
        html=written.html,
        headers=headers,
    )


def address_of(connection: Connection, member: Member) -> str:
    """Where a member's mail goes; empty if nowhere: unconfirmed, refused, or not active."""
    if member.status is not Status.ACTIVE or not member.email:
        return ""
    if members.by_email(connection, member.email) != member:
        return ""
    return "" if mail_stops.of(connection, member) else member.email


# -- what a member and an administrator see of it --


@dataclass(frozen=True, slots=True)
class State:
    """Whether a member's mail reaches them; `refused` is what the mail server said, or empty.

    `next_day` and `next_week` are when their next digests go out.
    """

    can_send: bool
    email: str
    is_confirmed: bool
    refused: str
    choices: Choices
    zone: str
    next_day: datetime
    next_week: datetime


def state(wiki: Wiki, actor: Actor) -> State:
    """Return the state of the actor's mail. Raises LoginRequired."""
    now = wiki.clock()
    with wiki.database.read() as connection:
        member = members.get(connection, actor.own_id())
        assert member is not None
        owner = members.by_email(connection, member.email) if member.email else None
        stopped = mail_stops.of(connection, member)
        choices = mail_choices.get(connection, member.id)
    zone = _zone(wiki, member)
    return State(
        can_send=outbox.can_send(wiki.settings),
        email=member.email,
        is_confirmed=owner == member,
        refused=stopped.error if stopped else "",
        choices=choices,
        zone=zone.key,
        next_day=_next(Pace.DAILY, now, zone),
        next_week=_next(Pace.WEEKLY, now, zone),
    )


def _next(pace: Pace, now: datetime, zone: ZoneInfo) -> datetime:
    """When a digest goes out next; by the clock there, whatever summer time does meanwhile."""
    days = 7 if pace is Pace.WEEKLY else 1
    return last_digest(pace, now, zone) + timedelta(days=days)


def waiting(wiki: Wiki, actor: Actor) -> int:
    """Count the notifications that wait to be put in a mail; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return sum(one.number for one in notifications.waiting(connection))
