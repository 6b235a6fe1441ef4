"""How strong a login must be: which rights wait until more is shown than a password."""

from __future__ import annotations

from dataclasses import replace

from wiki.database.engine.connection import Connection
from wiki.database.login import passkeys, second_factors
from wiki.domain.access.rights import Actor, Role
from wiki.domain.members.members import Member, Visit
from wiki.engine import Wiki
from wiki.settings import Settings


def asks_second_step(settings: Settings, connection: Connection, member: Member) -> bool:
    """Whether a password is not enough for this account.

    It is not once codes of an app are asked; nor where the site asks more of the member's role and
    they have a passkey.
    """
    factor = second_factors.get(connection, member.id)
    if factor is not None and factor.since is not None:
        return True
    return must_be_strong(settings, member.role) and passkeys.number(connection, member.id) > 0


def must_be_strong(settings: Settings, role: Role) -> bool:
    """Whether the rights of this role wait for a second step."""
    least = settings.require_second_factor
    return bool(least) and role >= Role[least.upper()]


def capped(wiki: Wiki, visit: Visit) -> Visit:
    """The visit of somebody who showed a password only: without the rights that wait."""
    if not wiki.settings.require_second_factor:
        return visit
    actor = weak(wiki.settings, visit.actor)
    return replace(visit, actor=actor, capped=wiki.rights.waits(actor))


def must_step(wiki: Wiki, member: Member) -> bool:
    """Whether some of a member's rights wait until they log in with more than a password."""
    return wiki.rights.waits(weak(wiki.settings, member.actor))


def absent(settings: Settings, connection: Connection, member: Member) -> Actor:
    """A member who is not here, with the rights that they would have once logged in."""
    if not settings.require_second_factor or asks_second_step(settings, connection, member):
        return member.actor
    return weak(settings, member.actor)


def weak(settings: Settings, actor: Actor) -> Actor:
    """The actor without the rights that wait for a second step."""
    least = settings.require_second_factor
    return actor.weak(Role[least.upper()]) if least else actor
