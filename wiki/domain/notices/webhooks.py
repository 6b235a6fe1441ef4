"""Webhooks: addresses elsewhere that are told of what happens, signed as Standard Webhooks says.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from wiki.domain.errors import Invalid

MOST_ADDRESS = 500
SECRET = "whsec_"
"""How a secret begins, as the specification has it."""
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long to wait after the first, second, ... failure; after the last one it is given up."""
PATIENCE = timedelta(days=5)
"""After failing for so long without one success a webhook is turned off."""


class Event(StrEnum):
    """What is told."""

    PAGE_SAVED = "page.saved"
    PAGE_RENAMED = "page.renamed"
    PAGE_DELETED = "page.deleted"
    DIALOGUE_SAVED = "dialogue.saved"
    COMMENT_POSTED = "comment.posted"
    SUGGESTION_MADE = "suggestion.made"
    SUGGESTION_DECIDED = "suggestion.decided"
    TEST = "test"
    """Asked for on the screen, and by nobody chosen."""


CHOSEN = tuple(event for event in Event if event is not Event.TEST)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told; `secret` is sealed.

    `closed`: also of pages that not everybody may read. `failing` is since when nothing arrived.
    """

    id: int
    name: str
    address: str
    secret: str
    events: str
    closed: bool
    active: bool
    owner: int
    made: datetime
    failing: datetime | None

    @property
    def wants(self) -> frozenset[str]:
        """The events that it is told of."""
        return frozenset(self.events.split())


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook; `due` is None once it arrived or was given up."""

    id: int
    webhook: int
    mark: str
    event: str
    path: str
    body: str
    made: datetime
    due: datetime | None
    tries: int
    status: int
    problem: str
    arrived: datetime | None


def check_events(chosen: Iterable[str]) -> str:
    """The events as they are kept. Raises Invalid (field `events`)."""
    named = set(chosen)
    if not named or named - set(CHOSEN):
        raise Invalid.field("events", "webhook_events")
    return " ".join(event for event in CHOSEN if event in named)


def check_address(written: str) -> str:
    """The address of a webhook. Raises Invalid (field `address`)."""
    if len(written) > MOST_ADDRESS:
        raise Invalid.field("address", "webhook_address")
    written = written.strip()
    try:
        parts = urlsplit(written)
        fits = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
        (parts.hostname or "").encode("idna")
    except ValueError:
        fits = False
    printable = written.isascii() and written.isprintable() and " " not in written
    if not fits or not printable or "@" in parts.netloc:
        raise Invalid.field("address", "webhook_address")
    return parts._replace(fragment="").geturl()


def signature(secret: str, mark: str, stamp: int, body: bytes) -> str:
    """What goes in `webhook-signature`: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix(SECRET))
    signed = f"{mark}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
