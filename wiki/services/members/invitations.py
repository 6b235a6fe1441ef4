"""Invitations: who was asked to join, what became of it; withdrawn and sent once more."""

from __future__ import annotations

from datetime import timedelta

from wiki.database.engine.connection import Connection
from wiki.database.login import tokens
from wiki.database.members import invitations
from wiki.database.members.invitations import Invitation
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import NotFound
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.login import links
from wiki.services.login.links import LIFE, Kind
from wiki.services.notices import account_mail, outbox

KEPT = timedelta(days=90)
"""How long it can still be seen what became of an invitation whose time is over."""


def listing(wiki: Wiki, actor: Actor, *, before: int = 0, limit: int = 50) -> list[Invitation]:
    """The invitations, newest first; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return invitations.newest(connection, before=before, limit=limit)


def put(wiki: Wiki, connection: Connection, actor: Actor, email: str) -> str:
    """A new invitation's link, in the caller's transaction; mailed if an address is given."""
    now = wiki.clock()
    token, path = links.known(wiki, connection, Kind.INVITE, value=email)
    expires = now + LIFE[Kind.INVITE]
    invitations.add(connection, token, email, actor.id, now, expires)
    if email and outbox.can_send(wiki.settings):
        written = account_mail.invited(wiki.settings, path)
        outbox.put(wiki, connection, email, written.subject, written.text)
    return path


def revoke(wiki: Wiki, actor: Actor, id: int) -> None:
    """Nobody joins with this invitation any more. For administrators; raises NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        found = _end(wiki, connection, id)
        audit.write(wiki, connection, actor, "invitation_revoke", found.email)


def renew(wiki: Wiki, actor: Actor, id: int) -> tuple[str, str]:
    """A new link in the place of an invitation that nobody used, mailed where the first went.

    Gives its path and the address. For administrators; raises NotFound.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        ended = _end(wiki, connection, id)
        path = put(wiki, connection, actor, ended.email)
        audit.write(wiki, connection, actor, "invitation_renew", ended.email)
    wiki.wake()
    return path, ended.email


def forget(wiki: Wiki, connection: Connection) -> None:
    """Forget what became of old invitations. For the worker."""
    invitations.forget(connection, wiki.clock() - KEPT)


def _end(wiki: Wiki, connection: Connection, id: int) -> Invitation:
    kept = invitations.get(connection, id)
    if kept is None or kept[0].used:
        raise NotFound("invitation_missing")
    invitation, token = kept
    if token is not None:
        tokens.remove(connection, token)
    if invitation.revoked is None:
        invitations.revoke(connection, id, wiki.clock())
    return invitation
