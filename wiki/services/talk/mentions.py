"""Members to call by @username: offered while typing, first those who are active on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.talk import comments
from wiki.domain.access.rights import Actor, Right
from wiki.domain.history.revisions import Part
from wiki.domain.members.members import Member, Status
from wiki.engine import Wiki
from wiki.services.history import hiding

MOST = 8
_LOOKED_AT = 60
"""Newest revisions and comments of a page whose writers count as taking part."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Somebody to call; `is_here` if they wrote or talked on the page."""

    username: str
    name: str
    is_here: bool


def offer(wiki: Wiki, actor: Actor, text: str, path: str = "") -> list[Offered]:
    """Members whose names begin with what was typed after the @, those of the page first.

    Only who can log in and may read the page at the path; never the actor. Raises LoginRequired,
    Forbidden.
    """
    own = actor.own_id()
    if path:
        wiki.rights.require(actor, Right.READ, path)
    text = text.strip()
    with wiki.database.read() as connection:
        here = _taking_part(wiki, connection, actor, path) if path else []
        found = members.beginning(connection, text, _LOOKED_AT) if text else []
    is_meant = [one for one in here if _begins(one, text)]
    listed = {one.id: one for one in [*is_meant, *found]}
    named = {one.id for one in is_meant}
    offered = [
        Offered(one.username, one.name, one.id in named)
        for one in listed.values()
        if one.id != own and wiki.rights.may(one.actor, Right.READ, path)
    ]
    return offered[:MOST]


def _taking_part(wiki: Wiki, connection: Connection, actor: Actor, path: str) -> Sequence[Member]:
    """List those who wrote or talked on the page at a path, the last to talk first."""
    page = history.identity(connection, path)
    if not page:
        return ()
    talked = comments.newest_writers(connection, page, _LOOKED_AT)
    revisions = history.of_page(connection, page, limit=_LOOKED_AT)
    seen = hiding.redact(wiki, connection, actor, revisions)
    uids = [one.author.uid for one in seen if one.author.uid and Part.AUTHOR not in one.withheld]
    wrote = {one.uid: one for one in members.with_uids(connection, uids)}
    known = {one.id: one for one in [*members.some(connection, talked), *wrote.values()]}
    order = dict.fromkeys([*talked, *(wrote[uid].id for uid in uids if uid in wrote)])
    return [known[id] for id in order if known[id].status is Status.ACTIVE]


def _begins(member: Member, text: str) -> bool:
    text, name = text.casefold(), member.name.casefold()
    return member.username.casefold().startswith(text) or f" {name}".find(f" {text}") >= 0
