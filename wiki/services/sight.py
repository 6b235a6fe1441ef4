"""Which part of the wiki an actor sees, as prefixes for queries over many pages."""

from __future__ import annotations

from typing import TypedDict

from wiki.domain.rights import Actor, Right
from wiki.engine import Wiki


class Sight(TypedDict):
    """Prefixes that are hidden, and longer ones inside those that are shown."""

    hidden: tuple[str, ...]
    shown: tuple[str, ...]


def of(wiki: Wiki, actor: Actor) -> Sight:
    """What to give to a query that lists pages: `**sight.of(wiki, actor)`."""
    rights = wiki.rights
    hidden = rights.hidden_prefixes(actor)
    if not rights.may(actor, Right.READ):
        hidden = ("", *hidden)
    prefixes = {rule.prefix for rule in rights.rules if rule.right is Right.READ}
    return Sight(hidden=hidden, shown=tuple(sorted(prefixes - set(hidden))) if hidden else ())
