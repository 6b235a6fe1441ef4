"""An index in a folder, by Whoosh: opened when it changes, caught up or built by one writer."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from wiki.database.engine.database import Database
from wiki.domain.search.query import Query
from wiki.domain.search.search import Completion, NotReady, Progress, Results, Scope
from wiki.projections.search.answering.answers import answer, marks
from wiki.projections.search.answering.completion import complete
from wiki.projections.search.answering.spelling import corrected
from wiki.projections.search.index_base import Content, Index, Outdated, Tell
from wiki.projections.search.storage.folder import CURRENT, DAMAGE, Damaged, Folder
from wiki.projections.search.storage.view import View, open_view
from wiki.projections.search.writing.build import build
from wiki.projections.search.writing.kept import Kept, KeptView
from wiki.projections.setaside import Trial
from wiki.shelf import Shelf
from wiki.store.store import Store

log = logging.getLogger(__name__)

_KEPT_ANSWERS = 128


class FolderIndex(Index):
    """Documents in a folder.

    Reading opens the newest generation when it has changed; `update` and `rebuild` are for one
    writer at a time, which a lock between processes ensures.
    """

    def __init__(self, folder: Path, content: Content) -> None:
        super().__init__(content)
        self.folder = Folder(folder)
        self._view: View | None = None
        self._stamp: object = None
        self._lock = Lock()
        self._answers: Shelf[Hashable, Results] = Shelf(_KEPT_ANSWERS)

    @property
    def progress(self) -> Progress:
        """Tell how far the index is; an empty one if it is not ready."""
        try:
            return self._newest().progress
        except NotReady:
            return Progress()

    def search(self, query: Query, scope: Scope, offset: int = 0, limit: int = 20) -> Results:
        """Return what the query finds within the scope, from `offset` on; raises NotReady."""
        view = self._newest()
        key = (view.folder, view.generation, query, scope, offset, limit)
        kept = self._answers.get(key)
        if kept is not None:
            return kept
        with self._reading(view):
            results = answer(view, query, scope, self.site, offset, limit)
            results = corrected(
                view,
                query,
                results,
                lambda other: bool(answer(view, other, scope, self.site, 0, 0).total),
            )
        self._answers.put(key, results)
        return results

    def complete(self, text: str, scope: Scope, limit: int = 8) -> list[Completion]:
        """Complete the last word of `text` to names that have such a word; raises NotReady."""
        view = self._newest()
        with self._reading(view):
            return complete(view, text, scope, limit)

    def marks(self, query: Query, scope: Scope) -> frozenset[int]:
        """A mark of everything that has all the query asks for; raises NotReady."""
        view = self._newest()
        with self._reading(view):
            return marks(view, query, scope, self.site)

    @contextmanager
    def kept(self) -> Iterator[Kept]:
        """What the index has, to be compared; raises NotReady."""
        view = self._newest()
        with self._reading(view):
            yield KeptView(view)

    def update(self, store: Store, database: Database) -> bool:
        """Catch up with git and SQL; whether more waits. Builds anew what is missing or damaged."""
        if self.content.is_unfinished(database):
            return False
        with self.folder.writing():
            try:
                done = self.content.follow(KeptView(self._writable()), store, database)
                if done is not None:
                    done.settle(database)
                return done is not None and done.more
            except (Damaged, Outdated, *DAMAGE) as error:
                level = logging.INFO if self.folder.live() is None else logging.WARNING
                trace = not isinstance(error, Damaged | Outdated)
                log.log(level, "%s is built anew: %s", self.folder.path.name, error, exc_info=trace)
                self._rebuild(store, database, lambda done, total: None)
                return False

    def rebuild(self, store: Store, database: Database, tell: Tell) -> None:
        """Build the index from nothing and put it in the place of the one there is."""
        with self.folder.writing():
            self._rebuild(store, database, tell)

    def _rebuild(self, store: Store, database: Database, tell: Tell) -> None:
        trial = Trial(store.git)
        with database.read() as connection:
            every = self.content.everything(store, database, connection, tell)
            folder = self.folder.fresh(self.site.mark)
            build(folder, every.sources, every.progress, self.site, every.tell, trial)
            every.complete(KeptView(open_view(folder)), trial)
        self.folder.publish(folder)
        every.settle(database, trial)

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

    @contextmanager
    def _reading(self, view: View) -> Iterator[None]:
        """Raise NotReady where damage is found out while the index is read."""
        try:
            yield
        except DAMAGE as error:
            if view is not self._view or self._look() != self._stamp:
                # Another generation took its place meanwhile: its files are gone, not damaged.
                raise NotReady from error
            log.exception("%s cannot be read; the worker builds it anew", self.folder.path.name)
            self.folder.mark_damaged()
            self._view, self._stamp = None, None
            raise NotReady from error

    def _writable(self) -> View:
        """The newest generation, its files checked; raises Damaged."""
        live = self.folder.live()
        if live is None:
            raise Damaged("there is none yet")
        if self.folder.mark() != self.site.mark:
            raise Damaged("the site has another language, time zone or rule of dialogues now")
        return open_view(live, self._view)
