"""An index in PostgreSQL, which every node reads and one at a time writes."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.database.search import indexed
from wiki.database.search.indexed import State
from wiki.domain.search.query import Query
from wiki.domain.search.search import Completion, NotReady, Progress, Results, Scope
from wiki.projections.search.answering.spelling import corrected
from wiki.projections.search.index_base import Content, Done, Everything, Index, Outdated, Tell
from wiki.projections.search.postgresql.answers import View, answer, marks
from wiki.projections.search.postgresql.completion import complete
from wiki.projections.search.postgresql.kept import KeptRows
from wiki.projections.search.postgresql.lexicon import MOST_KEPT, Counts
from wiki.projections.search.postgresql.rows import row
from wiki.projections.search.storage import fields
from wiki.projections.search.writing.kept import Kept
from wiki.projections.search.writing.prepared import tried
from wiki.projections.setaside import Trial
from wiki.shelf import Shelf
from wiki.store.store import Store

log = logging.getLogger(__name__)

FORMAT = 2
"""Raised with every change of how documents are kept here: an older index is built anew."""

_KEPT_ANSWERS = 128


def version() -> int:
    """What an index is made by: what is indexed, and how it is kept."""
    return 1_000 * fields.VERSION + FORMAT


class SharedIndex(Index):
    """Documents in the tables of one name.

    Whoever writes holds an advisory lock until its transaction ends: of many workers one does the
    work, and the others pass it by. A node of an older version reads what a newer one built, and
    never writes it.
    """

    def __init__(self, database: Database, name: str, content: Content) -> None:
        super().__init__(content)
        self._database = database
        self._name = name
        self._is_there = False
        self._counts: Counts = Shelf(MOST_KEPT)
        self._answers: Shelf[Hashable, Results] = Shelf(_KEPT_ANSWERS)

    @property
    def progress(self) -> Progress:
        """Tell how far the index is; an empty one if it is not ready."""
        try:
            with self._reading() as view:
                return Progress(view.state.revision, view.state.change)
        except NotReady:
            return Progress()

    def search(self, query: Query, scope: Scope, offset: int = 0, limit: int = 20) -> Results:
        """Return what the query finds within the scope, from `offset` on; raises NotReady."""
        with self._reading() as view:
            state = view.state
            key = (state.build, state.generation, self.site, query, scope, offset, limit)
            results = self._answers.get(key)
            if results is None:
                results = answer(view, query, scope, self.site, offset, limit)
                results = corrected(
                    view.lexicon,
                    query,
                    results,
                    lambda other: bool(answer(view, other, scope, self.site, 0, 0).total),
                )
                self._answers.put(key, results)
            return results

    def complete(self, text: str, scope: Scope, limit: int = 8) -> list[Completion]:
        """Complete the last word of `text` to names that have such a word; raises NotReady."""
        with self._reading() as view:
            return complete(view, text, scope, limit)

    def marks(self, query: Query, scope: Scope) -> frozenset[int]:
        """A mark of everything that has all the query asks for; raises NotReady."""
        with self._reading() as view:
            return marks(view, query, scope, self.site)

    @contextmanager
    def kept(self) -> Iterator[Kept]:
        """What the index has, to be compared; raises NotReady."""
        with self._reading() as view:
            yield KeptRows(view.connection, view.state)

    def update(self, store: Store, database: Database) -> bool:
        """Catch up with git and SQL; whether more waits. Builds anew what is missing or old."""
        if self.content.is_unfinished(database):
            return False
        try:
            return self._updated(store, database)
        except Exception as error:
            if not indexed.is_gone(error):
                raise
            # A purge dropped all there was, meanwhile or since the last time.
            self._is_there = False
            return True

    def _updated(self, store: Store, database: Database) -> bool:
        self._make_room(database)
        with database.write() as connection:
            if not indexed.take(connection, self._name, wait=False):
                return False
            state = self._state(connection)
            if state is not None and state.version > version():
                return False
            done, every, trial = self._brought_up(store, database, connection, state)
        if done is not None:
            done.settle(database)
        elif every is not None:
            every.settle(database, trial)
        return done is not None and done.more

    def rebuild(self, store: Store, database: Database, tell: Tell) -> None:
        """Build the index from nothing and put it in the place of the one there is."""
        trial = Trial(store.git)
        self._is_there = False
        self._make_room(database)
        with database.write() as connection:
            indexed.take(connection, self._name, wait=True)
            every = self._build(store, database, connection, tell, trial)
        every.settle(database, trial)

    def _make_room(self, database: Database) -> None:
        """See to it that tables can be made, in a transaction of its own: a build takes long."""
        if self._is_there:
            return
        with database.write() as connection:
            self._is_there = indexed.is_there(connection)
            if not self._is_there:
                indexed.make_room(connection)

    def _brought_up(
        self, store: Store, database: Database, connection: Connection, state: State | None
    ) -> tuple[Done | None, Everything | None, Trial]:
        """Follow, or build what cannot follow; what is to be settled then."""
        trial = Trial(store.git)
        try:
            if state is None:
                raise Outdated("there is none yet")
            if state.version != version():
                raise Outdated(f"version {state.version}")
            if state.rules != self.site.mark:
                raise Outdated("the site has another language, time zone or rule of dialogues now")
            return self.content.follow(KeptRows(connection, state), store, database), None, trial
        except Outdated as error:
            log.log(
                logging.INFO if state is None else logging.WARNING,
                "search in PostgreSQL (%s) is built anew: %s",
                self._name,
                error,
            )
            return None, self._build(store, database, connection, _untold, trial), trial

    def _build(
        self, store: Store, database: Database, connection: Connection, tell: Tell, trial: Trial
    ) -> Everything:
        """Build the index within the caller's transaction: nobody sees it before that ends."""
        made = indexed.begin(connection, self._name, version(), self.site.mark)
        with database.read() as reading:
            every = self.content.everything(store, database, reading, tell)

            def rows() -> Iterator[indexed.Row]:
                for source in every.sources:
                    yield from map(row, tried(source, self.site, trial))
                    every.tell(1)

            indexed.add(connection, made, rows())
            indexed.finish(connection, made)
            progress = every.progress
            state = indexed.reached(connection, self._name, progress.revision, progress.change)
            every.complete(KeptRows(connection, state), trial)
        return every

    @contextmanager
    def _reading(self) -> Iterator[View]:
        """One generation; raises NotReady if there is none, or it was dropped meanwhile."""
        with self._database.read() as connection:
            try:
                state = self._state(connection)
                if state is None or state.version < version():
                    raise NotReady
                yield View(connection, state, self._counts)
            except Exception as error:
                if not indexed.is_gone(error):
                    raise
                self._is_there = False
                raise NotReady from error

    def _state(self, connection: Connection) -> State | None:
        if not self._is_there:
            self._is_there = indexed.is_there(connection)
        return indexed.state(connection, self._name) if self._is_there else None


def _untold(done: int, total: int) -> None:
    """Hear how far a build is, and tell nobody."""
