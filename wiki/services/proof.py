"""Proof that who acts is the account's owner, not somebody at a screen that was left open."""

from __future__ import annotations

from wiki.database import attempts, members
from wiki.database.connection import Connection
from wiki.domain.errors import Forbidden, Invalid, NotFound
from wiki.domain.members import Member
from wiki.domain.rights import Actor
from wiki.engine import Wiki
from wiki.services import limits, passwords, sessions
from wiki.services.limits import PASSWORD, Try
from wiki.services.sessions import own_id


def require(wiki: Wiki, actor: Actor, session: int, password: str) -> None:
    """Pass if the actor gives their password; who has none, if they logged in just now.

    Raises Invalid (field `current_password`), Forbidden (`login_not_fresh`), TooFast.
    """
    limits.take(wiki, [Try(PASSWORD, limits.key(wiki, own_id(actor)))])
    with wiki.database.read() as connection:
        kept = members.password_of(connection, own_id(actor))
    if kept and not passwords.verify(kept, password):
        raise Invalid.field("current_password", "password_wrong")
    if not kept and not sessions.is_fresh(wiki, session):
        raise Forbidden("login_not_fresh")
    with wiki.database.write() as connection:
        attempts.clear(connection, PASSWORD.kind, limits.key(wiki, own_id(actor)))


def has_password(wiki: Wiki, actor: Actor) -> bool:
    """Whether the actor has a password, rather than only ways to log in without one."""
    with wiki.database.read() as connection:
        return bool(members.password_of(connection, own_id(actor)))


def own(connection: Connection, actor: Actor) -> Member:
    """The actor's own account; raises LoginRequired, or NotFound if it is gone."""
    member = members.get(connection, own_id(actor))
    if member is None:
        raise NotFound("member_missing")
    return member
