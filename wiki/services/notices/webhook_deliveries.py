"""Delivering what webhooks are told: one try at a time, each within a bounded time.

A message goes to the one address that its host's name was looked up to, and to no private one
unless a setting allows that. What does not arrive is tried again, later and later; a webhook at
which nothing arrives for days is turned off, and its administrators get a letter.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.notices import webhooks
from wiki.domain.access.rights import Role
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import WikiError
from wiki.domain.notices.webhooks import PATIENCE, PAUSES, Delivery, Webhook, signature
from wiki.engine import Wiki
from wiki.i18n.errors import sentence
from wiki.services.access import journal, sealed_secrets
from wiki.services.content import outside
from wiki.services.notices import outbox

log = logging.getLogger(__name__)

BATCH = 5
SECONDS, SILENT = 10.0, 5.0
"""Seconds that one try may take, and that the other side may be silent in it."""
GONE = 410
"""The answer by which a webhook says that it wants to hear nothing any more."""
KEPT = timedelta(days=30)


@dataclass(slots=True)
class _Answer:
    """What came of a try: the status, 0 if there was none, and then the code of what went wrong."""

    status: int = 0
    problem: str = "webhook_slow"


def deliver(wiki: Wiki) -> bool:
    """Send what waits and is due, some of it; whether more may wait. For the worker."""
    with wiki.database.read() as connection:
        waiting = webhooks.due(connection, wiki.clock(), BATCH)
    for delivery, webhook in waiting:
        _note(wiki, delivery, webhook, _tried(wiki, delivery, webhook))
    return len(waiting) == BATCH


def tidy(wiki: Wiki) -> None:
    """Forget old messages that wait for nothing any more. For the worker."""
    with wiki.database.write() as connection:
        webhooks.forget(connection, wiki.clock() - KEPT)


def _tried(wiki: Wiki, delivery: Delivery, webhook: Webhook) -> _Answer:
    """Send a message once; who answers a byte a second is left to a thread of its own."""
    answer = _Answer()
    made = threading.Thread(target=_send, args=(wiki, delivery, webhook, answer), daemon=True)
    made.start()
    made.join(SECONDS)
    # What comes after that is not heard any more.
    return _Answer(answer.status, answer.problem)


def _send(wiki: Wiki, delivery: Delivery, webhook: Webhook, answer: _Answer) -> None:
    from requests import RequestException

    look = outside.any_address if wiki.settings.private_addresses else outside.public_address
    body = delivery.body.encode()
    stamp = int(wiki.clock().timestamp())
    try:
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.mark,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(
                sealed_secrets.unseal(wiki, webhook.secret), delivery.mark, stamp, body
            ),
        }
        with outside.asked("POST", webhook.address, look, headers, SILENT, body) as said:
            answer.status = said.status_code
        answer.problem = "" if 200 <= answer.status < 300 else "webhook_status"
    except WikiError as error:
        answer.problem = error.code
    except outside.Private:
        answer.problem = "webhook_private"
    except (RequestException, OSError, ValueError):
        answer.problem = "webhook_down"
    except Exception:
        log.exception("webhook %d could not be told", webhook.id)
        answer.problem = "webhook_down"


def _note(wiki: Wiki, delivery: Delivery, webhook: Webhook, answer: _Answer) -> None:
    now = wiki.clock()
    tries = delivery.tries + 1
    due = None
    if answer.problem and answer.status != GONE and tries <= len(PAUSES):
        due = now + PAUSES[tries - 1]
    values = {"tries": tries, "status": answer.status, "problem": answer.problem, "due": due}
    with wiki.database.write() as connection:
        arrived = {} if answer.problem else {"arrived": now}
        webhooks.note(connection, delivery.id, {**values, **arrived})
        current = webhooks.get(connection, webhook.id)
        if current is None or not current.active:
            return
        failing = (current.failing or now) if answer.problem else None
        is_over = answer.status == GONE or (failing is not None and now - failing > PATIENCE)
        changed = {"failing": failing, "active": not is_over}
        webhooks.change(connection, webhook.id, changed)
        if is_over:
            _tell(wiki, connection, current)
    if answer.problem:
        journal.note("webhook", number=webhook.id, code=answer.problem, status=answer.status or "")


def _tell(wiki: Wiki, connection: Connection, webhook: Webhook) -> None:
    """Write to the administrators that a webhook was turned off."""
    address = outbox.link(wiki.settings, url_of("admin_webhook", webhook.id))
    for member in members.active(connection):
        if member.role is not Role.ADMIN or not member.email:
            continue
        language = member.language or wiki.settings.language
        values = {"name": webhook.name, "url": address}
        subject = sentence(language, "webhook_off_subject", values)
        words = sentence(language, "webhook_off", values)
        outbox.put(wiki, connection, member.email, subject, f"{words}\n\n{address}\n")
