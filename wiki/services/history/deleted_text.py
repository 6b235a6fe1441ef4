"""Searching in the past: words that once stood on a page and no longer do, and who took them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.domain.access.rights import Actor, Right
from wiki.domain.history.revisions import Revision
from wiki.domain.search import search as found
from wiki.domain.search.query import Query
from wiki.domain.search.search import Results, past_scope_of
from wiki.engine import Wiki
from wiki.projections.search import deleted_text as index
from wiki.services.history import hiding


@dataclass(frozen=True, slots=True)
class Hit:
    """Text that a revision took from a page: what was found of it, and the revision.

    `path` is where its page is now, or was last; the revision can be looked at if `is_open`:
    another page may have taken a deleted one's path.
    """

    found: found.Hit
    path: str
    alive: bool
    taken: Revision
    is_open: bool


def search(
    wiki: Wiki, actor: Actor, query: Query, limit: int, offset: int
) -> tuple[Results, tuple[Hit, ...]]:
    """Search the text that revisions took from pages that the actor may read.

    Filters look at the page, dates at when the words went. What stood only in revisions that a
    moderator hid is for moderators. Raises NotReady.
    """
    results = wiki.deleted_text.search(query, past_scope_of(wiki.rights, actor), offset, limit)
    with wiki.database.read() as connection:
        return results, tuple(_hits(wiki, connection, actor, results))


def _hits(wiki: Wiki, connection: Connection, actor: Actor, results: Results) -> Iterator[Hit]:
    """The hits with their revisions; what was moved or hidden since they were indexed counts."""
    pages = {hit.page for hit in results.hits}
    places = history.places_of(connection, pages)
    hidden = index.hidden_of(connection, pages)
    known = history.of_pages(connection, [(hit.page, hit.revision) for hit in results.hits])
    taken = hiding.redact(wiki, connection, actor, known.values())
    revisions = dict(zip(known, taken, strict=True))
    for hit in results.hits:
        place, revision = places.get(hit.page), revisions.get((hit.page, hit.revision))
        if place is None or revision is None or not wiki.rights.may(actor, Right.READ, place.path):
            continue
        if hit.hidden != hidden[hit.page] and not hiding.may(wiki, actor, place.path):
            continue
        yield Hit(
            found=hit,
            path=place.path,
            alive=place.alive,
            taken=revision,
            is_open=place.alive or not history.identity(connection, place.path),
        )
