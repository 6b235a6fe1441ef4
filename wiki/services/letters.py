"""The letters that the wiki writes to people about their account, in their language."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.domain.members import Member
from wiki.i18n.languages import LANGUAGES, translations
from wiki.services.mail import link
from wiki.settings import Settings


@dataclass(frozen=True, slots=True)
class Written:
    """A subject and a text."""

    subject: str
    text: str


def confirm(settings: Settings, member: Member, path: str) -> Written:
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


def already(settings: Settings, member: Member) -> Written:
    """To a member whose address somebody registered with again."""
    return _write(
        settings,
        member,
        "You already have an account",
        "Somebody, probably you, registered at %(site)s with this e-mail address. You already have"
        " an account there: %(username)s. You can log in here:\n\n%(link)s\n\n"
        "If it was not you, do nothing.",
        "/login",
    )


def approved(settings: Settings, member: Member) -> Written:
    """To a new member: an administrator let you in."""
    return _write(
        settings,
        member,
        "Welcome: your account is ready",
        "Your account %(username)s at %(site)s was approved. You can log in here:\n\n%(link)s",
        "/login",
    )


def waits(settings: Settings, admin: Member, newcomer: Member) -> Written:
    """To an administrator: somebody waits for approval."""
    return _write(
        settings,
        admin,
        "Somebody wants to become a member",
        "%(who)s wants to become a member of %(site)s and waits for approval:\n\n%(link)s",
        "/admin/members?status=waiting",
        who=newcomer.username,
    )


def new_address(settings: Settings, member: Member, path: str) -> Written:
    """To the address that a member wants to use from now on."""
    return _write(
        settings,
        member,
        "Confirm your new e-mail address",
        "%(username)s at %(site)s wants to use this e-mail address. Open this page to confirm"
        " it:\n\n%(link)s\n\nThe link works for two days. If it was not you, do nothing.",
        path,
    )


def moved(settings: Settings, member: Member) -> Written:
    """To a member's old address: it is no longer used."""
    return _write(
        settings,
        member,
        "Your e-mail address was changed",
        "The account %(username)s at %(site)s now uses another e-mail address. If you did not"
        " change it, tell an administrator.\n\n%(link)s",
        "/",
    )


def invited(settings: Settings, path: str) -> Written:
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
) -> Written:
    language = member.language if member and member.language in LANGUAGES else settings.language
    texts = translations(language)
    values = {
        "site": settings.site_name,
        "username": member.username if member else "",
        "link": link(settings, path),
        **more,
    }
    greeting = texts.gettext("Hello,")
    return Written(
        f"{settings.site_name}: {texts.gettext(subject)}",
        f"{greeting}\n\n{texts.gettext(text) % values}\n",
    )
