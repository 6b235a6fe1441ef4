"""History: a page's revisions, what differs between two, and what changed lately."""

from __future__ import annotations

from typing import Any

from wiki.domain.pages.recent import Wanted
from wiki.services.history import history
from wiki.services.pages import recent
from wiki.web.api import shapes
from wiki.web.api.operations import operation
from wiki.web.http.context import actor, wiki

TAG = "history"


@operation(
    "GET",
    "/history/<path:path>",
    TAG,
    query=shapes.Cursor,
    answer=shapes.RevisionListShape,
    codes=(404,),
)
def listing(path: str, cursor: str) -> dict[str, Any]:
    """List a page's revisions, the newest first; of a deleted page as well."""
    found = history.listing(wiki(), actor(), path, cursor)
    return {
        "path": found.page.path,
        "count": found.count,
        "items": found.revisions,
        "next": found.more,
    }


@operation(
    "GET",
    "/diff/<path:path>",
    TAG,
    query=shapes.DiffQuery,
    answer=shapes.DiffShape,
    codes=(404, 410),
)
def compare(path: str, start: str, end: str) -> dict[str, Any]:
    """Compare two revisions of a page, word by word."""
    found = history.compare(wiki(), actor(), path, start, end)
    return {
        "path": found.page.path,
        "before": found.before.revision if found.before else None,
        "after": found.after.revision,
        "blocks": found.blocks,
    }


@operation("GET", "/recent", TAG, query=shapes.Cursor, answer=shapes.ChangeListShape, codes=(404,))
def changes(cursor: str) -> dict[str, Any]:
    """List what changed lately, the newest first."""
    found = recent.changes(wiki(), actor(), Wanted(), cursor)
    return {"items": found.revisions, "next": found.more}
