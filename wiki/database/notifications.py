"""Notifications: the table and its queries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    insert,
    select,
)

from wiki.database.schema import Moment, truth
from wiki.domain.notifications import Kind, NewNotification, Notification

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
    # When it was put into a mail, or left out of it for good.
    Column("mailed", Moment),
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


def add(connection: Connection, members: Iterable[int], new: NewNotification) -> None:
    """Keep a notification for each of the members."""
    values = {
        "kind": new.kind.value,
        "path": new.path,
        "revision": new.revision,
        "comment": new.comment,
        "actor": new.actor,
        "values": json.dumps(dict(new.values)),
        "created": new.created,
    }
    rows = [{"member": member, **values} for member in members]
    if rows:
        connection.execute(insert(notifications), rows)


def of_member(
    connection: Connection, member: int, *, before: int = 0, limit: int = 50, unread: bool = False
) -> list[Notification]:
    """A member's notifications, newest first; `before` is the id to go on after."""
    asked = select(notifications).where(notifications.c.member == member)
    if before:
        asked = asked.where(notifications.c.id < before)
    if unread:
        asked = asked.where(notifications.c.read.is_(None))
    rows = connection.execute(asked.order_by(notifications.c.id.desc()).limit(limit))
    return [_notification(row) for row in rows]


def _notification(row: Any) -> Notification:
    return Notification(
        id=row.id,
        member=row.member,
        kind=Kind(row.kind),
        path=row.path,
        revision=row.revision,
        comment=row.comment,
        actor=row.actor,
        values=json.loads(row._mapping["values"]),
        created=row.created,
        read=row.read,
    )
