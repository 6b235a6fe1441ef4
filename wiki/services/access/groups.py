"""Groups: made, renamed and removed; who is in them, and which rules name them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wiki.database.access import groups, rules
from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.members.members import Wanted
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.groups import Group, check_about, check_name
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.members.members import Member
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.access.rules import Listed, listing_of

PAGE = 50
FOUND = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A group in a list: how many are in it, and how many rules name it."""

    group: Group
    members: int
    rules: int


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A group with a screen of its members, the rules that name it, and who was searched for.

    `found` are members who are not in it yet.
    """

    group: Group
    members: Sequence[Member]
    count: int
    rules: Sequence[Listed]
    found: Sequence[Member]


def every(wiki: Wiki, actor: Actor) -> list[Row]:
    """All groups, by name; for administrators."""
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        found, sizes = groups.every(connection), groups.sizes(connection)
    used = [name for rule in wiki.rights.rules for name in rule.groups]
    return [Row(each, sizes.get(each.name, 0), used.count(each.name)) for each in found]


def show(wiki: Wiki, actor: Actor, id: int, *, text: str = "", number: int = 1) -> GroupPage:
    """A group, and members to put in it whose name holds the text; for administrators.

    Raises NotFound (`group_missing`).
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.read() as connection:
        group = _group(connection, id)
        inside = Wanted(group=group.name)
        others = Wanted(text=text.strip(), without=group.name)
        return GroupPage(
            group=group,
            members=members.find(connection, inside, limit=PAGE, offset=(number - 1) * PAGE),
            count=members.count(connection, inside),
            rules=[each for each in listing_of(connection) if group.name in each.rule.groups],
            found=members.find(connection, others, limit=FOUND) if text.strip() else [],
        )


def make(wiki: Wiki, actor: Actor, name: str, about: str = "") -> None:
    """Make a group. For administrators; raises Invalid (fields `name`, `about`)."""
    wiki.rights.require(actor, Right.ADMINISTER)
    name, about = check_name(name), check_about(about)
    with wiki.database.write() as connection:
        _refuse_taken(connection, name)
        groups.add(connection, name, about, wiki.clock())
        audit.write(wiki, connection, actor, LoggedAct.GROUP_MAKE, name)


def change(wiki: Wiki, actor: Actor, id: int, name: str, about: str) -> None:
    """Give a group another name, everywhere it stands, or other words about it.

    For administrators; raises Invalid (fields `name`, `about`), NotFound.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    name, about = check_name(name), check_about(about)
    with wiki.database.write() as connection:
        group = _group(connection, id)
        if name != group.name:
            _refuse_taken(connection, name, but=group.id)
        groups.change(connection, id, name, about)
        if name == group.name:
            return
        groups.replace(connection, group.name, name)
        rules.rename_group(connection, group.name, name)
        audit.write(wiki, connection, actor, LoggedAct.GROUP_RENAME, group.name, after=name)


def remove(wiki: Wiki, actor: Actor, id: int, reason: str = "") -> None:
    """The group is no more: nobody is in it, and rules that named it go on without it.

    For administrators; raises NotFound.
    """
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        group = _group(connection, id)
        size = members.count(connection, Wanted(group=group.name))
        groups.replace(connection, group.name)
        rules.rename_group(connection, group.name)
        groups.remove(connection, id)
        audit.write(
            wiki, connection, actor, LoggedAct.GROUP_REMOVE, group.name, reason, members=str(size)
        )


def join(wiki: Wiki, actor: Actor, id: int, username: str) -> None:
    """Put somebody in a group.

    For administrators; raises NotFound, Invalid (fields `username`, `groups`).
    """
    _belong(wiki, actor, id, username, is_in=True)


def leave(wiki: Wiki, actor: Actor, id: int, username: str) -> None:
    """Take somebody out of a group.

    For administrators; raises NotFound, Invalid (field `username`).
    """
    _belong(wiki, actor, id, username, is_in=False)


def put_in(
    wiki: Wiki, connection: Connection, actor: Actor, member: Member, names: Collection[str]
) -> None:
    """Say in which groups somebody is, in the caller's transaction; unknown ones are made.

    Raises Invalid (field `groups`).
    """
    for name in groups.unknown(connection, names):
        try:
            name = check_name(name)
        except Invalid as error:
            raise Invalid.field("groups", error.code, **error.values) from error
        groups.add(connection, name, "", wiki.clock())
        audit.write(wiki, connection, actor, LoggedAct.GROUP_MAKE, name)
    written = _written(names)
    if frozenset(names) == member.groups:
        return
    members.change(connection, member.id, {"groups": written})
    audit.write(wiki, connection, actor, LoggedAct.MEMBER_GROUPS, member.username, groups=written)


def _belong(wiki: Wiki, actor: Actor, id: int, username: str, *, is_in: bool) -> None:
    wiki.rights.require(actor, Right.ADMINISTER)
    with wiki.database.write() as connection:
        group = _group(connection, id)
        member = members.by_username(connection, username)
        if member is None:
            raise Invalid.field("username", "member_unknown", username=username)
        if (group.name in member.groups) is is_in:
            return
        left = member.groups | {group.name} if is_in else member.groups - {group.name}
        members.change(connection, member.id, {"groups": _written(left)})
        act = LoggedAct.GROUP_JOIN if is_in else LoggedAct.GROUP_LEAVE
        audit.write(wiki, connection, actor, act, member.username, group=group.name)


def _written(names: Collection[str]) -> str:
    written = ",".join(sorted(names))
    if len(written) > members.members.c.groups.type.length:  # type: ignore[attr-defined]
        raise Invalid.field("groups", "groups_long")
    return written


def _refuse_taken(connection: Connection, name: str, but: int = 0) -> None:
    known = groups.get(connection, name)
    if known and known.id != but:
        raise Invalid.field("name", "group_taken", name=known.name)


def _group(connection: Connection, id: int) -> Group:
    group = groups.by_id(connection, id)
    if group is None:
        raise NotFound("group_missing")
    return group
