"""Deleting a page, what was deleted, and putting back a page or a version of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wiki.database.history import history
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.paths import file_of
from wiki.domain.errors import Conflict, Invalid
from wiki.domain.history.history import cursor
from wiki.domain.history.revisions import Event, Revision
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.content import commits, contents, places
from wiki.services.editing import saving
from wiki.services.history import hiding
from wiki.services.history.history import PageNow, page_at, previous, revision_of, titles_of_deleted
from wiki.store.store import Change, Stale

PAGE = 50
TRIES = 5


@dataclass(frozen=True, slots=True)
class Trash:
    """Deleted pages, the last deleted first; `more` is where the next page of them begins.

    `titles` are those they had, by path.
    """

    pages: list[Revision]
    titles: Mapping[str, str]
    more: str


def delete(wiki: Wiki, actor: Actor, path: str, summary: str = "") -> commits.Made:
    """Delete the page; its history remains. Raises LoginRequired, Forbidden, NotFound, Gone."""
    place = places.find(wiki, actor, path, redirect=False, right=Right.DELETE)
    for _ in range(TRIES):
        entry = wiki.store.entry(file_of(place.path))
        if entry is None:
            raise places.missing(wiki, actor, place.path)
        try:
            return commits.commit(
                wiki,
                actor,
                Event.DELETE,
                [Change(entry.file, None)],
                expect={entry.file: entry.blob},
                summary=summary,
            )
        except Stale:
            continue
    raise Conflict("edit_busy", path=path)


def listing(wiki: Wiki, actor: Actor, before: str = "") -> Trash:
    """The deleted pages that the actor may read; `before` is a `more` of an earlier answer."""
    wiki.rights.require(actor, Right.EDIT)
    with wiki.database.read() as connection:
        deletions = history.trash(
            connection,
            limit=PAGE + 1,
            before=before,
            sight=sight.of(wiki, actor),
        )
        listed = hiding.redact(wiki, connection, actor, deletions[:PAGE])
        titles = titles_of_deleted(wiki, connection, listed)
    return Trash(listed, titles, cursor(deletions[PAGE - 1]) if len(deletions) > PAGE else "")


def restore(wiki: Wiki, actor: Actor, path: str, revision: str, summary: str = "") -> saving.Saved:
    """Put a page back as it was in a revision: a page that lives, or one that was deleted.

    The revision of a deletion puts back what was deleted. Raises LoginRequired, Forbidden,
    NotFound, Gone for a hidden text; Conflict if the path holds another page by now.
    """
    page, last = _to_restore(wiki, actor, path, revision)
    for _ in range(TRIES):
        with wiki.store.locked():
            now = wiki.store.entry(file_of(page.path))
            if now is not None and not page.alive:
                raise Conflict("path_taken", path=page.path)
            if now is not None and now.blob == last.blob:
                return saving.Saved(page.path, last.commit, changed=False)
            try:
                made = commits.commit(
                    wiki,
                    actor,
                    Event.RESTORE,
                    [Change(file_of(page.path), wiki.store.blob(last.blob))],
                    expect={file_of(page.path): now.blob if now else None},
                    summary=summary,
                    trailers={"Base": last.commit},
                )
            except Stale:
                continue
            return saving.Saved(page.path, made.revision, listed=made.listed)
    raise Conflict("edit_busy", path=path)


def restored(wiki: Wiki, actor: Actor, path: str, revision: str) -> tuple[str, str]:
    """Return what the page says now, and what it would say after `restore`. Raises as `restore`."""
    page, found = _to_restore(wiki, actor, path, revision)
    now = wiki.store.entry(file_of(page.path))
    return contents.read(wiki, now.blob if now else "").text, contents.read(wiki, found.blob).text


def _to_restore(wiki: Wiki, actor: Actor, path: str, revision: str) -> tuple[PageNow, Revision]:
    page = page_at(wiki, actor, path)
    version = revision_of(wiki, page.page, revision, actor)
    wiki.rights.require(actor, Right.EDIT if page.alive else Right.DELETE, page.path)
    if not version.blob:
        older = previous(wiki, actor, version)
        if older is None or not older.blob:
            raise Invalid("restore_deletion", path=page.path)
        version = older
    return page, hiding.require_text(version)
