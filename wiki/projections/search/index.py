"""The search projection: Whoosh in `search_index/`, written by the worker, read by everyone."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from wiki.database import changes
from wiki.database.database import Database
from wiki.domain.query import Query
from wiki.domain.search import NotReady, Progress, Results, Scope, Site, Suggestion
from wiki.projections.search import sources
from wiki.projections.search.answers import answer
from wiki.projections.search.build import build
from wiki.projections.search.checking import Difference, check
from wiki.projections.search.folder import CURRENT, DAMAGE, Damaged, Folder
from wiki.projections.search.following import add_people, follow
from wiki.projections.search.suggestions import corrected, suggest
from wiki.projections.search.view import View, open_view
from wiki.store.store import Store

log = logging.getLogger(__name__)

MOST_FOLLOWED = 2_000
"""If more pages than these changed, building anew is quicker than following."""

_KEPT_ANSWERS = 128


class SearchIndex:
    """Search over the index in a folder; safe between threads and processes.

    Reading opens the newest generation when it has changed; `update` and `rebuild` are for one
    writer at a time, which a lock between processes ensures.
    """

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = Folder(folder)
        self.site = site
        self._view: View | None = None
        self._stamp: object = None
        self._lock = Lock()
        self._answers: OrderedDict[object, Results] = OrderedDict()

    @classmethod
    def open(cls, folder: Path, site: Site | None = None) -> SearchIndex:
        """The index in `search_index/`; made by the first `update` if it is not there.

        `site` has the language and time zone of what does not show its own.
        """
        return cls(folder, site or Site())

    @property
    def progress(self) -> Progress:
        """How far the index is; an empty one if it is not ready."""
        try:
            return self._newest().progress
        except NotReady:
            return Progress()

    def search(self, query: Query, scope: Scope, offset: int = 0, limit: int = 20) -> Results:
        """What the query finds within the scope, from `offset` on; raises NotReady."""
        view = self._newest()
        key = (view.folder, view.generation, query, scope, offset, limit)
        with self._lock:
            kept = self._answers.get(key)
        if kept is not None:
            return kept
        try:
            found = answer(view, query, scope, self.site, offset, limit)
            found = corrected(view, query, scope, self.site, found)
        except DAMAGE as error:
            raise self._broken() from error
        with self._lock:
            self._answers[key] = found
            while len(self._answers) > _KEPT_ANSWERS:
                self._answers.popitem(last=False)
        return found

    def suggest(self, text: str, scope: Scope, limit: int = 8) -> list[Suggestion]:
        """What has a word that begins as the last word of `text` does; raises NotReady."""
        view = self._newest()
        try:
            return suggest(view, text, scope, limit)
        except DAMAGE as error:
            raise self._broken() from error

    def update(self, store: Store, database: Database) -> bool:
        """Catch up with git and SQL; whether more waits. Builds anew what is missing or damaged."""
        with self.folder.writing():
            try:
                return self._follow(store, database, self._writable())
            except (Damaged, *DAMAGE) as error:
                level = logging.INFO if self.folder.live() is None else logging.WARNING
                trace = not isinstance(error, Damaged)
                log.log(level, "the search index is built anew: %s", error, exc_info=trace)
                self._rebuild(store, database, lambda done, total: None)
                return False

    def rebuild(self, store: Store, database: Database, tell: Callable[[int, int], None]) -> None:
        """Build the index from nothing and put it in the place of the one there is.

        `tell` hears how many of how many pages and comments are done.
        """
        with self.folder.writing():
            self._rebuild(store, database, tell)

    def check(self, store: Store, database: Database) -> list[Difference]:
        """What the index has otherwise than git and SQL; raises NotReady."""
        view = self._newest()
        try:
            with database.read() as connection:
                return check(view, store, connection)
        except DAMAGE as error:
            raise self._broken() from error

    def _newest(self) -> View:
        """The newest generation, opened if it was not yet; raises NotReady."""
        stamp = self._look()
        if self._view is not None and stamp == self._stamp:
            return self._view
        with self._lock:
            live = self.folder.live()
            if live is None:
                self._view = None
                raise NotReady
            try:
                self._view = open_view(live, self._view)
            except Damaged as error:
                self._view = None
                raise NotReady from error
            self._stamp = stamp
            return self._view

    def _look(self) -> object:
        """Changes whenever another index, or another generation of it, is put in place."""
        live = self.folder.live()
        try:
            current = (self.folder.path / CURRENT).stat()
            return live, current.st_mtime_ns, live.stat().st_mtime_ns if live else 0
        except FileNotFoundError:
            return None

    def _broken(self) -> NotReady:
        log.exception("the search index cannot be read; the worker builds it anew")
        self.folder.mark_damaged()
        self._view, self._stamp = None, None
        return NotReady()

    def _writable(self) -> View:
        """The newest generation, its files checked; raises Damaged."""
        live = self.folder.live()
        if live is None:
            raise Damaged("there is none yet")
        return open_view(live, self._view)

    def _follow(self, store: Store, database: Database, view: View) -> bool:
        head = store.head()
        if view.progress.revision and store.get(view.progress.revision) is None:
            raise Damaged("its revision is not in the repository")
        with database.read() as connection:
            waiting = sources.pending(store, connection, view.progress, head)
            if not waiting:
                return False
            if len(waiting.pages) > MOST_FOLLOWED:
                raise Damaged(f"{len(waiting.pages)} pages changed")
            follow(view, store, connection, waiting, self.site)
        _forget(database, view.progress.change, waiting.progress.change)
        return waiting.more

    def _rebuild(self, store: Store, database: Database, tell: Callable[[int, int], None]) -> None:
        head = store.head()
        with database.read() as connection:
            progress = Progress(head, sources.newest_change(connection))
            pages = sources.all_pages(store, head)
            total = len(pages) + sources.count_talk(connection)
            folder = self.folder.fresh()
            given = sources.everything(store, connection, pages, head)
            build(folder, given, progress, self.site, _counted(tell, total))
        add_people(open_view(folder), self.site)
        self.folder.publish(folder)
        _forget(database, 0, progress.change)


def _counted(tell: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    done = 0

    def more(number: int) -> None:
        nonlocal done
        done += number
        tell(done, total)

    tell(0, total)
    return more


def _forget(database: Database, before: int, last: int) -> None:
    """Changes that the index knows of have been processed."""
    if last > before:
        with database.write() as connection:
            changes.done(connection, last)
