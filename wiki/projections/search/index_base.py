"""An index, whichever engine holds it: brought up to date with what it is an index of.

An engine knows how documents are kept and found; a content knows which there have to be.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.domain.search.query import Query
from wiki.domain.search.search import Completion, Progress, Results, Scope, Site
from wiki.projections.search.texts.sources import Source
from wiki.projections.search.writing.kept import Kept
from wiki.projections.setaside import Trial
from wiki.store.store import Store

Tell = Callable[[int, int], None]
"""Called as (done, total) now and then."""


class Outdated(Exception):
    """What an index has cannot be caught up: only building it anew helps."""


@dataclass(frozen=True)
class Done:
    """That an index was caught up; `settle` says so in the queues, once it is kept."""

    more: bool
    settle: Callable[[Database], None]


@dataclass(frozen=True)
class Everything:
    """All that an index is built of, in order.

    `tell` hears how many sources were done since; `complete` adds what is made of the documents
    themselves; `settle` says in the queues what the index has, once it is published.
    """

    sources: Iterable[Source]
    progress: Progress
    tell: Callable[[int], None]
    complete: Callable[[Kept, Trial], None]
    settle: Callable[[Database, Trial], None]


class Content(ABC):
    """What an index is of; `site` has the language and time zone of what does not show its own."""

    name: str
    site: Site

    def is_unfinished(self, database: Database) -> bool:
        """Whether what it is of is still being made: then an index stays as it is."""
        del database
        return False

    @abstractmethod
    def follow(self, index: Kept, store: Store, database: Database) -> Done | None:
        """Bring an index up to date; None if nothing waits. Raises Outdated."""

    @abstractmethod
    def everything(
        self, store: Store, database: Database, connection: Connection, tell: Tell
    ) -> Everything:
        """Give all that it is built of."""


class Index(ABC):
    """Documents to be searched; safe between threads and processes."""

    def __init__(self, content: Content) -> None:
        self.content = content

    @property
    def site(self) -> Site:
        """The language and time zone of what does not show its own."""
        return self.content.site

    @site.setter
    def site(self, site: Site) -> None:
        self.content.site = site

    @property
    @abstractmethod
    def progress(self) -> Progress:
        """Tell how far the index is; an empty one if it is not ready."""

    @abstractmethod
    def search(self, query: Query, scope: Scope, offset: int = 0, limit: int = 20) -> Results:
        """Return what the query finds within the scope, from `offset` on; raises NotReady."""

    @abstractmethod
    def complete(self, text: str, scope: Scope, limit: int = 8) -> list[Completion]:
        """Complete the last word of `text` to names that have such a word; raises NotReady."""

    @abstractmethod
    def marks(self, query: Query, scope: Scope) -> frozenset[int]:
        """A mark of everything that has all the query asks for; raises NotReady.

        A thing keeps its mark when its page is renamed or its text changes.
        """

    @abstractmethod
    def update(self, store: Store, database: Database) -> bool:
        """Catch up with git and SQL; whether more waits. Builds anew what is missing or damaged."""

    @abstractmethod
    def rebuild(self, store: Store, database: Database, tell: Tell) -> None:
        """Build the index from nothing and put it in the place of the one there is.

        `tell` hears how many of how many sources are done.
        """

    @abstractmethod
    def kept(self) -> AbstractContextManager[Kept]:
        """What the index has, to be compared; raises NotReady."""
