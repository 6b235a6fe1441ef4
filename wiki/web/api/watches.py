"""Watches: the pages, questions and folders that one follows."""

from __future__ import annotations

from typing import Any

from wiki.domain.login.access_tokens import Scope
from wiki.services.notices import watches
from wiki.web.api import shapes
from wiki.web.api.operations import operation
from wiki.web.http.context import actor, wiki

TAG = "watches"


@operation("GET", "/watches", TAG, answer=shapes.WatchListShape)
def listing() -> dict[str, Any]:
    """List the pages, questions and folders that one follows."""
    found = watches.listing(wiki(), actor())
    every = (*found.pages, *found.folders)
    return {"items": [{"path": entry.path, "scope": entry.scope.value} for entry in every]}


@operation(
    "PUT",
    "/watches/<path:path>",
    TAG,
    scope=Scope.WATCH,
    query=shapes.WatchQuery,
    answer=shapes.WatchShape,
    codes=(404, 410),
)
def watch(path: str, scope: str) -> dict[str, Any]:
    """Follow a page, a question with its dialogues, or a folder."""
    return {"path": path, "scope": watches.watch(wiki(), actor(), path, scope).value}


@operation(
    "DELETE",
    "/watches/<path:path>",
    TAG,
    scope=Scope.WATCH,
    query=shapes.WatchQuery,
    status=204,
    codes=(404, 410),
)
def unwatch(path: str, scope: str) -> None:
    """Stop following."""
    watches.unwatch(wiki(), actor(), path, scope)
