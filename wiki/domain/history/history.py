"""Where pages are, and how a page of a list goes on."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.domain.history.revisions import Revision


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is now; `alive` is false if it was deleted, and `path` its last one."""

    path: str
    alive: bool


def cursor(revision: Revision) -> str:
    """Return what to give as `before` for what is older than this row, in lists of many pages."""
    return f"{revision.commit}:{revision.path}"
