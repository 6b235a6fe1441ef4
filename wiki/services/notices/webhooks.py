"""Webhooks: what happens is put in their queue with what it is about, in one transaction.

What goes out names things and where they are, never their text. A webhook hears of pages that
everybody may read, and of others only if an administrator said so.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.notices import webhooks
from wiki.database.notices.webhooks import NewDelivery, NewWebhook
from wiki.database.pages import catalogue
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import ANONYMOUS, Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Kind
from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.domain.history.revisions import Event as Doing
from wiki.domain.history.revisions import Part, Revision
from wiki.domain.members.members import check_name
from wiki.domain.notices.webhooks import (
    SECRET,
    Delivery,
    Event,
    Webhook,
    check_address,
    check_events,
)
from wiki.engine import Wiki
from wiki.services.access import audit, sealed_secrets

MOST = 20
"""Webhooks of one wiki."""
MOST_WAITING = 1_000
"""Messages that wait for one webhook; what happens beyond that it does not hear."""
PAGE = 30


@dataclass(frozen=True, slots=True)
class Looked:
    """A webhook with what it was sent, newest first; `more`: from where older ones go on, or 0."""

    webhook: Webhook
    deliveries: Sequence[Delivery]
    waiting: int
    more: int


def announce(
    wiki: Wiki, connection: Connection, event: Event, path: str, **about: str | int | None
) -> None:
    """Tell the webhooks of something about the page at a path, in the caller's transaction.

    They hear it once the transaction stands.
    """
    for webhook in webhooks.active(connection):
        if event in webhook.wants and _may_hear(wiki, webhook, path):
            _put(wiki, connection, webhook, event, path, about)


News = tuple[Event, str, dict[str, str | int | None]]


def news_of(wiki: Wiki, connection: Connection, revisions: Iterable[Revision]) -> list[News]:
    """What there is to tell of revisions that came; nothing if nobody listens."""
    if not webhooks.active(connection):
        return []
    news: list[News] = []
    for revision in revisions:
        is_aside = revision.event is Doing.RENAME and revision.blob and not revision.came_from
        if revision.event is Doing.IMPORT or is_aside:
            continue  # what came from another wiki, and links that a rename repaired, are no news
        is_hidden = Part.AUTHOR in revision.hidden
        about: dict[str, str | int | None] = {
            "revision": revision.commit,
            "by": None if is_hidden else revision.author.name,
        }
        if not revision.blob:
            news.append((Event.PAGE_DELETED, revision.path, about))
        elif revision.event is Doing.RENAME:
            news.append((Event.PAGE_RENAMED, revision.path, {**about, "from": revision.came_from}))
        else:
            news.append((Event.PAGE_SAVED, revision.path, about))
            summary = catalogue.get(connection, revision.path)
            if summary and summary.meta.kind is Kind.DIALOGUE:
                news.append((Event.DIALOGUE_SAVED, revision.path, about))
    return news


def _may_hear(wiki: Wiki, webhook: Webhook, path: str) -> bool:
    return webhook.closed or wiki.rights.may(ANONYMOUS, Right.READ, path)


def _put(
    wiki: Wiki,
    connection: Connection,
    webhook: Webhook,
    event: Event,
    path: str,
    about: dict[str, str | int | None],
) -> None:
    if webhooks.waiting(connection, webhook.id) >= MOST_WAITING:
        return
    now = wiki.clock()
    base = wiki.settings.base_url.rstrip("/")
    address = url_of("page", path) if path else url_of("front")
    known = {name: value for name, value in about.items() if value is not None}
    data = {"path": path, "url": base + address, **known}
    body = {"type": event.value, "timestamp": now.isoformat(), "data": data}
    mark = "msg_" + secrets.token_hex(16)
    text = json.dumps(body, ensure_ascii=False)
    webhooks.put(connection, NewDelivery(webhook.id, mark, event.value, path, text, now))


# -- for administrators --


def listing(wiki: Wiki, actor: Actor) -> Sequence[Webhook]:
    """Every webhook, by name; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return webhooks.every(connection)


def look(wiki: Wiki, actor: Actor, id: int, *, before: int = 0) -> Looked:
    """A webhook and what it was sent; for administrators. Raises NotFound (`webhook_missing`)."""
    webhook = _get(wiki, actor, id)
    with wiki.database.read() as connection:
        deliveries = webhooks.newest(connection, id, before, PAGE + 1)
        number = webhooks.waiting(connection, id)
    more = deliveries[PAGE - 1].id if len(deliveries) > PAGE else 0
    return Looked(webhook, deliveries[:PAGE], number, more)


def add(
    wiki: Wiki, actor: Actor, *, name: str, address: str, events: Sequence[str], closed: bool
) -> tuple[int, str]:
    """Add a webhook; gives its id and its secret, which is not shown again. For administrators.

    Raises LoginRequired, Forbidden, Invalid (fields), Conflict (`webhooks_many`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    cleaned = check_name(name)
    if not cleaned:
        raise Invalid.field("name", "webhook_name")
    secret = SECRET + base64.b64encode(secrets.token_bytes(32)).decode()
    new = NewWebhook(
        name=cleaned,
        address=check_address(address),
        secret=sealed_secrets.seal(wiki, secret),
        events=check_events(events),
        closed=closed,
        owner=actor.own_id(),
        made=wiki.clock(),
    )
    with wiki.database.write() as connection:
        if len(webhooks.every(connection)) >= MOST:
            raise Conflict("webhooks_many", most=MOST)
        id = webhooks.add(connection, new)
        audit.write(wiki, connection, actor, LoggedAct.WEBHOOK_ADD, cleaned, address=new.address)
    return id, secret


def turn(wiki: Wiki, actor: Actor, id: int, *, on: bool) -> None:
    """Let a webhook hear of things, or not; for administrators. Raises NotFound."""
    webhook = _get(wiki, actor, id)
    with wiki.database.write() as connection:
        webhooks.change(connection, id, {"active": on, "failing": None})
        act = LoggedAct.WEBHOOK_ON if on else LoggedAct.WEBHOOK_OFF
        audit.write(wiki, connection, actor, act, webhook.name)
    wiki.wake()


def remove(wiki: Wiki, actor: Actor, id: int) -> None:
    """Forget a webhook and all that it was sent; for administrators. Raises NotFound."""
    webhook = _get(wiki, actor, id)
    with wiki.database.write() as connection:
        webhooks.remove(connection, id)
        audit.write(wiki, connection, actor, LoggedAct.WEBHOOK_REMOVE, webhook.name)


def test(wiki: Wiki, actor: Actor, id: int) -> None:
    """Send a webhook something, to see whether it arrives; for administrators. Raises NotFound."""
    webhook = _get(wiki, actor, id)
    with wiki.database.write() as connection:
        _put(wiki, connection, webhook, Event.TEST, "", {"by": actor.username})
    wiki.wake()


def again(wiki: Wiki, actor: Actor, delivery: int) -> int:
    """Send a message once more, as it was; gives its webhook. For administrators.

    Raises NotFound (`webhook_missing`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        message = webhooks.delivery(connection, delivery)
        if message is None:
            raise NotFound("webhook_missing")
        values = {"due": wiki.clock(), "tries": 0, "problem": "", "arrived": None}
        webhooks.note(connection, delivery, values)
    wiki.wake()
    return message.webhook


def _get(wiki: Wiki, actor: Actor, id: int) -> Webhook:
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        webhook = webhooks.get(connection, id)
    if webhook is None:
        raise NotFound("webhook_missing")
    return webhook
