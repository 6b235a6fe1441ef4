"""Catching the index up: what changed goes out and comes in again, in one new generation.

Whatever is done twice gives the same, so a writer that was killed starts over where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from wiki.database.engine.connection import Connection
from wiki.domain.content.paths import person_slug
from wiki.domain.content.setaside import Item
from wiki.domain.search.search import Found, Progress, Site
from wiki.projections.search.storage.view import View, open_view
from wiki.projections.search.texts import sources
from wiki.projections.search.texts.documents import (
    Document,
    comment_owner,
    file_owner,
    member_owner,
    page_owner,
)
from wiki.projections.search.texts.sources import PageSource, Pending
from wiki.projections.search.writing import people
from wiki.projections.search.writing.prepared import tried, tried_alone
from wiki.projections.search.writing.writer import write
from wiki.projections.setaside import Trial
from wiki.store.store import Store


def follow(
    view: View,
    store: Store,
    connection: Connection,
    waiting: Pending,
    site: Site,
    trial: Trial,
) -> None:
    """Bring the index up to `waiting.progress`; what cannot be described, the trial knows."""
    head = waiting.progress.revision
    changed = list(sources.pages(store, connection, waiting.pages, head, site))
    elsewhere = waiting.came_or_went | _retitled(view, changed)
    talk = {*waiting.comments, *sources.comments_at(connection, sorted(elsewhere))}
    gone = {page_owner(path) for path in waiting.pages}
    out = [
        *gone,
        *map(file_owner, waiting.files),
        *map(comment_owner, sorted(talk)),
        *_comments_on(view, elsewhere),
    ]
    for kind, seen in (("page", waiting.pages), ("file", waiting.files)):
        for path, blob in seen.items():
            if not blob:
                trial.passed(Item(sources.NAME, kind, path))
    for id in sorted(talk):
        trial.passed(Item(sources.NAME, "comment", str(id)))
    came = [one for page in changed for one in tried(page, site, trial)]
    for file in sources.files(store, connection, waiting.files):
        came += tried(file, site, trial)
    for comment in sources.comments_of(connection, sorted(talk)):
        came += tried(comment, site, trial)
    ids = sorted({*waiting.members, *people.members_in(view, waiting.pages)})
    accounts = [member_owner(id) for id in ids]
    for member in sources.members_of(connection, ids):
        came += tried(member, site, trial)
    named = people.named_by(view, [*gone, *accounts]) | _named(one.document for one in came)
    out += accounts
    if not named:
        write(view, waiting.progress, out, came)
        return
    write(view, view.progress, out, came)
    newest = open_view(view.folder, view)
    add_people(newest, connection, waiting.progress, site, trial, named)


def add_people(
    view: View,
    connection: Connection,
    progress: Progress,
    site: Site,
    trial: Trial,
    only: Collection[str] | None = None,
) -> None:
    """Add everyone (or only those with these slugs) whom a dialogue names, as they are now."""
    accounts = people.accounts(connection, only)
    persons = tried_alone(people.documents(view, site, accounts, only), trial)
    write(view, progress, people.owners(only or (), accounts), persons)


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


def _named(documents: Iterable[Document]) -> set[str]:
    naming = (document for document in documents if document.kind in _NAMING)
    return {person_slug(person) for document in naming for person in document.people} - {""}


_NAMING = {Found.DIALOGUE, Found.PERSON}
