"""The index of deleted text: for each revision that took words from a page, the words it took.

It lies beside the index of what is there, in a folder of its own, so that neither is in the way of
the other's counts. It follows the sentences: what was deleted waits in SQL until it is here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Self
from zlib import crc32

from wiki.analysis.languages import language_of
from wiki.database.engine import changes
from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.database.history import deleted_text, hiding, history
from wiki.database.history.deleted_text import Removal
from wiki.database.members import members
from wiki.database.operation import setaside
from wiki.database.pages import catalogue
from wiki.domain.content.pages import Summary
from wiki.domain.content.setaside import Item, mark_of
from wiki.domain.history.revisions import Part
from wiki.domain.markdown.plain import fragment
from wiki.domain.members.members import Status
from wiki.domain.search.search import HIDDEN_FOLDER, Found, Progress, Site
from wiki.projections import sentences
from wiki.projections.search.folder_index import FolderIndex
from wiki.projections.search.index_base import Content, Done, Everything, Index, Outdated, Tell
from wiki.projections.search.postgresql.shared_index import SharedIndex
from wiki.projections.search.texts.documents import Document
from wiki.projections.search.texts.sources import read_blob, read_page
from wiki.projections.search.writing.kept import Kept
from wiki.projections.search.writing.prepared import Prepared, tried
from wiki.projections.setaside import Trial
from wiki.store.store import Store

NAME = "lost"
MOST = 500
"""So much of what waits is done in one go."""

_SLICE = 200
READY = Progress(NAME)


@dataclass(frozen=True, slots=True)
class DeletedTextSource:
    """A page and some of its deleted text, to be made documents of, if need be in another process.

    `hidden` tells apart what was hidden of the page.
    """

    page: Summary
    hidden: str
    removals: tuple[Removal, ...]

    @property
    def item(self) -> Item:
        """Return what is set aside if it cannot be described."""
        steps = " ".join(f"{removal.step}" for removal in self.removals)
        return Item(NAME, "page", self.page.path, mark_of(f"{self.page.blob} {steps}"))

    def names(self, site: Site) -> Iterator[Document]:
        """Nothing: a title is no deleted text."""
        del site
        return iter(())

    def documents(self, site: Site) -> Iterator[Document]:
        """A document for each revision that took something; what only moderators see is apart."""
        for removal in self.removals:
            text = "\n\n".join(filter(None, map(fragment, removal.texts)))
            if text:
                yield _document(self, removal, text, site)


class Past(Content):
    """What revisions took from pages."""

    name = NAME

    def __init__(self, site: Site | None = None) -> None:
        self.site = site or Site()

    def is_unfinished(self, database: Database) -> bool:
        """While old pages are gone through, what there is serves, and grows in large steps."""
        with database.read() as connection:
            many = deleted_text.count(connection)
            is_little = many < MOST or deleted_text.is_all_waiting(connection)
            return is_little and sentences.behind(connection) > 0

    def follow(self, index: Kept, store: Store, database: Database) -> Done | None:
        """Take in what was deleted since."""
        with database.read() as connection:
            if deleted_text.is_all_waiting(connection):
                raise Outdated("all of the past was gone through anew")
            waiting = deleted_text.pending(connection, MOST)
            if not waiting:
                return None
            of: dict[str, set[int]] = defaultdict(set)
            for one in waiting:
                of[one.page].add(one.step)
            out: list[str] = []
            into: list[Prepared] = []
            trial = Trial(store.git)
            for page, steps in of.items():
                gone, came = self._changed(store, connection, index, page, steps, trial)
                out += gone
                into += came
        index.replace(READY, out, into)

        def settle(database: Database) -> None:
            with database.project() as connection:
                deleted_text.done(connection, waiting)
                trial.keep(connection)

        return Done(len(waiting) == MOST, settle)

    def everything(
        self, store: Store, database: Database, connection: Connection, tell: Tell
    ) -> Everything:
        """Give the deleted text of every page."""
        waiting = deleted_text.pending(connection)

        def settle(database: Database, trial: Trial) -> None:
            trial.replace(database, NAME)
            with database.project() as connection:
                deleted_text.done(connection, waiting)

        return Everything(
            sources=_everything(store, connection, self.site, tell),
            progress=READY,
            tell=lambda done: None,
            complete=lambda kept, trial: None,
            settle=settle,
        )

    def _changed(
        self,
        store: Store,
        connection: Connection,
        index: Kept,
        page: str,
        steps: set[int],
        trial: Trial,
    ) -> tuple[list[str], list[Prepared]]:
        """The owners to take out and the documents to put in, for some steps of a page."""
        source = _source(store, connection, page, self.site)
        if source is None:
            return [_owner(page)], []
        if _facts_in(index, page) not in ("", _facts(source.page)):
            steps = {deleted_text.EVERY}
        removals = tuple(deleted_text.removals(connection, page, steps))
        documents = tried(replace(source, removals=removals), self.site, trial)
        return [_owner(page, step) for step in sorted(steps)], documents


class PastIndex(Index):
    """An index of deleted text."""

    def behind(self, connection: Connection) -> int:
        """Tell how much waits to be indexed; -1 if the index is to be built from nothing."""
        return deleted_text.count(connection) if self.progress == READY else -1

    def check(self, store: Store, database: Database, most: int = 500) -> list[str]:
        """Paths of pages whose deleted text the index has otherwise than the sentences.

        Of so many pages at most; nothing while something waits. Raises NotReady.
        """
        with self.kept() as index, database.read() as connection:
            if deleted_text.count(connection) or sentences.behind(connection):
                return []
            wrong = []
            aside = {one.item.key for one in setaside.of(connection, setaside.derived, NAME)}
            for page in deleted_text.pages(connection)[:most]:
                source = _source(store, connection, page, self.site)
                if source is None or source.page.path in aside:
                    continue
                given = replace(source, removals=tuple(deleted_text.removals(connection, page)))
                right = map(asdict, given.documents(self.site))
                if _essence(right) != _essence(index.owned([_owner(page)])):
                    wrong.append(source.page.path)
            return wrong


class DeletedTextIndex(PastIndex, FolderIndex):
    """Such an index in a folder."""

    @classmethod
    def open(cls, folder: Path, site: Site | None = None) -> Self:
        """The index in this folder; made by the first `update` if it is not there."""
        return cls(folder, Past(site))


class SharedDeletedTextIndex(PastIndex, SharedIndex):
    """Such an index in PostgreSQL."""

    @classmethod
    def open(cls, database: Database, site: Site | None = None) -> Self:
        """The index in this database; made by the first `update` if it is not there."""
        return cls(database, NAME, Past(site))


def hear(database: Database, last: int) -> None:
    """Let what changes in SQL, up to this one, say of past revisions reach the index."""
    with database.read() as connection:
        rows = [row for row in changes.pending(connection, last) if row.id <= last]
        hidden = {row.key for row in rows if row.noun == "revision"}
        people = [members.get(connection, int(row.key)) for row in rows if row.noun == "member"]
    erased = any(member and member.status is Status.ERASED for member in people)
    if hidden or erased:
        with database.project() as connection:
            deleted_text.wait_for(connection, hidden)
            if erased:
                deleted_text.wait(connection, deleted_text.EVERYTHING)


def hidden_of(connection: Connection, pages: Collection[str]) -> dict[str, str]:
    """For each page what changes with what is hidden of its past; empty if nothing is."""
    hidden = deleted_text.hidden_steps(connection, pages)
    return {page: _digest(sorted(steps)) if steps else "" for page, steps in hidden.items()}


def _everything(
    store: Store, connection: Connection, site: Site, tell: Tell
) -> Iterator[DeletedTextSource]:
    """The deleted text of every page; tells how many pages were read."""
    pages = deleted_text.pages(connection)
    tell(0, len(pages))
    for number, page in enumerate(pages, 1):
        source = _source(store, connection, page, site)
        if source is not None:
            removals = deleted_text.removals(connection, page)
            while some := tuple(islice(removals, _SLICE)):
                yield replace(source, removals=some)
        tell(number, len(pages))


def _source(
    store: Store, connection: Connection, page: str, site: Site
) -> DeletedTextSource | None:
    """The page as it is, or as it was before it was deleted; without its deleted text yet."""
    place = history.place(connection, page)
    if place is None:
        return None
    hidden = hidden_of(connection, [page])[page]
    if place.alive:
        found = catalogue.find(connection, [place.path]).get(place.path)
        if found is not None:
            return DeletedTextSource(found, hidden, ())
    last = history.of_page(connection, page, limit=10)
    closed = hiding.parts(connection, {revision.commit for revision in last})
    seen = (r.blob for r in last if Part.TEXT not in closed.get((r.commit, r.path), ()))
    blob = next(filter(None, seen), "")
    data = read_blob(store, blob) if blob else b""
    summary = read_page(place.path, blob, data, store.head(), None, site)
    return DeletedTextSource(replace(summary, page=page), hidden, ())


def _document(source: DeletedTextSource, removal: Removal, text: str, site: Site) -> Document:
    page = source.page
    meta = page.meta
    return Document(
        owner=_owner(page.page, removal.step),
        group=_owner(page.page),
        kind=Found(meta.kind.value),
        path=page.path,
        page=page.page,
        title=page.title,
        text=text,
        language=language_of(text, meta.lang, site.language),
        paths=(f"{HIDDEN_FOLDER}/{page.path}" if removal.closed else page.path,),
        is_deleted=True,
        people=tuple(person.name for person in meta.participants),
        authors=removal.authors,
        tags=meta.tags,
        questions=meta.questions,
        status=meta.status,
        when=datetime.fromtimestamp(removal.date, UTC),
        number=removal.step,
        revision=removal.commit,
        blob=_facts(page),
        hidden=source.hidden,
    )


def _owner(page: str, step: int = deleted_text.EVERY) -> str:
    return f"{page} {step}" if step != deleted_text.EVERY else page


def _facts(page: Summary) -> str:
    """Changes with what the documents of a page's deleted text say of the page."""
    return _digest((page.path, page.title, page.meta))


def _digest(what: object) -> str:
    return f"{crc32(repr(what).encode()):08x}"


def _facts_in(index: Kept, page: str) -> str:
    """The facts that the index has of a page; empty if it has none."""
    return next((str(stored["blob"]) for stored in index.owned([_owner(page)])), "")


def _essence(documents: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Pick what must be right in documents."""
    return sorted(
        map(itemgetter("number", "paths", "revision", "hidden", "blob", "text"), documents)
    )
