"""The choice between editing and suggesting: whether what a member writes is saved or waits."""

from __future__ import annotations

from wiki.domain.access.rights import Actor, Right
from wiki.engine import Wiki


def suggests(wiki: Wiki, actor: Actor, path: str, right: Right) -> bool:
    """Whether what the actor writes at a path waits for an editor: they lack EDIT (or CREATE).

    Raises LoginRequired, and Forbidden for a member who may not even suggest it.
    """
    rights = wiki.rights
    if not actor.is_member or rights.may(actor, right, path):
        rights.require(actor, right, path)
        return False
    rights.require_any(actor, (right, Right.SUGGEST), path)
    return True
