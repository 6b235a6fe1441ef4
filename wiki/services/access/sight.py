"""Which part of the wiki an actor sees, as prefixes for queries over many pages."""

from __future__ import annotations

from wiki.domain.access.rights import Actor, Right
from wiki.domain.access.sight import Sight
from wiki.engine import Wiki


def of(wiki: Wiki, actor: Actor, *rights: Right) -> Sight:
    """Return what the actor sees of the wiki, for queries that list pages.

    The pages that the actor may read; with `rights`, those where they have all of these too.
    """
    wanted = {Right.READ, *rights}
    decided = {rule.prefix for rule in wiki.rights.rules if rule.right in wanted}
    prefixes = {"", *decided}
    hidden = {
        prefix
        for prefix in prefixes
        if not all(wiki.rights.may(actor, right, prefix) for right in wanted)
    }
    shown = prefixes - hidden if hidden else set()
    return Sight(hidden=tuple(sorted(hidden)), shown=tuple(sorted(shown)))
