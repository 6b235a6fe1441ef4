"""Shutting members out, for good or for a time, and letting them in again."""

from __future__ import annotations

from datetime import datetime

from wiki.database.engine.connection import Connection
from wiki.database.login import sessions, suspensions, tokens
from wiki.database.members import members
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor, Right, Role
from wiki.domain.errors import Conflict, Forbidden, Invalid
from wiki.domain.login.suspensions import Suspension
from wiki.domain.members.members import Member, Status
from wiki.engine import Wiki
from wiki.services.access import audit


def require(wiki: Wiki, actor: Actor, member: Member) -> None:
    """Pass who may shut this member out: a moderator of the whole site, of a higher role.

    Administrators may shut each other out, nobody themselves. Raises LoginRequired, Forbidden.
    """
    wiki.rights.require(actor, Right.MODERATE)
    if member.id == actor.id:
        raise Forbidden("member_self")
    if actor.role is not Role.ADMIN and member.role >= actor.role:
        raise Forbidden("member_above", username=member.username)


def may(wiki: Wiki, actor: Actor, member: Member) -> bool:
    """Whether the actor may shut this member out."""
    try:
        require(wiki, actor, member)
    except Forbidden:
        return False
    return True


def check_until(wiki: Wiki, until: datetime | None) -> None:
    """Pass if a suspension may end then; raises Invalid (field `until`)."""
    if until is not None and until <= wiki.clock():
        raise Invalid.field("until", "until_past")


def put(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    member: Member,
    reason: str,
    until: datetime | None = None,
) -> None:
    """Shut a member out in the caller's transaction: no login, and every session and link ends.

    Raises Conflict (`last_admin`).
    """
    keep_an_admin(connection, member)
    members.change(connection, member.id, {"status": Status.SUSPENDED.value})
    sessions.end_all(connection, member.id)
    tokens.drop_all(connection, member.id)
    suspensions.put(connection, member.id, reason, actor.id, wiki.clock(), until)
    detail = {"until": until.isoformat()} if until else {}
    audit.write(
        wiki, connection, actor, LoggedAct.MEMBER_SUSPEND, member.username, reason, **detail
    )


def lift(wiki: Wiki, connection: Connection, actor: Actor, member: Member, reason: str) -> None:
    """Let a member in again, in the caller's transaction."""
    suspensions.lift(connection, member.id)
    if member.status is Status.SUSPENDED:
        members.change(connection, member.id, {"status": Status.ACTIVE.value})
        audit.write(wiki, connection, actor, LoggedAct.MEMBER_REINSTATE, member.username, reason)


def keep_an_admin(connection: Connection, member: Member) -> None:
    """Pass unless this is the only administrator; raises Conflict (`last_admin`)."""
    is_admin = member.role is Role.ADMIN and member.status is Status.ACTIVE
    if is_admin and not members.administrators(connection, without=member.id):
        raise Conflict("last_admin", username=member.username)


def of(wiki: Wiki, member: Member) -> Suspension | None:
    """Why and until when a member is shut out, as far as that was written down."""
    if member.status is not Status.SUSPENDED:
        return None
    with wiki.database.read() as connection:
        return suspensions.get(connection, member.id)


def end(wiki: Wiki) -> bool:
    """Let in whose time is over; whether there was anybody. For the worker, and at a login."""
    now = wiki.clock()
    with wiki.database.read() as connection:
        if not suspensions.over(connection, now):
            return False
    with wiki.database.write() as connection:
        for id in suspensions.over(connection, now):
            member = members.get(connection, id)
            if member:
                lift(wiki, connection, SYSTEM, member, "")
    return True
