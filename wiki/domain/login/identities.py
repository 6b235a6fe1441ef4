"""Identities: who a member is at an OpenID provider, and what their groups there give them here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from wiki.domain.access.rights import Role


@dataclass(frozen=True, slots=True)
class Identity:
    """A member's account elsewhere, since when that is known, and when it was last used.

    `name` is what they are called there.
    """

    id: int
    issuer: str
    subject: str
    name: str
    created: datetime
    used: datetime


LOCAL = ("localhost", "127.0.0.1", "::1")
"""This machine itself: no TLS is needed to speak with it."""


def check_issuer(written: str) -> str:
    """The address of a provider, or empty; raises ValueError, with a sentence, if it has no TLS."""
    parts = urlsplit(written)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)
    if written and not (is_safe and parts.hostname):
        raise ValueError(f"write the address of the provider with https://, not {written!r}")
    return written


def roles_by_group(written: str) -> dict[str, Role]:
    """The role that each group gives, as OIDC_ROLES has it: `beheer=admin, redactie=editor`.

    Raises ValueError, with a sentence, for what is no such list.
    """
    roles: dict[str, Role] = {}
    for part in filter(None, map(str.strip, written.split(","))):
        group, equals, word = (piece.strip() for piece in part.rpartition("="))
        role = next((role for role in Role if role.word == word), None)
        if not equals or not group or role in (None, Role.READER):
            raise ValueError(
                f"write group=role, with member, editor, moderator or admin; not {part!r}"
            )
        roles[group] = role
    return roles


def role_for(roles: dict[str, Role], groups: Collection[str]) -> Role:
    """The highest role that these groups give; a member's if none of them gives one."""
    return max((roles[group] for group in groups if group in roles), default=Role.MEMBER)
