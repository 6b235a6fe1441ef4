"""Access tokens: what a program shows to act for a member, and how far it may go."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wiki.domain.access.rights import Actor
from wiki.domain.errors import Invalid
from wiki.domain.numbers import whole

PREFIX = "dt_"
"""How every token begins, so that people and scanners know one where it was left lying."""
MOST = 50
"""Tokens of one member."""
MOST_DAYS = 366


class Scope(StrEnum):
    """The things that a token can be good for; never more than its member may."""

    READ = "read"
    """Read what the member may read."""
    COMMENT = "comment"
    """Comment, and change one's own comments."""
    SUGGEST = "suggest"
    """Propose changes, which an editor decides on."""
    EDIT = "edit"
    """Save, rename and delete pages, and put files beside them."""
    WATCH = "watch"
    """Follow pages, and stop following them."""
    WEBHOOKS = "webhooks"
    """Make and remove webhooks, and read what they were sent; for administrators."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A member's token; the word itself is kept nowhere."""

    id: int
    name: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that is shown: whose it is, and what it is good for."""

    actor: Actor
    token: AccessToken


def check_scopes(scopes: Iterable[str]) -> frozenset[Scope]:
    """The scopes that are named; reading is always one of them. Raises Invalid (`scopes`)."""
    named = set(scopes)
    unknown = named - set(Scope)
    if unknown:
        raise Invalid.field("scopes", "token_scope_unknown")
    return frozenset({Scope.READ, *map(Scope, named)})


def check_days(written: str) -> int:
    """For how many days a token is good. Raises Invalid (field `days`)."""
    days = whole(written, 5) or 0
    if not 0 < days <= MOST_DAYS:
        raise Invalid.field("days", "token_days_wrong", most=MOST_DAYS)
    return days


def written(scopes: Collection[Scope]) -> str:
    """The scopes as one word after the other, in a fixed order."""
    return " ".join(scope for scope in Scope if scope in scopes)
