"""Who may do what, where.

Roles are ordered; a site setting gives each right to a role and every role above it. A rule on a
path prefix narrows or widens a right there, for a role or a member; the longest prefix wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from wiki.domain.errors import Forbidden, LoginRequired
from wiki.domain.paths import is_inside


class Role(IntEnum):
    """What a person is on the whole site, from least to most."""

    READER = 0
    MEMBER = 1
    EDITOR = 2
    MODERATOR = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        """The role as it is written in settings, forms and the command line."""
        return self.name.lower()


class Right(StrEnum):
    """What one may do to a page, or (the last two) to the site."""

    READ = "read"
    COMMENT = "comment"
    SUGGEST = "suggest"
    EDIT = "edit"
    CREATE = "create"
    REVIEW = "review"
    RENAME = "rename"
    DELETE = "delete"
    MODERATE = "moderate"
    ADMINISTER = "administer"


DEFAULT_RIGHTS: Mapping[Right, Role] = {
    Right.READ: Role.READER,
    Right.COMMENT: Role.MEMBER,
    Right.SUGGEST: Role.MEMBER,
    Right.EDIT: Role.MEMBER,
    Right.CREATE: Role.MEMBER,
    Right.REVIEW: Role.EDITOR,
    Right.RENAME: Role.EDITOR,
    Right.DELETE: Role.MODERATOR,
    Right.MODERATE: Role.MODERATOR,
    Right.ADMINISTER: Role.ADMIN,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person on whose behalf something is done; `id` is None for a reader not logged in."""

    id: int | None
    uid: str
    username: str
    name: str
    role: Role
    groups: frozenset[str] = frozenset()

    @property
    def is_member(self) -> bool:
        """Whether somebody is logged in."""
        return self.id is not None


ANONYMOUS = Actor(id=None, uid="", username="", name="", role=Role.READER)
SYSTEM = Actor(id=None, uid="denktank", username="denktank", name="Denktank", role=Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Rule:
    """Under `prefix`, `right` belongs to `role` and above, to `groups` and to `members`."""

    prefix: str
    right: Right
    role: Role
    groups: frozenset[str] = frozenset()
    members: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rights:
    """The site's rights: one role per right, and the rules that differ by path."""

    site: Mapping[Right, Role]
    rules: tuple[Rule, ...] = ()

    def may(self, actor: Actor, right: Right, path: str = "") -> bool:
        """Whether the actor has the right on the page (the empty path is the site)."""
        if actor.role is Role.ADMIN:
            return True
        if right is not Right.READ and not self.may(actor, Right.READ, path):
            return False
        rule = self.rule_for(right, path)
        if rule is None:
            return actor.role >= self.site[right]
        if actor.role >= rule.role or actor.groups & rule.groups:
            return True
        return actor.id is not None and actor.id in rule.members

    def rule_for(self, right: Right, path: str) -> Rule | None:
        """The rule that decides here: the one with the longest prefix, or None."""
        found = (r for r in self.rules if r.right is right and is_inside(path, r.prefix))
        return max(found, key=lambda rule: len(rule.prefix), default=None)

    def require(self, actor: Actor, right: Right, path: str = "") -> None:
        """Pass, or raise LoginRequired (a member might) or Forbidden (this member may not)."""
        if self.may(actor, right, path):
            return
        if not actor.is_member:
            raise LoginRequired("login_required", right=right.value, path=path)
        raise Forbidden("forbidden", right=right.value, path=path)

    def require_any(self, actor: Actor, rights: Iterable[Right], path: str = "") -> None:
        """Pass if the actor has one of the rights; else raise as `require` does for the first."""
        wanted = list(rights)
        if not any(self.may(actor, right, path) for right in wanted):
            self.require(actor, wanted[0], path)

    def readable(self, actor: Actor, paths: Iterable[str]) -> list[str]:
        """The paths that the actor may read, in their order."""
        return [path for path in paths if self.may(actor, Right.READ, path)]

    def signature(self, actor: Actor) -> str:
        """The same text for all actors who may do the same everywhere: a key for caches."""
        special = actor.id if any(actor.id in rule.members for rule in self.rules) else ""
        return f"{int(actor.role)}:{','.join(sorted(actor.groups))}:{special}"
