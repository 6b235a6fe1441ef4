"""Rules on path prefixes: who may do what under a folder, tried out before they hold, undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from wiki.database.access import audit as log
from wiki.database.access import groups, rules
from wiki.database.access.rules import StoredRule
from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.pages import catalogue
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import ANONYMOUS, Actor, Right, Rights, Role, Rule
from wiki.domain.access.sight import Sight
from wiki.domain.content.paths import MAX_BYTES, is_inside
from wiki.domain.errors import Conflict, FieldError, Invalid, NotFound
from wiki.domain.members.members import Member, Status, gather
from wiki.engine import Wiki
from wiki.services.access import audit

T = TypeVar("T")

ON_PAGES = tuple(right for right in Right if right is not Right.ADMINISTER)
"""The rights that a rule may give; administering is of the whole site."""

WAS = "was_"
"""Begins the name of what the log keeps of a rule that was there before."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule as an administrator sees it, with usernames for its members."""

    id: int
    rule: Rule
    usernames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A rule as it is typed: names of groups, and usernames with commas or spaces between."""

    prefix: str = ""
    right: str = ""
    role: str = ""
    groups: Collection[str] = ()
    usernames: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """A change that a rule would make at one prefix, for one right.

    `pages` lie there without a rule of their own for it. `gain` and `lose` are usernames of members
    who can log in; `readers` says whether who is not logged in has the right before and after.
    """

    prefix: str
    right: Right
    pages: int
    able: int
    gain: Sequence[str]
    lose: Sequence[str]
    readers: tuple[bool, bool]

    @property
    def is_none(self) -> bool:
        """Whether everybody may just as much as before."""
        return not self.gain and not self.lose and self.readers[0] is self.readers[1]


@dataclass(frozen=True, slots=True)
class Preview:
    """The effects of a rule: where it holds, and where the one that it replaces held."""

    rule: Listed
    replaces: Listed | None
    effects: Sequence[Effect] = field(default=())


def listing(wiki: Wiki, actor: Actor) -> list[Listed]:
    """Every rule, by prefix; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return listing_of(connection)


def listing_of(connection: Connection) -> list[Listed]:
    """Every rule, by prefix."""
    return _listed(connection, rules.stored_rules(connection))


