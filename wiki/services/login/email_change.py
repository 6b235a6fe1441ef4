"""Another e-mail address: its owner confirms, the old one's owner is told and can take it back."""

from __future__ import annotations

from wiki.database.engine.connection import Connection
from wiki.database.login import access_tokens, sessions, tokens
from wiki.database.members import members
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.domain.errors import Conflict, NotFound
from wiki.domain.members.members import Member, check_email
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.login import links, proof
from wiki.services.login.links import Kind
from wiki.services.notices import account_mail, outbox


def ask(wiki: Wiki, actor: Actor, session: int, *, email: str, current: str) -> bool:
    """Use another e-mail address; whether it has to be confirmed by mail first.

    The old address is told at once, with a link that stops it. Raises Invalid (fields `email`,
    `current_password`), Forbidden, TooFast, or Conflict (`email_taken`) where no mail can be sent;
    where it can, only the address's owner learns of that.
    """
    actor.own_id()
    email = check_email(email)
    proof.require(wiki, actor, session, current)
    with wiki.database.write() as connection:
        member = proof.own(connection, actor)
        if not outbox.can_send(wiki.settings):
            members.vouch(connection, member, email)
            return False
        owner = members.by_email(connection, email)
        path = links.make(wiki, connection, Kind.EMAIL, member=member.id, value=email)
        written = account_mail.new_address(wiki.settings, member, path)
        if owner and owner.id != member.id:
            written = account_mail.already(wiki.settings, owner)
        account_mail.post(wiki, connection, email, written)
        _warn(wiki, connection, member)
    wiki.wake()
    return True


def _warn(wiki: Wiki, connection: Connection, member: Member) -> None:
    """Tell the address that is still the member's, with a link to take back what is asked."""
    if not member.email or members.by_email(connection, member.email) != member:
        return
    path = links.make(wiki, connection, Kind.UNDO, member=member.id, value=member.email)
    written = account_mail.address_changes(wiki.settings, member, path)
    account_mail.post(wiki, connection, member.email, written)


def settle(wiki: Wiki, connection: Connection, member: Member, email: str) -> None:
    """The new address was confirmed: it is the account's now; the old one is told.

    Raises Conflict (`email_taken`) if it became another account's meanwhile.
    """
    old = member.email if members.by_email(connection, member.email) == member else ""
    members.vouch(connection, member, email)
    if old and old != email and outbox.can_send(wiki.settings):
        path = links.make(wiki, connection, Kind.UNDO, member=member.id, value=old)
        account_mail.post(wiki, connection, old, account_mail.moved(wiki.settings, member, path))


def undo(wiki: Wiki, token: str, *, address: str) -> str:
    """The owner of the old address says no: it is the account's again, and every session ends.

    Gives the path of a page to choose a new password, since somebody may know the present one.
    Raises NotFound (`link_dead`), TooFast, Conflict (`email_taken`).
    """
    links.slow_down(wiki, address)
    with wiki.database.write() as connection:
        used = links.use(wiki, connection, Kind.UNDO, token)
        member = members.get(connection, used.member or 0)
        if member is None:
            raise NotFound("link_dead")
        owner = members.by_email(connection, used.value)
        if owner and owner.id != member.id:
            raise Conflict("email_taken", email=used.value)
        members.vouch(connection, member, used.value)
        # Links that an intruder asked for, to any address, must not work after this.
        for kind in (Kind.EMAIL, Kind.RESET):
            tokens.drop(connection, member.id, kind.value)
        tokens.drop(connection, member.id, Kind.UNDO.value, after=used.id)
        sessions.end_all(connection, member.id)
        access_tokens.remove_all(connection, member.id)
        audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_EMAIL_UNDO, member.username)
        return links.make(wiki, connection, Kind.RESET, member=member.id, life=links.SHORT)
