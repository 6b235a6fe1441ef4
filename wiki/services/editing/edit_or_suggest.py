"""The rule by which a text is an edit or a suggestion; `submitting` acts on it."""

from __future__ import annotations

from wiki.domain.access.rights import Actor, Right
from wiki.engine import Wiki


def suggests(wiki: Wiki, actor: Actor, path: str, right: Right) -> bool:
    """Whether what the actor writes at a path waits for an editor: they lack EDIT (or CREATE).

    Raises LoginRequired, Forbidden for who may not even suggest it.
    """
    if wiki.rights.may(actor, right, path):
        return False
    # A suggestion has an author: visitors are asked to log in, whatever they may do.
    needed = (right, Right.SUGGEST) if actor.is_member else (right,)
    wiki.rights.require_any(actor, needed, path)
    return True
