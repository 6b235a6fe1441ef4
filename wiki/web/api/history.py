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
    listed = history.listing(wiki(), actor(), path, cursor)
    return {
        "path": listed.page.path,
        "count": listed.count,
        "items": listed.revisions,
        "next": listed.more,
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
    comparison = history.compare(wiki(), actor(), path, start, end)
    return {
        "path": comparison.page.path,
        "before": comparison.before.revision if comparison.before else None,
        "after": comparison.after.revision,
        "blocks": comparison.blocks,
    }


@operation("GET", "/recent", TAG, query=shapes.Cursor, answer=shapes.ChangeListShape, codes=(404,))
def changes(cursor: str) -> dict[str, Any]:
    """List what changed lately, the newest first."""
    found = recent.changes(wiki(), actor(), Wanted(), cursor)
    return {"items": found.revisions, "next": found.more}
