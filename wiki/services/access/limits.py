"""Limits: how fast one may try, counted over all processes.

A limit slows down and never shuts out: after some free tries each next one has to wait twice as
long as the one before, up to a cap.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from wiki.database.access import attempts
from wiki.database.engine.connection import Connection
from wiki.domain.errors import TooFast
from wiki.engine import Wiki

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` tries in a `window` cost nothing; then each wait doubles, up to `most` seconds."""

    kind: str
    free: int
    most: int
    window: timedelta = HOUR

    def wait(self, count: attempts.Count, now: datetime) -> int:
        """Seconds to wait before the next try."""
        over = count.number - self.free
        if over < 0 or count.last is None:
            return 0
        pause = self.most if over > 20 else min(self.most, 2**over)
        return max(0, ceil((count.last + timedelta(seconds=pause) - now).total_seconds()))


LOGIN_HERE = Limit("login-here", free=5, most=300)
"""One account from one address."""

LOGIN_ADDRESS = Limit("login-from", free=30, most=60)
"""Any account from one address."""

LOGIN_ACCOUNT = Limit("login-to", free=30, most=60)
"""One account from any address where its owner did not log in before."""

LOGIN_DEVICE = Limit("login-device", free=5, most=300)
"""One account on a device where its owner logged in before."""

SECOND = Limit("second", free=5, most=300)
"""Codes of the second step for one account from one address."""

SECOND_ACCOUNT = Limit("second-to", free=20, most=300)
"""Codes of the second step for one account from where its owner did not log in before."""

REGISTER = Limit("register", free=10, most=600)
"""New accounts from one address."""

RESET = Limit("reset", free=10, most=600)
"""Asking for mail with a link, from one address."""

RESET_ACCOUNT = Limit("reset-to", free=3, most=900)
"""Asking for mail with a link to one account."""

SIGN_ON = Limit("sign-on", free=30, most=60)
"""Beginning to log in with a passkey, from one address."""

LINK = Limit("link", free=20, most=60)
"""Tries of one-time links from one address."""

REPORT = Limit("report", free=5, most=600)
"""Reports to the moderators by one member, or from one address without an account."""

PASSWORD = Limit("password", free=5, most=300)
"""Tries of one's own password while logged in."""


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt that is written down before its outcome is known."""

    limit: Limit
    key: str


def key(wiki: Wiki, *parts: object) -> str:
    """The parts as one key that says nothing to who reads the table."""
    text = "\n".join(str(part) for part in parts)
    secret = wiki.settings.secret_key.encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def network(address: str) -> str:
    """The address as far as one person has one: IPv6 by its first 64 bits."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def take(wiki: Wiki, tries: Sequence[Try]) -> None:
    """Write the tries down; raises TooFast(seconds) and writes nothing if one has to wait.

    They are written before the outcome is known: many at the same time count as many.
    """
    now = wiki.clock()
    with wiki.database.read() as connection:
        _pass(connection, tries, now)
    with wiki.database.write(light=True) as connection:
        _pass(connection, tries, now)
        for attempt in tries:
            attempts.add(connection, attempt.limit.kind, attempt.key, now)


def _pass(connection: Connection, tries: Sequence[Try], now: datetime) -> None:
    waits = [
        each.limit.wait(
            attempts.count(connection, each.limit.kind, each.key, now - each.limit.window), now
        )
        for each in tries
    ]
    if any(waits):
        raise TooFast("too_fast", seconds=max(waits))
