"""Notifications: the table and its queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.history.history import places, revisions
from wiki.domain.notices.notifications import Kind, NewNotification, Notification

notifications = Table(
    "notifications",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("path", String(250), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("comment", ForeignKey("comments.id", ondelete="CASCADE"), index=True),
    Column("actor", ForeignKey("members.id", ondelete="SET NULL"), index=True),
    # a JSON object of texts
    Column("values", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("read", Moment),
    # A newer one takes the place of an unread one with the same topic.
    Column("topic", String(120), nullable=False, server_default=""),
    # When it was put into a mail (of the outbox: its id), or left out of it for good.
    Column("mailed", Moment),
    Column("letter", Integer, index=True),
    Index(None, "member", "id"),
    sqlite_autoincrement=True,
)
Index(
    "ix_notifications_unread",
    notifications.c.member,
    sqlite_where=notifications.c.read.is_(None),
    postgresql_where=notifications.c.read.is_(None),
)
Index(
    "ix_notifications_unmailed",
    notifications.c.member,
    sqlite_where=notifications.c.mailed.is_(None),
    postgresql_where=notifications.c.mailed.is_(None),
)


_UNREAD = notifications.c.read.is_(None)
_UNMAILED = notifications.c.mailed.is_(None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of one kind wait for a member to be mailed, the oldest of them from `oldest`."""

    member: int
    kind: Kind
    number: int
    oldest: datetime


def add(connection: Connection, members: Iterable[int], new: NewNotification) -> None:
    """Keep a notification for each of the members."""
    values = {
        "kind": new.kind.value,
        "path": new.path,
        "revision": new.revision,
        "comment": new.comment,
        "actor": new.actor,
        "values": json.dumps(dict(new.values)),
        "topic": new.topic,
        "created": new.created,
        "mailed": new.mailed,
    }
    made = [{"member": member, **values} for member in members]
    if made:
        connection.execute(insert(notifications), made)


def take(connection: Connection, topic: str, members: Collection[int]) -> list[Notification]:
    """Take away what a newer notification of the same topic replaces; gives what it was."""
    where = (
        notifications.c.topic == topic,
        notifications.c.member.in_(sorted(members)),
        _UNREAD,
        _UNMAILED,
    )
    taken = [_notification(row) for row in connection.execute(select(notifications).where(*where))]
    if taken:
        gone = notifications.c.id.in_([one.id for one in taken])
        connection.execute(delete_from(notifications).where(gone))
    return taken


def settle_topic(connection: Connection, topic: str, now: datetime) -> None:
    """Everybody who was told of this topic has seen it."""
    where = (notifications.c.topic == topic, _UNREAD)
    connection.execute(update(notifications).where(*where).values(read=now))


def of_member(
    connection: Connection, member: int, *, before: int = 0, limit: int = 50, unread: bool = False
) -> list[Notification]:
    """A member's notifications, newest first; `before` is the id to go on after."""
    query = select(notifications).where(notifications.c.member == member)
    if before:
        query = query.where(notifications.c.id < before)
    if unread:
        query = query.where(_UNREAD)
    found = connection.execute(query.order_by(notifications.c.id.desc()).limit(limit))
    return [_notification(row) for row in found]


def get(connection: Connection, member: int, id: int) -> Notification | None:
    """One of a member's notifications."""
    where = (notifications.c.member == member, notifications.c.id == id)
    row = connection.execute(select(notifications).where(*where)).first()
    return _notification(row) if row else None


def unread_at(connection: Connection, member: int, path: str, kinds: Collection[Kind]) -> list[int]:
    """The ids of a member's unread notifications of these kinds about the page at a path today."""
    query = (
        select(notifications.c.id)
        .join(
            revisions,
            and_(
                revisions.c.commit == notifications.c.revision,
                revisions.c.path == notifications.c.path,
            ),
        )
        .join(places, places.c.page == revisions.c.page)
        .where(notifications.c.member == member, _UNREAD, places.c.path == path)
        .where(notifications.c.kind.in_([kind.value for kind in kinds]))
    )
    return list(connection.scalars(query))


def read(connection: Connection, member: int, ids: Collection[int], now: datetime) -> None:
    """The member has seen these."""
    _read(connection, now, notifications.c.member == member, notifications.c.id.in_(sorted(ids)))


def read_all(connection: Connection, member: int, last: int, now: datetime) -> None:
    """The member has seen all up to an id."""
    _read(connection, now, notifications.c.member == member, notifications.c.id <= last)


def _read(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> None:
    """Note what was seen; what the worker replaces or mails just now is left: nobody waits for it.

    Both would wait for each other, where each holds a row that the other one wants next.
    """
    free = select(notifications.c.id).where(*which, _UNREAD).with_for_update(skip_locked=True)
    seen = update(notifications).where(notifications.c.id.in_(free))
    connection.execute(seen.values(read=now))


def read_topic(connection: Connection, member: int, topic: str, now: datetime) -> None:
    """The member has seen what is told of this topic."""
    where = (notifications.c.member == member, notifications.c.topic == topic, _UNREAD)
    connection.execute(update(notifications).where(*where).values(read=now))


# -- mail --


def waiting(connection: Connection) -> list[Waiting]:
    """Count what was neither mailed nor left out of mail, by member and kind."""
    oldest = func.min(notifications.c.created).label("oldest")
    query = (
        select(notifications.c.member, notifications.c.kind, func.count().label("number"), oldest)
        .where(_UNMAILED)
        .group_by(notifications.c.member, notifications.c.kind)
        .order_by(notifications.c.member)
    )
    return [
        Waiting(row.member, Kind(row.kind), row.number, row.oldest)
        for row in connection.execute(query)
    ]


def unmailed(
    connection: Connection, member: int, kinds: Collection[Kind], limit: int
) -> list[Notification]:
    """List what of these kinds was neither mailed nor left out of mail, the oldest first."""
    of_kinds = notifications.c.kind.in_(sorted(kinds))
    where = (notifications.c.member == member, _UNMAILED, of_kinds)
    asked = select(notifications).where(*where).order_by(notifications.c.id).limit(limit)
    return [_notification(row) for row in connection.execute(asked)]


def mailed(
    connection: Connection, ids: Collection[int], now: datetime, letter: int | None = None
) -> bool:
    """These are in a letter, or (None) left out of mail; False if others dealt with some first."""
    these = update(notifications).where(notifications.c.id.in_(sorted(ids)), _UNMAILED)
    return connection.execute(these.values(mailed=now, letter=letter)).rowcount == len(ids)


def of_letter(connection: Connection, letter: int) -> list[Notification]:
    """List the notifications that a letter in the outbox tells."""
    asked = select(notifications).where(notifications.c.letter == letter)
    return [_notification(row) for row in connection.execute(asked.order_by(notifications.c.id))]


def unmail(connection: Connection, letter: int) -> None:
    """A letter is not sent after all: what it tells waits for another."""
    where = update(notifications).where(notifications.c.letter == letter)
    connection.execute(where.values(mailed=None, letter=None))


def forget(connection: Connection, seen: datetime, unseen: datetime) -> int:
    """Remove what was read before a moment, or made before one and never read; gives how many."""
    old = or_(notifications.c.read < seen, notifications.c.created < unseen)
    return connection.execute(delete_from(notifications).where(old)).rowcount


def _notification(row: Any) -> Notification:
    return filled(Notification, row, values=json.loads(row._mapping["values"]))
