"""Find moderators: whether an actor is one anywhere, and who moderates a page."""

from __future__ import annotations

from wiki.database.engine.connection import Connection
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import Forbidden, LoginRequired
from wiki.engine import Wiki
from wiki.services.access.rules import holders

MOST = 200


def is_one(wiki: Wiki, actor: Actor) -> bool:
    """Whether the actor moderates the site or at least some folder of it."""
    return may_somewhere(wiki, actor, Right.MODERATE)


def has_duties(wiki: Wiki, actor: Actor) -> bool:
    """Whether the actor is told of what waits for somebody: as a moderator, or as a reviewer."""
    return any(may_somewhere(wiki, actor, right) for right in (Right.MODERATE, Right.REVIEW))


def may_somewhere(wiki: Wiki, actor: Actor, right: Right) -> bool:
    """Whether the actor has a right on the site or at least in some folder of it."""
    prefixes = {rule.prefix for rule in wiki.rights.rules if rule.right is right}
    return any(wiki.rights.may(actor, right, prefix) for prefix in {"", *prefixes})


def require(wiki: Wiki, actor: Actor) -> None:
    """Pass a moderator of anything; raises LoginRequired, Forbidden."""
    if is_one(wiki, actor):
        return
    if not actor.is_member:
        raise LoginRequired("login_required", right=Right.MODERATE.value)
    raise Forbidden("forbidden", right=Right.MODERATE.value)


def of(wiki: Wiki, connection: Connection, path: str = "") -> list[int]:
    """The ids of those who moderate the page at a path (the empty one is the site), at most 200."""
    return holders(wiki, connection, path, Right.MODERATE)[:MOST]


def may(wiki: Wiki, actor: Actor, path: str) -> bool:
    """Whether the actor, logged in, moderates the page at a path."""
    return actor.is_member and wiki.rights.may(actor, Right.MODERATE, path)