def get(wiki: Wiki, actor: Actor, id: int) -> Listed:
    """One rule; for administrators. Raises NotFound (`rule_missing`)."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return _listed(connection, [_stored(connection, id)])[0]


def preview(wiki: Wiki, actor: Actor, sent: Sent, id: int = 0) -> Preview:
    """Preview what changes if the rule is kept (in the place of the one with this id).

    For administrators. Raises Invalid (with fields), NotFound, Conflict (`rule_taken`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        rule = _read(connection, sent)
        before = _replaced(connection, rule, id)
        shown = _listed(connection, [StoredRule(id, rule), *([before] if before else [])])
        effects = _effects(wiki, connection, before.rule if before else None, rule)
    return Preview(shown[0], shown[1] if before else None, effects)


def without(wiki: Wiki, actor: Actor, id: int) -> Sequence[Effect]:
    """Preview what changes if the rule holds no more. For administrators; raises NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        return _effects(wiki, connection, _stored(connection, id).rule, None)


def save(wiki: Wiki, actor: Actor, sent: Sent, id: int = 0, reason: str = "") -> int:
    """Keep a rule, with an id in the place of that one; gives the act's number in the log.

    For administrators. Raises Invalid (with fields), NotFound, Conflict (`rule_taken`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        rule = _read(connection, sent)
        before = _replaced(connection, rule, id)
        if before:
            rules.change(connection, before, rule)
        else:
            rules.put(connection, rule)
        act = LoggedAct.RULE_CHANGE if before else LoggedAct.RULE_ADD
        detail = _detail(before.rule if before else None, rule)
        return audit.write(wiki, connection, actor, act, rule.prefix, reason, **detail)


def remove(wiki: Wiki, actor: Actor, id: int, reason: str = "") -> int:
    """The rule holds no more; gives the act's number in the log. Raises NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        stored = _stored(connection, id)
        rules.remove(connection, stored)
        detail = _detail(stored.rule, None)
        return audit.write(
            wiki, connection, actor, LoggedAct.RULE_REMOVE, stored.rule.prefix, reason, **detail
        )


def undo(wiki: Wiki, actor: Actor, entry: int) -> None:
    """Take back what an act in the log did to the rules.

    For administrators. Raises NotFound (`act_missing`), Conflict (`rule_changed_since`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        logged = log.get(connection, entry)
        if logged is None or not undoable(logged):
            raise NotFound("act_missing")
        then = _rule_in(connection, logged.detail, WAS, logged.detail.get(f"{WAS}prefix", ""))
        now = _rule_in(connection, logged.detail, "", logged.subject)
        _put_back(connection, then, now)
        prefix = then.prefix if then else logged.subject
        audit.write(wiki, connection, actor, LoggedAct.RULE_UNDO, prefix, **_detail(now, then))


def undoable(entry: log.Entry) -> bool:
    """Whether an act in the log is one on a rule of which everything is written down."""
    return entry.act.startswith("rule_") and "members" in (
        name.removeprefix(WAS) for name in entry.detail
    )


def holders(wiki: Wiki, connection: Connection, path: str, right: Right) -> list[int]:
    """The ids of the members who have a right on the page at a path (the empty one is the site)."""
    rule = wiki.rights.rule_for(right, path)
    role = rule.role if rule else wiki.rights.site[right]
    named = sorted(rule.members) if rule else []
    is_grouped = bool(rule and rule.groups)
    found = members.able(connection, role=int(role), named=named, grouped=is_grouped)
    return [member.id for member in found if wiki.rights.may(member.actor, right, path)]


def role_of(word: str) -> Role:
    """The role with this name; raises Invalid (field `role`)."""
    try:
        return Role[word.strip().upper()]
    except KeyError:
        raise Invalid.field("role", "role_unknown", role=word) from None


def words(text: str) -> list[str]:
    """The words in a field that takes several, with commas or spaces between."""
    return sorted(set(text.replace(",", " ").split()))


def prefix_of(text: str) -> str:
    """The path prefix that was typed or pasted, tidied; raises Invalid (field `prefix`)."""
    prefix = text.strip().removeprefix("/wiki/").strip("/").removesuffix(".md")
    if len(prefix.encode()) > MAX_BYTES:
        raise Invalid.field("prefix", "path_long", most=MAX_BYTES)
    if not prefix.isprintable() or ".." in prefix.split("/"):
        raise Invalid.field("prefix", "path_control")
    return prefix


# -- what was typed --


def _read(connection: Connection, sent: Sent) -> Rule:
    """The rule that was typed; raises one Invalid for all that is wrong with it."""
    prefix, in_prefix = _try(prefix_of, sent.prefix)
    role, in_role = _try(role_of, sent.role)
    rights_by_name = {right.value: right for right in ON_PAGES}
    in_right = None
    if sent.right not in rights_by_name:
        in_right = FieldError("right", "right_unknown", {"right": sent.right})
    unknown = groups.unknown(connection, sent.groups)
    in_groups = FieldError("groups", "group_unknown", {"name": unknown[0]}) if unknown else None
    named = {name: members.by_username(connection, name) for name in words(sent.usernames)}
    strange = next((name for name, member in named.items() if member is None), "")
    in_names = FieldError("usernames", "member_unknown", {"username": strange}) if strange else None
    gather(in_prefix, in_right, in_role, in_groups, in_names)
    assert prefix is not None
    assert role is not None
    return Rule(
        prefix=prefix,
        right=rights_by_name[sent.right],
        role=role,
        groups=frozenset(sent.groups),
        members=frozenset(member.id for member in named.values() if member),
    )


def _try(check: Callable[[str], T], text: str) -> tuple[T | None, FieldError | None]:
    try:
        return check(text), None
    except Invalid as error:
        return None, error.fields[0]


def _stored(connection: Connection, id: int) -> StoredRule:
    stored = rules.get(connection, id)
    if stored is None:
        raise NotFound("rule_missing")
    return stored


def _replaced(connection: Connection, rule: Rule, id: int) -> StoredRule | None:
    """The rule that gives way: the one with this id, else one for the same right on the prefix."""
    there = rules.at(connection, rule.prefix, rule.right)
    if not id:
        return there
    if there and there.id != id:
        raise Conflict("rule_taken", path=rule.prefix or "/")
    return _stored(connection, id)


def _listed(connection: Connection, rows: Sequence[StoredRule]) -> list[Listed]:
    everyone = sorted({id for stored in rows for id in stored.rule.members})
    names = members.usernames(connection, everyone)
    return [
        Listed(each.id, each.rule, tuple(sorted(names.get(id, "?") for id in each.rule.members)))
        for each in rows
    ]


# -- what it would do --


def _effects(
    wiki: Wiki, connection: Connection, before: Rule | None, after: Rule | None
) -> list[Effect]:
    now = rules.all_rules(connection)
    then = [rule for rule in now if rule != before] + ([after] if after else [])
    old, new = (Rights(wiki.rights.site, tuple(some)) for some in (now, then))
    places = {(rule.prefix, rule.right): rule for rule in (after, before) if rule}
    everyone = members.active(connection)
    return [_effect(connection, old, new, rule, everyone) for rule in places.values()]


def _effect(
    connection: Connection, old: Rights, new: Rights, rule: Rule, everyone: Sequence[Member]
) -> Effect:
    right, path = rule.right, rule.prefix
    others = {other.prefix for other in new.rules if other.right is right} - {path}
    deeper = Sight(hidden=tuple(sorted(other for other in others if is_inside(other, path))))
    changed = [
        (member.username, old.may(member.actor, right, path), new.may(member.actor, right, path))
        for member in everyone
    ]
    return Effect(
        prefix=path,
        right=right,
        pages=catalogue.count_under(connection, path, sight=deeper),
        able=sum(after for _, _, after in changed),
        gain=[name for name, before, after in changed if after and not before],
        lose=[name for name, before, after in changed if before and not after],
        readers=(old.may(ANONYMOUS, right, path), new.may(ANONYMOUS, right, path)),
    )


# -- the log, and back --


def _detail(before: Rule | None, after: Rule | None) -> dict[str, str]:
    """All of a rule that was and of the one that is, as the log keeps it."""
    detail = {
        f"{WAS}{name}": value for name, value in (_words_of(before) if before else {}).items()
    }
    if before:
        detail[f"{WAS}prefix"] = before.prefix
    return detail | (_words_of(after) if after else {})


def _words_of(rule: Rule) -> dict[str, str]:
    return {
        "right": rule.right.value,
        "role": rule.role.word,
        "groups": ",".join(sorted(rule.groups)),
        "members": ",".join(map(str, sorted(rule.members))),
    }


def _rule_in(
    connection: Connection, detail: Mapping[str, str], lead: str, prefix: str
) -> Rule | None:
    """A rule that the log keeps, without groups and accounts that are no more."""
    if f"{lead}members" not in detail:
        return None
    names = frozenset(filter(None, detail[f"{lead}groups"].split(",")))
    ids = [int(id) for id in detail[f"{lead}members"].split(",") if id]
    people = members.some(connection, ids)
    return Rule(
        prefix=prefix,
        right=Right(detail[f"{lead}right"]),
        role=role_of(detail[f"{lead}role"]),
        groups=names - set(groups.unknown(connection, names)),
        members=frozenset(person.id for person in people if person.status is not Status.ERASED),
    )


def _put_back(connection: Connection, then: Rule | None, now: Rule | None) -> None:
    here = rules.at(connection, now.prefix, now.right) if now else None
    there = rules.at(connection, then.prefix, then.right) if then else None
    is_taken = there is not None and (here is None or there.id != here.id)
    if is_taken or (now and (here is None or here.rule != now)):
        raise Conflict("rule_changed_since")
    if here and then:
        rules.change(connection, here, then)
    elif here:
        rules.remove(connection, here)
    elif then:
        rules.put(connection, then)
