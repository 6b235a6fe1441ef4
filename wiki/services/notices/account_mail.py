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
from wiki.i18n.languages import LANGUAGES, translations
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
    return _write(
        settings,
        member,
        "Confirm your e-mail address",
        "Somebody, probably you, registered at %(site)s as %(username)s with this e-mail address."
        " Open this page to confirm that the address is yours:\n\n%(link)s\n\n"
        "The link works for two days. If it was not you, do nothing.",
        path,
    )


def already(settings: Settings, member: Member) -> AccountMail:
    """To a member whose address somebody registered with again."""
    return _write(
        settings,
        member,
        "You already have an account",
        "Somebody, probably you, registered at %(site)s with this e-mail address. You already have"
        " an account there: %(username)s. You can log in here:\n\n%(link)s\n\n"
        "If it was not you, do nothing.",
        url_of("login"),
    )


def approved(settings: Settings, member: Member) -> AccountMail:
    """To a new member: an administrator let you in."""
    return _write(
        settings,
        member,
        "Welcome: your account is ready",
        "Your account %(username)s at %(site)s was approved. You can log in here:\n\n%(link)s",
        url_of("login"),
    )


def waits(settings: Settings, admin: Member, newcomer: Member) -> AccountMail:
    """To an administrator: somebody waits for approval."""
    return _write(
        settings,
        admin,
        "Somebody wants to become a member",
        "%(who)s wants to become a member of %(site)s and waits for approval:\n\n%(link)s",
        url_of("admin_members", status="waiting"),
        who=newcomer.username,
    )


def refused(settings: Settings, member: Member, reason: str) -> AccountMail:
    """To somebody who waited for approval: they are not let in, and why if that was said."""
    if not reason:
        return _write(
            settings,
            member,
            "Your request to become a member",
            "Your request to become a member of %(site)s was not granted. Nothing that you filled"
            " in is kept.\n\n%(link)s",
            url_of("front"),
        )
    return _write(
        settings,
        member,
        "Your request to become a member",
        "Your request to become a member of %(site)s was not granted:\n\n%(reason)s\n\n"
        "Nothing that you filled in is kept.\n\n%(link)s",
        url_of("front"),
        reason=reason,
    )


def new_address(settings: Settings, member: Member, path: str) -> AccountMail:
    """To the address that a member wants to use from now on."""
    return _write(
        settings,
        member,
        "Confirm your new e-mail address",
        "%(username)s at %(site)s wants to use this e-mail address. Open this page to confirm"
        " it:\n\n%(link)s\n\nThe link works for two days. If it was not you, do nothing.",
        path,
    )


def address_changes(settings: Settings, member: Member, path: str) -> AccountMail:
    """To a member's address: somebody asked to use another one; this link stops it."""
    return _write(
        settings,
        member,
        "Another e-mail address was asked for",
        "Somebody, probably you, asked that the account %(username)s at %(site)s use another e-mail"
        " address. If it was you, do nothing here: open the link in the mail to the new address."
        " If it was not you, stop it here; everybody is logged out then and you choose a new"
        " password:\n\n%(link)s\n\nThe link works for a week.",
        path,
    )


def moved(settings: Settings, member: Member, path: str) -> AccountMail:
    """To a member's old address: it is no longer used; this link takes that back."""
    return _write(
        settings,
        member,
        "Your e-mail address was changed",
        "The account %(username)s at %(site)s now uses another e-mail address. If you did not"
        " change it, take it back here; everybody is logged out then and you choose a new"
        " password:\n\n%(link)s\n\nThe link works for a week.",
        path,
    )


def reset_password(settings: Settings, member: Member, path: str) -> AccountMail:
    """To a member who forgot their password."""
    return _write(
        settings,
        member,
        "Choose a new password",
        "Somebody, probably you, wants to choose a new password for the account %(username)s at"
        " %(site)s. Do that here:\n\n%(link)s\n\n"
        "The link works once, for an hour. If it was not you, do nothing.",
        path,
    )


def password_changed(settings: Settings, member: Member) -> AccountMail:
    """To a member whose password was changed."""
    return _write(
        settings,
        member,
        "Your password was changed",
        "The password of the account %(username)s at %(site)s was changed. If it was not you,"
        " choose a new one at once:\n\n%(link)s",
        url_of("account_reset"),
    )


def passkey_added(settings: Settings, member: Member, name: str) -> AccountMail:
    """To a member: another passkey opens their account."""
    return _write(
        settings,
        member,
        "A passkey was added",
        "From now on the passkey “%(passkey)s” opens the account %(username)s at %(site)s. If it"
        " was not you who added it, remove it and choose a new password:\n\n%(link)s",
        url_of("account_passkeys"),
        passkey=name,
    )


def provider_tied(settings: Settings, member: Member, provider: str) -> AccountMail:
    """To a member: somebody's account elsewhere opens theirs."""
    return _write(
        settings,
        member,
        "Another way to log in",
        "From now on an account at %(provider)s opens the account %(username)s at %(site)s. If it"
        " was not you who chose that, untie it and choose a new password:\n\n%(link)s",
        url_of("account_logins"),
        provider=provider,
    )


def second_step_on(settings: Settings, member: Member) -> AccountMail:
    """To a member: from now on a code is asked at login."""
    return _write(
        settings,
        member,
        "Two steps at login",
        "From now on the account %(username)s at %(site)s asks for a code from an app at each"
        " login. If it was not you who chose that, tell an administrator.\n\n%(link)s",
        url_of("account_second_factor"),
    )


def second_step_off(settings: Settings, member: Member) -> AccountMail:
    """To a member: no code is asked at login any more."""
    return _write(
        settings,
        member,
        "No second step at login any more",
        "The account %(username)s at %(site)s no longer asks for a code or a passkey at login. If"
        " it was not you who chose that, choose a new password and set the second step up"
        " again:\n\n%(link)s",
        url_of("account_second_factor"),
    )


def wrong_codes(settings: Settings, member: Member) -> AccountMail:
    """To a member: somebody who has the password does not get past the second step."""
    return _write(
        settings,
        member,
        "Somebody seems to know your password",
        "Somebody gave the right password for the account %(username)s at %(site)s several times,"
        " but not the code that goes with it. They did not get in. If it was not you, choose a new"
        " password:\n\n%(link)s",
        url_of("account_reset"),
    )


def trial(settings: Settings, admin: Member) -> AccountMail:
    """To an administrator: mail works."""
    return _write(
        settings,
        admin,
        "Mail works",
        "%(username)s asked %(site)s for this mail, to see whether mail arrives. It does.\n\n"
        "%(link)s",
        url_of("admin_outbox"),
    )


def invited(settings: Settings, path: str) -> AccountMail:
    """To somebody who has no account: you may join."""
    return _write(
        settings,
        None,
        "You are invited",
        "You are invited to become a member of %(site)s. Choose a username and a password"
        " here:\n\n%(link)s\n\nThe link works for two weeks.",
        path,
    )


def _write(
    settings: Settings, member: Member | None, subject: str, text: str, path: str, **more: str
) -> AccountMail:
    language = member.language if member and member.language in LANGUAGES else settings.language
    texts = translations(language)
    values = {
        "site": settings.site_name,
        "username": member.username if member else "",
        "link": link(settings, path),
        **more,
    }
    greeting = texts.gettext("Hello,")
    return AccountMail(
        f"{settings.site_name}: {texts.gettext(subject)}",
        f"{greeting}\n\n{texts.gettext(text) % values}\n",
    )


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
