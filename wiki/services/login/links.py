"""One-time links: confirm an address, choose a new password, accept an invitation."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum

from wiki.database.engine.connection import Connection
from wiki.database.login import tokens
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.services.access import limits
from wiki.services.access.limits import LINK, Try
from wiki.services.login.sessions import hash_token


class Kind(StrEnum):
    """The purpose of a link."""

    CONFIRM = "confirm"
    EMAIL = "email"
    INVITE = "invite"
    RESET = "reset"
    UNDO = "undo"


LIFE = {
    Kind.CONFIRM: timedelta(days=2),
    Kind.EMAIL: timedelta(days=2),
    Kind.INVITE: timedelta(days=14),
    Kind.RESET: timedelta(days=2),
    Kind.UNDO: timedelta(days=7),
}
SHORT = timedelta(hours=1)
"""The life of a link to choose a password that somebody asked for themselves."""

PILED_UP = frozenset({Kind.UNDO})
"""Of these, a newer one leaves the older ones: who took an account must not void them."""

_PAGES: Mapping[Kind, Callable[[str], str]] = {
    Kind.CONFIRM: lambda token: url_of("account_confirm", token),
    Kind.EMAIL: lambda token: url_of("account_confirm", token),
    Kind.INVITE: lambda token: url_of("register", invitation=token),
    Kind.RESET: lambda token: url_of("account_reset_choose", token),
    Kind.UNDO: lambda token: url_of("account_email_undo", token),
}


def make(
    wiki: Wiki,
    connection: Connection,
    kind: Kind,
    *,
    member: int | None = None,
    value: str = "",
    life: timedelta | None = None,
) -> str:
    """A new link's path; of a member's links of one kind only the newest works, mostly."""
    return known(wiki, connection, kind, member=member, value=value, life=life)[1]


def known(
    wiki: Wiki,
    connection: Connection,
    kind: Kind,
    *,
    member: int | None = None,
    value: str = "",
    life: timedelta | None = None,
) -> tuple[int, str]:
    """The same, with the id of its token."""
    token = secrets.token_urlsafe(24)
    expires = wiki.clock() + (life or LIFE[kind])
    id = tokens.add(
        connection,
        hash_token(token),
        kind.value,
        expires,
        member=member,
        value=value,
        keep=kind in PILED_UP,
    )
    return id, _PAGES[kind](token)


def get(wiki: Wiki, connection: Connection, kind: Kind, token: str) -> tokens.Token | None:
    """Return the purpose of the link, if it still works."""
    return tokens.get(connection, hash_token(token), kind.value, wiki.clock())


def use(wiki: Wiki, connection: Connection, kind: Kind, token: str) -> tokens.Token:
    """Return the purpose of the link; it works no more. Raises NotFound (`link_dead`)."""
    link = get(wiki, connection, kind, token)
    if link is None or not tokens.use(connection, link):
        raise NotFound("link_dead")
    return link


def works(wiki: Wiki, token: str, *kinds: Kind) -> bool:
    """Whether a link of one of these kinds still works."""
    with wiki.database.read() as connection:
        return any(get(wiki, connection, kind, token) for kind in kinds)


def slow_down(wiki: Wiki, address: str) -> None:
    """Count a try of a link from this address; raises TooFast."""
    limits.take(wiki, [Try(LINK, limits.key(wiki, limits.network(address)))])
