"""The search projection: pages, turns, comments, people and files as they are now.

Whoosh holds it in `search_index/`, or PostgreSQL for all nodes: written by the worker, read by all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from wiki.database.engine import changes
from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.domain.search.search import Progress, Site
from wiki.projections.search import deleted_text
from wiki.projections.search.folder_index import FolderIndex
from wiki.projections.search.index_base import Content, Done, Everything, Index, Outdated, Tell
from wiki.projections.search.postgresql.shared_index import SharedIndex
from wiki.projections.search.texts import sources
from wiki.projections.search.writing.checking import Difference, check
from wiki.projections.search.writing.following import add_people, follow
from wiki.projections.search.writing.kept import Kept
from wiki.projections.setaside import Trial
from wiki.store.store import Store

MOST_FOLLOWED = 2_000
"""If more pages than these changed, building anew is quicker than following."""


class Present(Content):
    """What the wiki has now."""

    name = sources.NAME

    def __init__(self, site: Site | None = None) -> None:
        self.site = site or Site()

    def follow(self, index: Kept, store: Store, database: Database) -> Done | None:
        """Bring an index up to date with git and SQL."""
        before = index.progress
        # Another node may have followed what this one has yet to see.
        if before.revision != store.head():
            store.refresh()
        if before.revision and store.get(before.revision) is None:
            raise Outdated("its revision is not in the repository")
        head = store.head()
        with database.read() as connection:
            waiting = sources.pending(store, connection, before, head)
            if not waiting:
                return None
            if len(waiting.pages) > MOST_FOLLOWED:
                raise Outdated(f"{len(waiting.pages)} pages changed")
            trial = Trial(store.git)
            follow(index, store, connection, waiting, self.site, trial)
        reached = waiting.progress.change

        def settle(database: Database) -> None:
            trial.settle(database)
            _forget(database, before.change, reached)

        return Done(waiting.more, settle)

    def everything(
        self, store: Store, database: Database, connection: Connection, tell: Tell
    ) -> Everything:
        """Give all pages and files, comments and members; then whom dialogues name."""
        head = store.head()
        progress = Progress(head, sources.newest_change(connection))
        pages = sources.all_pages(store, head)
        beside = sources.shown(connection, sources.all_files(store, head))
        total = len(pages) + len(beside) + sources.count_talk(connection)

        def settle(database: Database, trial: Trial) -> None:
            trial.replace(database, self.name)
            _forget(database, 0, progress.change)

        return Everything(
            sources=sources.everything(store, connection, pages, beside, head, self.site),
            progress=progress,
            tell=_counted(tell, total),
            complete=lambda kept, trial: add_people(kept, connection, progress, self.site, trial),
            settle=settle,
        )


class PresentIndex(Index):
    """An index of what is there now."""

    def check(self, store: Store, database: Database) -> list[Difference]:
        """List what the index has otherwise than git and SQL; raises NotReady."""
        with self.kept() as kept, database.read() as connection:
            return check(kept, store, connection)


class SearchIndex(FolderIndex, PresentIndex):
    """Such an index in a folder."""

    @classmethod
    def open(cls, folder: Path, site: Site | None = None) -> Self:
        """The index in this folder; made by the first `update` if it is not there."""
        return cls(folder, Present(site))


class SharedSearchIndex(SharedIndex, PresentIndex):
    """Such an index in PostgreSQL."""

    @classmethod
    def open(cls, database: Database, site: Site | None = None) -> Self:
        """The index in this database; made by the first `update` if it is not there."""
        return cls(database, "now", Present(site))


def _counted(tell: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    done = 0

    def more(number: int) -> None:
        nonlocal done
        done += number
        tell(done, total)

    tell(0, total)
    return more


def _forget(database: Database, before: int, last: int) -> None:
    """Let changes that the index has go, once the index of deleted text knows of them too."""
    if last > before:
        deleted_text.hear(database, last)
        with database.write() as connection:
            changes.done(connection, last)
