"""Rules on path prefixes: who may do what under a folder."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.database import members, rules
from wiki.database.connection import Connection
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.paths import MAX_BYTES
from wiki.domain.rights import Actor, Right, Role, Rule
from wiki.engine import Wiki
from wiki.services import audit

ON_PAGES = tuple(right for right in Right if right is not Right.ADMINISTER)
"""The rights that a rule may give; administering is of the whole site."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule as an administrator sees it, with usernames for its members."""

    id: int
    rule: Rule
    usernames: tuple[str, ...]


def listing(wiki: Wiki, actor: Actor) -> list[Listed]:
    """Every rule, by prefix; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        found = rules.stored_rules(connection)
        everyone = sorted({id for stored in found for id in stored.rule.members})
        names = members.usernames(connection, everyone)
    return [
        Listed(each.id, each.rule, tuple(sorted(names.get(id, "?") for id in each.rule.members)))
        for each in found
    ]


def add(
    wiki: Wiki,
    actor: Actor,
    *,
    prefix: str,
    right: str,
    role: str,
    groups: str = "",
    usernames: str = "",
) -> None:
    """Keep a rule, in the place of one for the same right on the same prefix.

    `groups` and `usernames` are words with commas or spaces between. Raises Invalid.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    prefix = prefix_of(prefix)
    if right not in {known.value for known in ON_PAGES}:
        raise Invalid.field("right", "right_unknown", right=right)
    with wiki.database.write() as connection:
        named = [(name, members.by_username(connection, name)) for name in words(usernames)]
        for name, member in named:
            if member is None:
                raise Invalid.field("usernames", "member_unknown", username=name)
        rule = Rule(
            prefix=prefix,
            right=Right(right),
            role=role_of(role),
            groups=frozenset(words(groups)),
            members=frozenset(member.id for _, member in named if member),
        )
        rules.put(connection, rule)
        audit.write(wiki, connection, actor, "rule_add", prefix, right=right, role=role)


def remove(wiki: Wiki, actor: Actor, id: int) -> None:
    """The rule holds no more; raises NotFound."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        stored = rules.get(connection, id)
        if stored is None:
            raise NotFound("rule_missing")
        rules.remove(connection, stored)
        rule = stored.rule
        detail = {"right": rule.right.value, "role": rule.role.word}
        audit.write(wiki, connection, actor, "rule_remove", rule.prefix, **detail)


def holders(wiki: Wiki, connection: Connection, path: str, right: Right) -> list[int]:
    """The ids of the members who have a right on the page at a path (the empty one is the site)."""
    rule = wiki.rights.rule_for(right, path)
    role = rule.role if rule else wiki.rights.site[right]
    groups, named = (rule.groups, rule.members) if rule else (frozenset(), frozenset())
    found = members.able(connection, role=int(role), named=sorted(named), grouped=bool(groups))
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
    """The path prefix that was typed, tidied; raises Invalid (field `prefix`)."""
    prefix = text.strip().strip("/").removesuffix(".md")
    if len(prefix.encode()) > MAX_BYTES:
        raise Invalid.field("prefix", "path_long", most=MAX_BYTES)
    if not prefix.isprintable() or ".." in prefix.split("/"):
        raise Invalid.field("prefix", "path_control")
    return prefix
