"""Proof that who acts is the account's owner, not somebody at a screen that was left open.

What changes how one logs in, what takes one's data along and what erases it asks for the password,
or for proof that was given a moment ago in this session: a code, a passkey, the provider's word, or
(where there is no password) having logged in.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from wiki.database.access import attempts
from wiki.database.engine.connection import Connection
from wiki.database.login import sessions
from wiki.database.members import members
from wiki.domain.access.rights import Actor
from wiki.domain.errors import Forbidden, Invalid, NotFound
from wiki.domain.members.members import Member
from wiki.engine import Wiki
from wiki.services.access import limits
from wiki.services.access.limits import PASSWORD, Try
from wiki.services.login import passwords

FRESH = timedelta(minutes=10)
"""How long proof is good for."""


class Asks(StrEnum):
    """The proof that is asked first: nothing (any more), the password in the form itself, or
    something for which there is a screen of its own."""

    NOTHING = "nothing"
    PASSWORD = "password"
    ELSEWHERE = "elsewhere"


def asks(wiki: Wiki, actor: Actor, session: int) -> Asks:
    """Return what the actor has to show in this session before they do something sensitive."""
    since = wiki.clock() - FRESH
    with wiki.database.read() as connection:
        has_one = bool(members.password_of(connection, actor.own_id()))
        begun, proved = sessions.shown(connection, session) or (None, None)
    if proved and proved > since:
        return Asks.NOTHING
    if has_one:
        return Asks.PASSWORD
    return Asks.NOTHING if begun and begun > since else Asks.ELSEWHERE


def require(wiki: Wiki, actor: Actor, session: int, password: str) -> None:
    """Pass if the actor proved a moment ago who they are, or gives their password now.

    Raises Invalid (field `current_password`), Forbidden (`login_not_fresh`), TooFast.
    """
    asked = asks(wiki, actor, session)
    if asked is Asks.ELSEWHERE:
        raise Forbidden("login_not_fresh")
    if asked is Asks.PASSWORD:
        _check_password(wiki, actor, password)


def _check_password(wiki: Wiki, actor: Actor, password: str) -> None:
    key = limits.key(wiki, actor.own_id())
    limits.take(wiki, [Try(PASSWORD, key)])
    with wiki.database.read() as connection:
        kept = members.password_of(connection, actor.own_id())
    if not passwords.verify(kept, password):
        raise Invalid.field("current_password", "password_wrong")
    with wiki.database.write() as connection:
        attempts.clear(connection, PASSWORD.kind, key)


def by_password(wiki: Wiki, actor: Actor, session: int, password: str) -> None:
    """Prove it with the password, for what follows. Raises Invalid, TooFast, LoginRequired."""
    _check_password(wiki, actor, password)
    given(wiki, session)


def given(wiki: Wiki, session: int) -> None:
    """It was proved in this session, now."""
    with wiki.database.write() as connection:
        sessions.prove(connection, session, wiki.clock())


def has_password(wiki: Wiki, actor: Actor) -> bool:
    """Whether the actor has a password, rather than only ways to log in without one."""
    with wiki.database.read() as connection:
        return bool(members.password_of(connection, actor.own_id()))


def own(connection: Connection, actor: Actor) -> Member:
    """The actor's own account; raises LoginRequired, or NotFound if it is gone."""
    member = members.get(connection, actor.own_id())
    if member is None:
        raise NotFound("member_missing")
    return member
