"""Catching the index up: what changed goes out and comes in again, in one new generation.

Whatever is done twice gives the same, so a writer that was killed starts over where it was.
"""

from __future__ import annotations

from wiki.database.connection import Connection
from wiki.domain.paths import slug
from wiki.domain.search import Found, Site
from wiki.projections.search import people, sources
from wiki.projections.search.documents import Document, comment_owner, member_owner, page_owner
from wiki.projections.search.sources import PageSource, Pending
from wiki.projections.search.view import View, open_view
from wiki.projections.search.writer import write
from wiki.store.store import Store


def follow(view: View, store: Store, connection: Connection, waiting: Pending, site: Site) -> None:
    """Bring the index up to `waiting.progress`."""
    head = waiting.progress.revision
    changed = list(sources.pages(store, connection, waiting.pages, head))
    elsewhere = waiting.came_or_went | _retitled(view, changed)
    ids = {*waiting.comments, *sources.comments_at(connection, sorted(elsewhere))}
    gone = {page_owner(path) for path in waiting.pages}
    out = [*gone, *map(comment_owner, sorted(ids)), *_comments_on(view, elsewhere)]
    came = [document for page in changed for document in page.documents(site)]
    for comment in sources.comments_of(connection, sorted(ids)):
        came += comment.documents(site)
    out += map(member_owner, waiting.members)
    for member in sources.members_of(connection, waiting.members):
        came += member.documents(site)
    named = people.named_by(view, gone) | _named(came)
    if not named:
        write(view, waiting.progress, out, came)
        return
    write(view, view.progress, out, came)
    with_pages = open_view(view.folder, view)
    persons = people.documents(with_pages, site, named)
    write(with_pages, waiting.progress, people.owners(named), persons)


def add_people(view: View, site: Site) -> None:
    """Add everyone whom a dialogue names to an index that has none of them."""
    persons = list(people.documents(view, site))
    if persons:
        write(view, view.progress, (), persons)


def _retitled(view: View, pages: list[PageSource]) -> set[str]:
    """The paths of pages whose title changed: their comments carry it too."""
    changed = set()
    for page in pages:
        for part in view.parts:
            for document in part.segment.postings("owner", page_owner(page.summary.path)):
                if document in part.deleted:
                    continue
                if part.segment.stored(document)["title"] != page.summary.title:
                    changed.add(page.summary.path)
    return changed


def _comments_on(view: View, paths: set[str] | frozenset[str]) -> list[str]:
    """The owners of the comments that the index has on these pages."""
    owners = []
    for part in view.parts:
        kinds = part.segment.column("kind")
        for path in paths:
            for document in part.segment.postings("under", path):
                if document in part.deleted:
                    continue
                if kinds.values[kinds.codes[document]] == Found.COMMENT:
                    stored = part.segment.stored(document)
                    if stored["path"] == path:
                        owners.append(comment_owner(stored["number"]))
    return owners


def _named(documents: list[Document]) -> set[str]:
    dialogues = (document for document in documents if document.kind is Found.DIALOGUE)
    return {slug(person) for document in dialogues for person in document.people} - {""}
