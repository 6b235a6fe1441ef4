"""Warning members: on their screen until they say to have read it, and by notification."""

from __future__ import annotations

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.moderation import cautions
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import Forbidden, NotFound
from wiki.domain.members.members import Member
from wiki.domain.moderation.cautions import Caution
from wiki.domain.moderation.reports import check_reason
from wiki.domain.notices.notifications import Kind
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.notices import notifications


def require(actor: Actor, member: Member) -> None:
    """Pass unless a moderator would warn themselves or somebody of a higher role.

    Raises Forbidden.
    """
    if member.id == actor.id:
        raise Forbidden("member_self")
    if member.role > actor.role:
        raise Forbidden("member_above", username=member.username)


def warn(wiki: Wiki, actor: Actor, username: str, reason: str) -> None:
    """Warn a member, for moderators of the whole site.

    Raises LoginRequired, Forbidden, NotFound, Invalid (field `reason`).
    """
    wiki.rights.require(actor, Right.MODERATE)
    reason = check_reason(reason)
    with wiki.database.write() as connection:
        member = members.by_username(connection, username)
        if member is None:
            raise NotFound("member_missing", username=username)
        require(actor, member)
        put(wiki, connection, actor, member, reason)
    wiki.wake()


def put(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    member: Member,
    reason: str,
    *,
    address: str = "",
    path: str = "",
) -> None:
    """Warn a member in the caller's transaction: about what is at `address`, on the page `path`."""
    now = wiki.clock()
    cautions.add(connection, member.id, actor.id, reason, address, now)
    audit.write(
        wiki, connection, actor, LoggedAct.MEMBER_WARN, member.username, reason, about=address
    )
    told = {"reason": reason, "address": address}
    notifications.tell(
        wiki, connection, [member.id], Kind.WARNED, path=path, by=actor.id, values=told
    )


def waiting(wiki: Wiki, actor: Actor) -> list[Caution]:
    """The warnings that the actor did not say to have read, the newest first."""
    with wiki.database.read() as connection:
        return cautions.of_member(connection, actor.own_id(), unseen=True)


def see(wiki: Wiki, actor: Actor, id: int) -> None:
    """The actor read a warning; raises LoginRequired, NotFound for one that is not theirs."""
    with wiki.database.write() as connection:
        if not cautions.see(connection, actor.own_id(), id, wiki.clock()):
            raise NotFound("caution_missing")
