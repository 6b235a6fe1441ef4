"""Devices on which somebody logged in before, so that who attacks their account does not stop them.

The browser keeps a mark for each account that logged in there: a random word and its signature for
that account. Nothing of it is kept here, and it opens nothing: it only makes tries count apart.
"""

from __future__ import annotations

import hmac
import secrets

from wiki.engine import Wiki
from wiki.services.access import limits

MOST = 5
"""Accounts that a browser remembers; the one that logged in longest ago goes."""

_BETWEEN = "~"


def known(wiki: Wiki, member: int | str, kept: str) -> str:
    """The mark with which this account logged in here before, among what the browser kept."""
    return next((mark for mark in _marks(kept) if _is_of(wiki, member, mark)), "")


def keep(wiki: Wiki, member: int, cookie: str) -> str:
    """Return the cookie for a browser in which this account logged in just now."""
    mark = known(wiki, member, cookie)
    if not mark:
        word = secrets.token_urlsafe(12)
        mark = f"{word}.{_sign(wiki, member, word)}"
    others = [other for other in _marks(cookie) if other != mark]
    return _BETWEEN.join([mark, *others][:MOST])


def _marks(kept: str) -> list[str]:
    return [mark for mark in kept.split(_BETWEEN) if mark][:MOST]


def _is_of(wiki: Wiki, member: int | str, mark: str) -> bool:
    word, _, signature = mark.partition(".")
    return hmac.compare_digest(signature.encode(), _sign(wiki, member, word).encode())


def _sign(wiki: Wiki, member: int | str, word: str) -> str:
    return limits.key(wiki, "device", member, word)[:32]
