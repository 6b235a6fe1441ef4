"""An index in a folder: opened for reading when it changes, caught up or built anew by a writer."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

from wiki.database.engine.database import Database
from wiki.domain.search.query import Query
from wiki.domain.search.search import NotReady, Progress, Results, Scope, Site
from wiki.projections.search.answering.answers import answer
from wiki.projections.search.answering.spelling import corrected
from wiki.projections.search.storage.folder import CURRENT, DAMAGE, Damaged, Folder
from wiki.projections.search.storage.view import View, open_view
from wiki.shelf import Shelf
from wiki.store.store import Store

log = logging.getLogger(__name__)

Tell = Callable[[int, int], None]
"""Called as (done, total) now and then."""

_KEPT_ANSWERS = 128


class Index(ABC):
    """Documents in a folder, to be searched; safe between threads and processes.

    Reading opens the newest generation when it has changed; `update` and `rebuild` are for one
    writer at a time, which a lock between processes ensures.
    """

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = Folder(folder)
        self.site = site
        self._view: View | None = None
        self._stamp: object = None
        self._lock = Lock()
        self._answers: Shelf[Hashable, Results] = Shelf(_KEPT_ANSWERS)

    @classmethod
    def open(cls, folder: Path, site: Site | None = None) -> Self:
        """The index in this folder; made by the first `update` if it is not there.

        `site` has the language and time zone of what does not show its own.
        """
        return cls(folder, site or Site())

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
            results = corrected(view, query, scope, self.site, results)
        self._answers.put(key, results)
        return results

    def update(self, store: Store, database: Database) -> bool:
        """Catch up with git and SQL; whether more waits. Builds anew what is missing or damaged."""
        with self.folder.writing():
            try:
                return self._follow(store, database, self._writable())
            except (Damaged, *DAMAGE) as error:
                level = logging.INFO if self.folder.live() is None else logging.WARNING
                trace = not isinstance(error, Damaged)
                log.log(level, "%s is built anew: %s", self.folder.path.name, error, exc_info=trace)
                self._rebuild(store, database, lambda done, total: None)
                return False

    def rebuild(self, store: Store, database: Database, tell: Tell) -> None:
        """Build the index from nothing and put it in the place of the one there is.

        `tell` hears how many of how many sources are done.
        """
        with self.folder.writing():
            self._rebuild(store, database, tell)

    @abstractmethod
    def _follow(self, store: Store, database: Database, view: View) -> bool:
        """Bring the index up to date; whether more waits. Raises Damaged if only a rebuild can."""

    @abstractmethod
    def _rebuild(self, store: Store, database: Database, tell: Tell) -> None:
        """Build the index from nothing and publish it."""

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
        if self.folder.mark() != self.site.dialogues.mark:
            raise Damaged("other pages are dialogues now")
        return open_view(live, self._view)
