"""Hiding: the one place that decides what of a revision an actor sees once parts are hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from wiki.domain.errors import Gone
from wiki.domain.history.revisions import Author, Part, Revision

NOBODY = Author("", "")
"""Who is shown where the author is hidden."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """One part of a revision that was hidden: by which member, when and why."""

    commit: str
    path: str
    part: Part
    reason: str
    by: str
    at: datetime


def seen(revision: Revision, hidden: Iterable[Part], may_moderate: bool) -> Revision:
    """The revision as an actor sees it; moderators see everything, marked as hidden.

    For others a hidden message and author are empty. The text is not part of a revision: who reads
    it calls `require_text` first.
    """
    parts = frozenset(hidden)
    if not parts:
        return revision
    if may_moderate:
        return replace(revision, hidden=parts)
    return replace(
        revision,
        hidden=parts,
        withheld=parts,
        message="" if Part.MESSAGE in parts else revision.message,
        author=NOBODY if Part.AUTHOR in parts else revision.author,
    )


def require_text(revision: Revision) -> Revision:
    """The revision itself, if its text is for the actor who saw it. Raises Gone."""
    if Part.TEXT in revision.withheld:
        raise Gone("revision_hidden", revision=revision.commit, path=revision.path)
    return revision
