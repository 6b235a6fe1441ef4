"""Which part of the wiki an actor sees, as prefixes for queries over many pages."""

from __future__ import annotations

from typing import TypedDict

from wiki.domain.rights import Actor, Right
from wiki.engine import Wiki


class Sight(TypedDict):
    """Prefixes that are hidden, and longer ones inside those that are shown."""

    hidden: tuple[str, ...]
    shown: tuple[str, ...]


def of(wiki: Wiki, actor: Actor, *rights: Right) -> Sight:
    """What to give to a query that lists pages: `**sight.of(wiki, actor)`.

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
