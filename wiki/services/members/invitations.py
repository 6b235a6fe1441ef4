"""Invitations: who was asked to join, what became of it; withdrawn and sent once more."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from wiki.database.access.groups import every as every_group
from wiki.database.engine.connection import Connection
from wiki.database.login import tokens
from wiki.database.members import invitations, members
from wiki.database.members.invitations import Grants, Invitation
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor, Right, Role
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.members.members import Member, check_email, fold_email
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.access.groups import put_in
from wiki.services.access.rules import role_of
from wiki.services.login import links
from wiki.services.login.links import LIFE, Kind
from wiki.services.notices import account_mail, outbox

MEMBER = Grants()
MOST = 200
WRITTEN_MOST = 40_000
"""People invited at once, and characters in which they are written."""
KEPT = timedelta(days=90)
"""How long it can still be seen what became of an invitation whose time is over."""


def listing(wiki: Wiki, actor: Actor, *, before: int = 0, limit: int = 50) -> list[Invitation]:
    """The invitations, newest first; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return invitations.newest(connection, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was just made: its link's path, shown once, and where it was mailed."""

    path: str
    email: str


def invite(
    wiki: Wiki, actor: Actor, emails: str = "", role: str = "", groups: Collection[str] = ()
) -> list[Invited]:
    """Invite everybody whose address is written here; nobody's gives one link to hand over.

    Who joins gets the role and is in the groups. For administrators. Raises LoginRequired,
    Forbidden, Invalid (fields `email`, `role`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    addresses = addresses_in(emails) or [""]
    granted = role_of(role) if role else Role.MEMBER
    if granted is Role.READER:
        raise Invalid.field("role", "role_unknown", role=role)
    with wiki.database.write() as connection:
        unknown = set(groups) - {known.name for known in every_group(connection)}
        grants = Grants(granted, frozenset(groups) - unknown)
        made = []
        for email in addresses:
            made.append(Invited(put(wiki, connection, actor, email, grants), email))
            detail = {"role": granted.word} if granted is not Role.MEMBER else {}
            audit.write(wiki, connection, actor, LoggedAct.MEMBER_INVITE, email, **detail)
    wiki.wake()
    return made


def addresses_in(written: str) -> list[str]:
    """The e-mail addresses in a text, each once: with commas, spaces or lines between, or names.

    `Anna de Vries <anna@example.org>` is an address too. Raises Invalid (field `email`).
    """
    if len(written) > WRITTEN_MOST:
        raise Invalid.field("email", "emails_many", most=MOST)
    addresses: dict[str, str] = {}
    wrong: list[str] = []
    words = [word for part in re.split(r"[,;\n]", written) for word in _bare(part).split()]
    for word in words:
        try:
            addresses.setdefault(fold_email(word), check_email(word))
        except Invalid:
            wrong.append(word)
    if wrong:
        listed = ", ".join(word[:80] for word in wrong[:5])
        raise Invalid.field("email", "emails_wrong", wrong=listed)
    if len(addresses) > MOST:
        raise Invalid.field("email", "emails_many", most=MOST)
    return list(addresses.values())


def _bare(written: str) -> str:
    """Give what stands between angle brackets after a name; else all of it."""
    _, opens, rest = written.partition("<")
    address, closes, _ = rest.partition(">")
    return address if opens and closes else written


def email_of(wiki: Wiki, token: str) -> str:
    """The address that an invitation was made for; empty if it works no more, or for anybody."""
    with wiki.database.read() as connection:
        found = links.get(wiki, connection, Kind.INVITE, token)
    return found.value if found else ""


def join(wiki: Wiki, connection: Connection, token: int, member: Member) -> Member:
    """Somebody joined with the invitation of this token, in the caller's transaction.

    Gives the member with the role and in the groups that it gives.
    """
    invitation = invitations.by_token(connection, token)
    invitations.used(connection, token, member.id, wiki.clock())
    if invitation is None:
        return member
    if invitation.grants.role is not member.role:
        members.change(connection, member.id, {"role": int(invitation.grants.role)})
        detail = {"before": member.role.word, "after": invitation.grants.role.word}
        audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_ROLE, member.username, **detail)
    if invitation.grants.groups:
        put_in(wiki, connection, SYSTEM, member, invitation.grants.groups)
    return members.get(connection, member.id) or member


def put(
    wiki: Wiki, connection: Connection, actor: Actor, email: str, grants: Grants = MEMBER
) -> str:
    """A new invitation's link, in the caller's transaction; mailed if an address is given."""
    now = wiki.clock()
    token, path = links.known(wiki, connection, Kind.INVITE, value=email)
    expires = now + LIFE[Kind.INVITE]
    invitations.add(connection, token, email, actor.id, now, expires, grants)
    if email and outbox.can_send(wiki.settings):
        written = account_mail.invited(wiki.settings, path)
        outbox.put(wiki, connection, email, written.subject, written.text)
    return path


def revoke(wiki: Wiki, actor: Actor, id: int) -> None:
    """Nobody joins with this invitation any more. For administrators; raises NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        found = _end(wiki, connection, id)
        audit.write(wiki, connection, actor, LoggedAct.INVITATION_REVOKE, found.email)


def renew(wiki: Wiki, actor: Actor, id: int) -> Invited:
    """A new link in the place of an invitation that nobody used, mailed where the first went.

    For administrators; raises NotFound.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        ended = _end(wiki, connection, id)
        path = put(wiki, connection, actor, ended.email, ended.grants)
        audit.write(wiki, connection, actor, LoggedAct.INVITATION_RENEW, ended.email)
    wiki.wake()
    return Invited(path, ended.email)


def forget(wiki: Wiki, connection: Connection) -> None:
    """Forget what became of old invitations. For the worker."""
    invitations.forget(connection, wiki.clock() - KEPT)


def _end(wiki: Wiki, connection: Connection, id: int) -> Invitation:
    row = invitations.get(connection, id)
    if row is None or row[0].used:
        raise NotFound("invitation_missing")
    invitation, token = row
    if token is not None:
        tokens.remove(connection, token)
    if invitation.revoked is None:
        invitations.revoke(connection, id, wiki.clock())
    return invitation
