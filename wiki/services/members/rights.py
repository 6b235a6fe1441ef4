"""Why somebody may do something on a page, or not: what an administrator asks when it surprises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.pages import catalogue
from wiki.database.talk import closings
from wiki.domain.access.rights import ANONYMOUS, Actor, Ground, Right, Role, Rule, Why
from wiki.domain.errors import Invalid
from wiki.domain.members.members import Member, Status
from wiki.engine import Wiki
from wiki.services.access import rules, strength
from wiki.services.access.rules import Listed
from wiki.services.login import second_factor
from wiki.services.members import terms

BY_SETTING: Mapping[Right, str] = {
    Right.READ: "read",
    Right.EDIT: "newcomers_suggest",
    Right.CREATE: "newcomers_suggest",
}
"""The settings from which the role follows that a right needs on the whole site."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One right, the answer and what it rests on, with the rules as administrators see them.

    `setting` names the one that says which role is needed, where no rule decides.
    """

    why: Why
    rule: Listed | None
    beaten: Sequence[Listed]
    setting: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The rights of somebody at a path, each with its reason.

    `member` is None for a role; `title` is that of the page there, empty if there is none.
    `notes` are what else stands in the way: `suspended`, `waiting`, `unconfirmed`, `erased` (no
    login), `second_step` (rights that wait for one), `terms`, `comments_closed`.
    """

    actor: Actor
    member: Member | None
    path: str
    title: str
    reasons: Sequence[Reason]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A right at a path: the role that has it, and the rule that says so (None: the site)."""

    right: Right
    needed: Role
    rule: Listed | None
    setting: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The rights of every role at a path; `title` is that of its page, empty if there is none."""

    path: str
    title: str
    rows: Sequence[Row]


def overview(wiki: Wiki, actor: Actor, path: str = "") -> Overview:
    """Show every role's rights on the page at a path (empty: the site); for administrators.

    Raises LoginRequired, Forbidden, Invalid (field `path`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    path = _path(path)
    listed = _known(wiki, actor)
    rows = [_row(wiki, right, path, listed) for right in _asked(path)]
    with wiki.database.read() as connection:
        return Overview(path, _title(connection, path), rows)


def explain(
    wiki: Wiki, actor: Actor, *, username: str = "", role: str = "", path: str = ""
) -> Answer:
    """Explain what a member, or anybody with a role, may do on the page at a path, and why.

    For administrators. Raises LoginRequired, Forbidden, Invalid (fields `member`, `role`, `path`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    path = _path(path)
    member = _member(wiki, username) if username.strip() else None
    who = member.actor if member else _somebody(rules.role_of(role or Role.READER.word))
    listed = _known(wiki, actor)
    with wiki.database.read() as connection:
        title = _title(connection, path)
    return Answer(
        actor=who,
        member=member,
        path=path,
        title=title,
        reasons=[_reason(wiki.rights.why(who, right, path), listed) for right in _asked(path)],
        notes=list(_notes(wiki, actor, member, path)),
    )


def _asked(path: str) -> list[Right]:
    return [right for right in Right if not path or right is not Right.ADMINISTER]


def _row(wiki: Wiki, right: Right, path: str, listed: Mapping[tuple[str, Right], Listed]) -> Row:
    rule = wiki.rights.rule_for(right, path)
    if rule is None:
        return Row(right, wiki.rights.site[right], None, BY_SETTING.get(right, ""))
    return Row(right, rule.role, listed.get(_key(rule)), "")


def _reason(why: Why, listed: Mapping[tuple[str, Right], Listed]) -> Reason:
    right = Right.READ if why.ground is Ground.UNREAD else why.right
    return Reason(
        why=why,
        rule=listed.get(_key(why.rule)) if why.rule else None,
        beaten=[listed[_key(rule)] for rule in why.beaten if _key(rule) in listed],
        setting=BY_SETTING.get(right, "") if why.rule is None else "",
    )


def _known(wiki: Wiki, actor: Actor) -> dict[tuple[str, Right], Listed]:
    return {_key(each.rule): each for each in rules.listing(wiki, actor)}


def _key(rule: Rule) -> tuple[str, Right]:
    return rule.prefix, rule.right


def _somebody(role: Role) -> Actor:
    """Somebody of whom nothing is known but the role: in no group, named by no rule."""
    if role is Role.READER:
        return ANONYMOUS
    return Actor(id=0, uid="", username="", name="", role=role)


def _member(wiki: Wiki, username: str) -> Member:
    with wiki.database.read() as connection:
        member = members.by_username(connection, username)
    if member is None:
        raise Invalid.field("member", "member_unknown", username=username.strip())
    return member


def _path(written: str) -> str:
    """The path that somebody means who typed it, or pasted a page's address; raises Invalid."""
    try:
        return rules.prefix_of(written.strip().removeprefix("/wiki/"))
    except Invalid as error:
        raise Invalid.field("path", error.code, **error.values) from error


def _title(connection: Connection, path: str) -> str:
    summary = catalogue.get(connection, path) if path else None
    return summary.title if summary else ""


def _notes(wiki: Wiki, actor: Actor, member: Member | None, path: str) -> Iterator[str]:
    if member and member.status is not Status.ACTIVE:
        yield member.status.value
    waits = member and strength.must_step(wiki, member)
    if member and waits and not second_factor.has_any(wiki, actor, member.username):
        yield "second_step"
    if member and terms.owes(wiki, member.actor):
        yield "terms"
    with wiki.database.read() as connection:
        page = history.identity(connection, path) if path else ""
        if page and closings.of(connection, page):
            yield "comments_closed"
