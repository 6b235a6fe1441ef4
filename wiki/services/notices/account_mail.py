"""The letters that the wiki writes to people about their account, in their language."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Conflict
from wiki.domain.members.members import Member
from wiki.engine import Wiki
from wiki.i18n import mail_templates
from wiki.i18n.languages import LANGUAGES
from wiki.services.notices import outbox
from wiki.services.notices.outbox import link
from wiki.settings import Settings


@dataclass(frozen=True, slots=True)
class AccountMail:
    """A subject and a text."""

    subject: str
    text: str


def confirm(settings: Settings, member: Member, path: str) -> AccountMail:
    """To a new member: open this link to show that the address is yours."""
    return _write(settings, member, "confirm", path)


def already(settings: Settings, member: Member) -> AccountMail:
    """To a member whose address somebody registered with again."""
    return _write(settings, member, "already", url_of("login"))


def approved(settings: Settings, member: Member) -> AccountMail:
    """To a new member: an administrator let you in."""
    return _write(settings, member, "approved", url_of("login"))


def waits(settings: Settings, admin: Member, newcomer: Member) -> AccountMail:
    """To an administrator: somebody waits for approval."""
    return _write(
        settings, admin, "waits", url_of("admin_members", status="waiting"), who=newcomer.username
    )


def refused(settings: Settings, member: Member, reason: str) -> AccountMail:
    """To somebody who waited for approval: they are not let in, and why if that was said."""
    return _write(settings, member, "refused", url_of("front"), reason=reason)


def new_address(settings: Settings, member: Member, path: str) -> AccountMail:
    """To the address that a member wants to use from now on."""
    return _write(settings, member, "new_address", path)


def address_changes(settings: Settings, member: Member, path: str) -> AccountMail:
    """To a member's address: somebody asked to use another one; this link stops it."""
    return _write(settings, member, "address_changes", path)


def moved(settings: Settings, member: Member, path: str) -> AccountMail:
    """To a member's old address: it is no longer used; this link takes that back."""
    return _write(settings, member, "moved", path)


def reset_password(settings: Settings, member: Member, path: str) -> AccountMail:
    """To a member who forgot their password."""
    return _write(settings, member, "reset_password", path)


def password_changed(settings: Settings, member: Member) -> AccountMail:
    """To a member whose password was changed."""
    return _write(settings, member, "password_changed", url_of("account_reset"))


def passkey_added(settings: Settings, member: Member, name: str) -> AccountMail:
    """To a member: another passkey opens their account."""
    return _write(settings, member, "passkey_added", url_of("account_passkeys"), passkey=name)


def provider_tied(settings: Settings, member: Member, provider: str) -> AccountMail:
    """To a member: somebody's account elsewhere opens theirs."""
    return _write(settings, member, "provider_tied", url_of("account_logins"), provider=provider)


def second_step_on(settings: Settings, member: Member) -> AccountMail:
    """To a member: from now on a code is asked at login."""
    return _write(settings, member, "second_step_on", url_of("account_second_factor"))


def second_step_off(settings: Settings, member: Member) -> AccountMail:
    """To a member: no code is asked at login any more."""
    return _write(settings, member, "second_step_off", url_of("account_second_factor"))


def wrong_codes(settings: Settings, member: Member) -> AccountMail:
    """To a member: somebody who has the password does not get past the second step."""
    return _write(settings, member, "wrong_codes", url_of("account_reset"))


def trial(settings: Settings, admin: Member) -> AccountMail:
    """To an administrator: mail works."""
    return _write(settings, admin, "trial", url_of("admin_outbox"))


def invited(settings: Settings, path: str) -> AccountMail:
    """To somebody who has no account: you may join."""
    return _write(settings, None, "invited", path)


def _write(
    settings: Settings, member: Member | None, letter: str, path: str, **more: str
) -> AccountMail:
    language = member.language if member and member.language in LANGUAGES else settings.language
    template = f"notices/account_mail/{letter}.txt"
    values = {
        "site": settings.site_name,
        "username": member.username if member else "",
        "link": link(settings, path),
        **more,
    }
    zone = settings.timezone
    subject = mail_templates.block(template, "subject", language, zone, **values)
    text = mail_templates.as_text(template, language, zone, **values)
    return AccountMail(f"{settings.site_name}: {subject}", f"{text}\n")


def post(wiki: Wiki, connection: Connection, recipient: str, written: AccountMail) -> None:
    """Put a letter in the outbox, in the caller's transaction."""
    outbox.put(wiki, connection, recipient, written.subject, written.text)


def try_out(wiki: Wiki, actor: Actor) -> str:
    """Mail the actor, an administrator, to see whether mail arrives; gives their address.

    Raises LoginRequired, Forbidden, Conflict (`mail_off`, `mail_no_address`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    if not outbox.can_send(wiki.settings):
        raise Conflict("mail_off")
    with wiki.database.write() as connection:
        member = members.get(connection, actor.own_id())
        if member is None or not member.email:
            raise Conflict("mail_no_address")
        post(wiki, connection, member.email, trial(wiki.settings, member))
    wiki.wake()
    return member.email


def tell(wiki: Wiki, connection: Connection, member: Member, written: AccountMail) -> None:
    """Mail a member about their account, at the address that is known to be theirs."""
    if not outbox.can_send(wiki.settings) or not member.email:
        return
    if members.by_email(connection, member.email) == member:
        post(wiki, connection, member.email, written)
        wiki.wake()
