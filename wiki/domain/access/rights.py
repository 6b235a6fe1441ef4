"""Rights: who may do what, where.

Roles are ordered; a site setting gives each right to a role and every role above it. A rule on a
path prefix narrows or widens a right there, for a role or a member; the longest prefix wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from wiki.domain.errors import Forbidden, LoginRequired


class Role(IntEnum):
    """The roles that a person can have on the whole site, from least to most."""

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
    """The things that one may do to a page, or (the last two) to the site."""

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
    """The person on whose behalf something is done; `id` is None for a reader not logged in.

    `cap` is the highest role whose rights they have, by how they logged in; where it is below
    their own role, `role` is no higher and no rule counts that names them or a group (`named`).
    """

    id: int | None
    uid: str
    username: str
    name: str
    role: Role
    groups: frozenset[str] = frozenset()
    cap: Role = Role.ADMIN
    named: bool = True

    def weak(self, least: Role) -> Actor:
        """The same person, logged in by less than the rights of the role `least` ask for."""
        cap = Role(least - 1)
        if self.role <= cap:
            return replace(self, cap=cap)
        return replace(self, role=cap, groups=frozenset(), cap=cap, named=False)

    @property
    def is_member(self) -> bool:
        """Whether somebody is logged in."""
        return self.id is not None

    def own_id(self) -> int:
        """The number of their own account; raises LoginRequired if nobody is logged in."""
        if self.id is None:
            raise LoginRequired("login_required")
        return self.id


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


class Ground(StrEnum):
    """The ground on which an answer rests."""

    ADMIN = "admin"
    """An administrator may do everything."""
    UNREAD = "unread"
    """Who may not read a page may do nothing with it."""
    SITE = "site"
    """No rule reaches here: the site says which role is needed."""
    ROLE = "role"
    """A rule decides, and the role is high enough for it."""
    GROUP = "group"
    """A rule decides, and it names a group that the actor is in."""
    MEMBER = "member"
    """A rule decides, and it names the actor."""
    RULE = "rule"
    """A rule decides, and lets the actor in on no account."""


@dataclass(frozen=True, slots=True)
class Why:
    """An answer with its reasons: the rule that decided (None: no rule), and those it beat.

    `needed` is the least role that is enough here; `groups` are those by which the actor got in;
    `beaten` holds the rules on shorter prefixes, the longest first.
    """

    right: Right
    allowed: bool
    ground: Ground
    needed: Role
    rule: Rule | None
    groups: frozenset[str]
    beaten: tuple[Rule, ...]


Answer = tuple[bool, Ground, Rule | None]


@dataclass(frozen=True, slots=True)
class Rights:
    """The site's rights: one role per right, and the rules that differ by path."""

    site: Mapping[Right, Role]
    rules: tuple[Rule, ...] = ()
    _by_prefix: dict[Right, dict[str, Rule]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_right: dict[Right, dict[str, Rule]] = {}
        for rule in self.rules:
            by_right.setdefault(rule.right, {}).setdefault(rule.prefix.rstrip("/"), rule)
        object.__setattr__(self, "_by_prefix", by_right)

    def may(self, actor: Actor, right: Right, path: str = "") -> bool:
        """Whether the actor has the right on the page (the empty path is the site)."""
        return self._decide(actor, right, path)[0]

    def why(self, actor: Actor, right: Right, path: str = "") -> Why:
        """The answer that `may` gives, with what it rests on."""
        allowed, ground, rule = self._decide(actor, right, path)
        decisive = Right.READ if ground is Ground.UNREAD else right
        return Why(
            right=right,
            allowed=allowed,
            ground=ground,
            needed=rule.role if rule else self.site[decisive],
            rule=rule,
            groups=actor.groups & rule.groups if rule and ground is Ground.GROUP else frozenset(),
            beaten=tuple(other for other in self._reaching(decisive, path) if other is not rule),
        )

    def rule_for(self, right: Right, path: str) -> Rule | None:
        """The rule that decides here: the one with the longest prefix, or None."""
        return next(self._reaching(right, path), None)

    def _decide(self, actor: Actor, right: Right, path: str) -> Answer:
        """The one place where a right is given or refused."""
        if actor.role is Role.ADMIN:
            return True, Ground.ADMIN, None
        if right is not Right.READ:
            is_readable, _, closing = self._decide(actor, Right.READ, path)
            if not is_readable:
                return False, Ground.UNREAD, closing
        rule = self.rule_for(right, path)
        if rule is None:
            return actor.role >= self.site[right], Ground.SITE, None
        if actor.role >= rule.role:
            return True, Ground.ROLE, rule
        # A name in a rule gives no more than the login is worth: what whoever has this right on
        # the whole site must have shown, who has it here must have shown too.
        if not actor.named or self.site[right] > actor.cap:
            return False, Ground.RULE, rule
        if actor.groups & rule.groups:
            return True, Ground.GROUP, rule
        is_named = actor.id is not None and actor.id in rule.members
        return is_named, Ground.MEMBER if is_named else Ground.RULE, rule

    def _reaching(self, right: Right, path: str) -> Iterator[Rule]:
        """The rules on a right whose prefix holds the path, the longest first."""
        rules = self._by_prefix.get(right)
        while rules:
            if path in rules:
                yield rules[path]
            if not path:
                return
            path = path.rpartition("/")[0]

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

    def waits(self, actor: Actor) -> bool:
        """Whether rights wait for a stronger login: the actor's own, or what a rule names them for.

        Of an actor that `weak` gave.
        """
        return not actor.named or any(
            self.site[rule.right] > actor.cap
            and (actor.id in rule.members or actor.groups & rule.groups)
            for rule in self.rules
        )

    def is_as_open(self, path: str, other: str) -> bool:
        """Whether, by what the rules say, everybody who may read at `other` may read at `path`."""
        here, there = self.rule_for(Right.READ, path), self.rule_for(Right.READ, other)
        if here == there:
            return True
        site = self.site[Right.READ]
        if (here.role if here else site) > (there.role if there else site):
            return False
        named = (there.groups, there.members) if there else (frozenset(), frozenset())
        if here is None:
            return site is Role.READER or not any(named)
        return here.role is Role.READER or (named[0] <= here.groups and named[1] <= here.members)

    def readable(self, actor: Actor, paths: Iterable[str]) -> list[str]:
        """The paths that the actor may read, in their order."""
        return [path for path in paths if self.may(actor, Right.READ, path)]

    def signature(self, actor: Actor) -> str:
        """The same text for all actors who may do the same everywhere: a key for caches."""
        special = actor.id if any(actor.id in rule.members for rule in self.rules) else ""
        strength = f"{int(actor.cap)}{int(actor.named)}"
        return f"{int(actor.role)}:{strength}:{','.join(sorted(actor.groups))}:{special}"
