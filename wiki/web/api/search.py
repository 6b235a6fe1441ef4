"""Search: pages, turns, comments, people and files."""

from __future__ import annotations

from typing import Any

from wiki.services.access import rates
from wiki.services.search import search as searching
from wiki.services.search.search import Linked, SearchForm
from wiki.web.api import shapes
from wiki.web.api.operations import operation
from wiki.web.api.think_tank import following
from wiki.web.http import pace
from wiki.web.http.context import actor, number_of, wiki
from wiki.web.search.search import hit_url


@operation("GET", "/search", "search", query=shapes.SearchQuery, answer=shapes.ResultsShape)
def search(cursor: str, **fields: str) -> dict[str, Any]:
    """Search what one may read, with the words and filters of the search form."""
    if fields["q"]:
        pace.take(rates.searches)
    result = searching.search(wiki(), actor(), SearchForm(**fields, page=number_of(cursor)))
    return {
        "total": result.results.total,
        "ready": result.ready,
        "corrected": result.results.corrected,
        "items": [_hit(linked) for linked in result.hits],
        "next": following(result.number, result.has_more),
    }


def _hit(linked: Linked) -> dict[str, Any]:
    hit = linked.hit
    return {
        "kind": hit.kind.value,
        "path": hit.path,
        "title": hit.name,
        "number": hit.number,
        "revision": hit.revision,
        "url": hit_url(linked),
        "snippets": ["".join(piece.text for piece in snippet.pieces) for snippet in hit.snippets],
    }
