"""Seals: how the wiki knows its own commits.

Whoever pushes writes names, addresses, dates and trailers as they like. What the wiki commits ends
in one more trailer: a code over all the rest of the commit (its tree, parents, people, times and
words), made with a secret that only the wiki has (HMAC-SHA-256, RFC 2104, cut to 128 bits). So a
seal holds for one commit, and nobody else can make one.
"""

from __future__ import annotations

import hashlib
import hmac

NAME = "Seal"
_MARK = f"{NAME}: ".encode()
_DIGITS = 32
_LENGTH = len(_MARK) + _DIGITS + 1


class Seal:
    """Makes and knows the seals of one secret."""

    def __init__(self, secret: bytes) -> None:
        # Copying a keyed one takes a fraction of the time of making it.
        self._keyed = hmac.new(secret, digestmod=hashlib.sha256)

    def put(self, raw: bytes) -> bytes:
        """The bytes of a commit, which end in trailers, with the seal as the last of these."""
        return raw + _MARK + self._code(raw) + b"\n"

    def holds(self, raw: bytes) -> bool:
        """Whether a commit of these bytes is our own."""
        rest, last = raw[:-_LENGTH], raw[-_LENGTH:]
        return last.startswith(_MARK) and hmac.compare_digest(
            last[len(_MARK) : -1], self._code(rest)
        )

    def _code(self, raw: bytes) -> bytes:
        made = self._keyed.copy()
        made.update(raw)
        return made.hexdigest()[:_DIGITS].encode()


def without(raw: bytes) -> bytes:
    """The bytes of a commit or a message without the seal that they end in."""
    return raw[:-_LENGTH] if raw[-_LENGTH:].startswith(_MARK) else raw
