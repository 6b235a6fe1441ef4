"""Members: what a username, an e-mail address and a password may be; what is known of a person."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiki.domain.access.rights import Actor, Role
from wiki.domain.content import normal
from wiki.domain.errors import FieldError, Invalid
from wiki.domain.login.passwords import is_common

NAME_BYTES = 80
PASSWORD_LEAST = 8
PASSWORD_MOST = 256
EMAIL_MOST = 254

_USERNAME = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*", re.IGNORECASE)
_USERNAME_LEAST = 2
_USERNAME_MOST = 32
_WRITTEN_MOST = 4 * PASSWORD_MOST
"""Characters that are looked at: a letter may be written as a base and marks, so these may be more
than what they become in one Unicode form."""
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\".]+(?:\.[^\s@<>()\[\],;:\\\".]+)*")

RESERVED = frozenset(
    "denktank admin administrator anonymous anoniem beheer beheerder everyone former-member"
    " guest gast iedereen lid member members moderator nobody noreply no-reply postmaster root"
    " setup support system systeem voormalig-lid webmaster wiki".split()
)
"""Names that would look like the wiki itself speaking; nobody may register them."""


class Status(StrEnum):
    """Where an account stands; only an active one can log in.

    An imported one is nobody's: it bears the name of who wrote in another wiki.
    """

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASED = "erased"
    IMPORTED = "imported"


FORMER = "former-member"
"""The username of everybody whose account was erased; screens say it in the reader's language."""


@dataclass(frozen=True, slots=True)
class Member:
    """An account without its password.

    `uid` is the opaque id that git keeps; `email` is empty if none is known.
    """

    id: int
    uid: str
    username: str
    name: str
    email: str
    role: Role
    status: Status
    groups: frozenset[str]
    language: str
    timezone: str
    theme: str
    joined: datetime

    @property
    def called(self) -> str:
        """Their name, or their username if they told none."""
        return self.name or self.username

    @property
    def actor(self) -> Actor:
        """The member as the one on whose behalf something is done."""
        return Actor(self.id, self.uid, self.username, self.name, self.role, self.groups)


@dataclass(frozen=True, slots=True)
class Session:
    """One place where a member is logged in; `agent` is what the browser called itself.

    `remember`: it goes on when the browser is closed; `strong`: more was shown than a password.
    """

    id: int
    created: datetime
    seen: datetime
    agent: str
    remember: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """The member who makes a request, and how they want their pages: by one SQL statement.

    `watching` is another number whenever the member watched something or ended that; `cautions`
    counts the warnings that they did not say to have read.
    `capped`: the rights of their role wait until they set up a second step.
    """

    actor: Actor
    session: int
    language: str
    timezone: str
    theme: str
    unread: int = 0
    watching: int = 0
    cautions: int = 0
    remember: bool = False
    strong: bool = False
    capped: bool = False


def fold_username(username: str) -> str:
    """Equal for usernames that count as the same; one that is too long equals none."""
    return normal.fold(username, "NFC", _USERNAME_MOST + 1)


def gone_username(username: str) -> str:
    """Return what is kept of a username that was erased, so that nobody ever gets it again.

    No username begins with its first sign, so it is never mistaken for one.
    """
    digest = hashlib.sha256(f"username:{fold_username(username)}".encode()).hexdigest()
    return f"!{digest[: _USERNAME_MOST - 1]}"


def fold_email(email: str) -> str:
    """Equal for e-mail addresses that count as the same; one that is too long equals none."""
    return normal.fold(email, "NFKC", EMAIL_MOST + 1)


def check_username(username: str) -> str:
    """The username, without spaces around it; raises Invalid (field `username`)."""
    username = username.strip()
    if not username:
        raise Invalid.field("username", "username_empty")
    if not _USERNAME_LEAST <= len(username) <= _USERNAME_MOST:
        raise Invalid.field(
            "username", "username_length", least=_USERNAME_LEAST, most=_USERNAME_MOST
        )
    if not _USERNAME.fullmatch(username):
        raise Invalid.field("username", "username_characters")
    if fold_username(username) in RESERVED:
        raise Invalid.field("username", "username_reserved", username=username)
    return username


def username_from(words: str) -> str:
    """A username made of what somebody is called elsewhere; empty if nothing is left of it."""
    plain = normal.form(words[:_WRITTEN_MOST], "NFKD").encode("ascii", "ignore").decode().lower()
    parts = re.findall(r"[a-z0-9]+", plain)
    name = ".".join(parts).lstrip("0123456789.")[:_USERNAME_MOST].rstrip(".")
    try:
        return check_username(name)
    except Invalid:
        return ""


def check_email(email: str) -> str:
    """The e-mail address, without spaces around it; raises Invalid (field `email`)."""
    email = email.strip()
    if not email:
        raise Invalid.field("email", "email_empty")
    if len(email) > EMAIL_MOST or not _EMAIL.fullmatch(email) or not email.isprintable():
        raise Invalid.field("email", "email_wrong")
    return email


def check_name(name: str) -> str:
    """A display name on one line; empty is allowed; raises Invalid (field `name`)."""
    name = " ".join(name.split())
    if len(name) <= _WRITTEN_MOST:
        name = normal.form(name, "NFC")
    if len(name.encode(errors="replace")) > NAME_BYTES:
        raise Invalid.field("name", "name_long", most=NAME_BYTES)
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} for char in name):
        raise Invalid.field("name", "name_characters")
    return name


def check_password(
    password: str, *about: str, field: str = "password", least: int = PASSWORD_LEAST
) -> str:
    """The password in the form in which it is hashed; raises Invalid on the form's `field`.

    Its length, and that it is not what everybody tries first, nor made of what is known `about`
    the person or the site.
    """
    password = normal_password(password) if may_be_password(password) else password
    if len(password) < least:
        raise Invalid.field(field, "password_short", least=least)
    if len(password) > PASSWORD_MOST:
        raise Invalid.field(field, "password_long", most=PASSWORD_MOST)
    if is_common(password) or password.casefold() in {known.casefold() for known in about}:
        raise Invalid.field(field, "password_common")
    return password


def may_be_password(written: str) -> bool:
    """Whether this is short enough to be looked at: what is longer is nobody's password."""
    return len(written) <= _WRITTEN_MOST


def normal_password(password: str) -> str:
    """Write a password in one Unicode form, so that every keyboard gives the same bytes.

    NFKC, as NIST SP 800-63B asks in section 5.1.1.2.
    """
    return normal.form(password, "NFKC")


def gather(*checks: FieldError | None) -> None:
    """Raise one Invalid for all the field errors that are not None."""
    wrong = [error for error in checks if error is not None]
    if wrong:
        raise Invalid("form_wrong", fields=wrong)
