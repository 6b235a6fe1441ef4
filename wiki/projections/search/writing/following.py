"""Catching the index up: what changed goes out and comes in again, in one new generation.

Whatever is done twice gives the same, so a writer that was killed starts over where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from wiki.database.engine.connection import Connection
from wiki.domain.content.paths import person_slug
from wiki.domain.content.setaside import Item
from wiki.domain.search.search import Found, Progress, Site
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
from wiki.projections.search.writing.kept import Kept
from wiki.projections.search.writing.prepared import tried, tried_alone
from wiki.projections.setaside import Trial
from wiki.store.store import Store


def follow(
    index: Kept,
    store: Store,
    connection: Connection,
    waiting: Pending,
    site: Site,
    trial: Trial,
) -> None:
    """Bring the index up to `waiting.progress`; what cannot be described, the trial knows."""
    head = waiting.progress.revision
    changed = list(sources.pages(store, connection, waiting.pages, head, site))
    elsewhere = waiting.came_or_went | _retitled(index, changed)
    talk = {*waiting.comments, *sources.comments_at(connection, sorted(elsewhere))}
    gone = {page_owner(path) for path in waiting.pages}
    out = [
        *gone,
        *map(file_owner, waiting.files),
        *map(comment_owner, sorted(talk)),
        *_comments_on(index, elsewhere),
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
    ids = sorted({*waiting.members, *people.members_in(index, waiting.pages)})
    accounts = [member_owner(id) for id in ids]
    for member in sources.members_of(connection, ids):
        came += tried(member, site, trial)
    named = people.named_by(index, [*gone, *accounts]) | _named(one.document for one in came)
    out += accounts
    if not named:
        index.replace(waiting.progress, out, came)
        return
    newest = index.replace(index.progress, out, came)
    add_people(newest, connection, waiting.progress, site, trial, named)


def add_people(
    index: Kept,
    connection: Connection,
    progress: Progress,
    site: Site,
    trial: Trial,
    only: Collection[str] | None = None,
) -> None:
    """Add everyone (or only those with these slugs) whom a dialogue names, as they are now."""
    accounts = people.accounts(connection, only)
    persons = tried_alone(people.documents(index, site, accounts, only), trial)
    index.replace(progress, people.owners(only or (), accounts), persons)


def _retitled(index: Kept, pages: list[PageSource]) -> set[str]:
    """The paths of pages whose title changed: their comments carry it too."""
    titles = {page.summary.path: page.summary.title for page in pages}
    return {
        stored["path"]
        for stored in index.owned(map(page_owner, titles))
        if stored["title"] != titles[stored["path"]]
    }


def _comments_on(index: Kept, paths: set[str] | frozenset[str]) -> list[str]:
    """The owners of the comments that the index has on these pages."""
    found = index.below(sorted(paths), Found.COMMENT)
    return [comment_owner(stored["number"]) for stored in found if stored["path"] in paths]


def _named(documents: Iterable[Document]) -> set[str]:
    naming = (document for document in documents if document.kind in _NAMING)
    return {person_slug(person) for document in naming for person in document.people} - {""}


_NAMING = {Found.DIALOGUE, Found.PERSON}
