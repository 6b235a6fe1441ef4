"""Webhooks and what they are sent: the queue survives whoever delivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.domain.notices.webhooks import Delivery, Webhook

webhooks = Table(
    "webhooks",
    truth,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("address", String(500), nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", String(300), nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("owner", ForeignKey("members.id"), nullable=False),
    Column("made", Moment, nullable=False),
    Column("failing", Moment),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "webhook_deliveries",
    truth,
    Column("id", Integer, primary_key=True),
    Column("webhook", ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("mark", String(40), nullable=False),
    Column("event", String(30), nullable=False),
    Column("path", String(1000), nullable=False),
    Column("body", Text, nullable=False),
    Column("made", Moment, nullable=False),
    Column("due", Moment, index=True),
    Column("tries", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("problem", String(60), nullable=False),
    Column("arrived", Moment),
    Index(None, "webhook", "id"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What a webhook is made of."""

    name: str
    address: str
    secret: str
    events: str
    closed: bool
    owner: int
    made: datetime


def add(connection: Connection, new: NewWebhook) -> int:
    """Keep a webhook; gives its id."""
    values = {
        "name": new.name,
        "address": new.address,
        "secret": new.secret,
        "events": new.events,
        "closed": new.closed,
        "active": True,
        "owner": new.owner,
        "made": new.made,
    }
    key = connection.execute(insert(webhooks).values(**values)).inserted_primary_key
    return int(key[0])  # type: ignore[index]


def every(connection: Connection) -> list[Webhook]:
    """All webhooks, by name."""
    asked = select(webhooks).order_by(func.lower(webhooks.c.name), webhooks.c.id)
    return [filled(Webhook, row) for row in connection.execute(asked)]


def get(connection: Connection, id: int) -> Webhook | None:
    """The webhook with that id, or None."""
    row = connection.execute(select(webhooks).where(webhooks.c.id == id)).first()
    return filled(Webhook, row) if row else None


def active(connection: Connection) -> list[Webhook]:
    """The webhooks that are told of things."""
    asked = select(webhooks).where(webhooks.c.active == true()).order_by(webhooks.c.id)
    return [filled(Webhook, row) for row in connection.execute(asked)]


def change(connection: Connection, id: int, values: Mapping[str, Any]) -> None:
    """Change a webhook."""
    connection.execute(update(webhooks).where(webhooks.c.id == id).values(**values))


def remove(connection: Connection, id: int) -> None:
    """Forget a webhook and all that it was sent."""
    connection.execute(delete_from(deliveries).where(deliveries.c.webhook == id))
    connection.execute(delete_from(webhooks).where(webhooks.c.id == id))


# -- what is sent --


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to a webhook."""

    webhook: int
    mark: str
    event: str
    path: str
    body: str
    made: datetime


def put(connection: Connection, new: NewDelivery) -> None:
    """Put a message in the queue, in the caller's transaction."""
    values = {
        "webhook": new.webhook,
        "mark": new.mark,
        "event": new.event,
        "path": new.path,
        "body": new.body,
        "made": new.made,
        "due": new.made,
        "tries": 0,
        "status": 0,
        "problem": "",
    }
    connection.execute(insert(deliveries).values(**values))


def waiting(connection: Connection, webhook: int) -> int:
    """Count the messages that a webhook is still to get."""
    asked = select(func.count()).select_from(deliveries)
    where = (deliveries.c.webhook == webhook, deliveries.c.due.is_not(None))
    return int(connection.scalar(asked.where(*where)) or 0)


def due(connection: Connection, now: datetime, limit: int) -> list[tuple[Delivery, Webhook]]:
    """Messages whose time has come, the one that waits longest first, with their webhooks."""
    query = (
        select(deliveries)
        .join(webhooks, webhooks.c.id == deliveries.c.webhook)
        .where(deliveries.c.due <= now, webhooks.c.active == true())
        .order_by(deliveries.c.due, deliveries.c.id)
        .limit(limit)
    )
    known = {one.id: one for one in active(connection)}
    found = [filled(Delivery, row) for row in connection.execute(query)]
    return [(one, known[one.webhook]) for one in found if one.webhook in known]


def newest(connection: Connection, webhook: int, before: int, limit: int) -> list[Delivery]:
    """What a webhook was sent, the newest first; from before an id, if one is given."""
    query = select(deliveries).where(deliveries.c.webhook == webhook)
    if before:
        query = query.where(deliveries.c.id < before)
    rows = connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit))
    return [filled(Delivery, row) for row in rows]


def delivery(connection: Connection, id: int) -> Delivery | None:
    """The message with that id, or None."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == id)).first()
    return filled(Delivery, row) if row else None


def note(connection: Connection, id: int, values: Mapping[str, Any]) -> None:
    """Note how it went with a message."""
    connection.execute(update(deliveries).where(deliveries.c.id == id).values(**values))


def forget(connection: Connection, until: datetime) -> None:
    """Forget messages of before a moment that wait for nothing any more."""
    where = (deliveries.c.made < until, deliveries.c.due.is_(None))
    connection.execute(delete_from(deliveries).where(*where))
