"""The search projection: Whoosh in `search_index/`, written by the worker, read by everyone."""

from __future__ import annotations

from collections.abc import Callable

from wiki.database.engine import changes
from wiki.database.engine.database import Database
from wiki.domain.search.query import Query
from wiki.domain.search.search import Completion, Progress, Scope
from wiki.projections.search import deleted_text
from wiki.projections.search.answering.answers import marks
from wiki.projections.search.answering.completion import complete
from wiki.projections.search.index_base import Index, Tell
from wiki.projections.search.storage.folder import Damaged
from wiki.projections.search.storage.view import View, open_view
from wiki.projections.search.texts import sources
from wiki.projections.search.writing.build import build
from wiki.projections.search.writing.checking import Difference, check
from wiki.projections.search.writing.following import add_people, follow
from wiki.projections.setaside import Trial
from wiki.store.store import Store

MOST_FOLLOWED = 2_000
"""If more pages than these changed, building anew is quicker than following."""


class SearchIndex(Index):
    """Pages, turns, comments, people and files as they are now."""

    def complete(self, text: str, scope: Scope, limit: int = 8) -> list[Completion]:
        """Complete the last word of `text` to names that have such a word; raises NotReady."""
        view = self._newest()
        with self._reading(view):
            return complete(view, text, scope, limit)

    def marks(self, query: Query, scope: Scope) -> frozenset[int]:
        """A mark of everything that has all the query asks for; raises NotReady.

        A thing keeps its mark when its page is renamed or its text changes.
        """
        view = self._newest()
        with self._reading(view):
            return marks(view, query, scope, self.site)

    def check(self, store: Store, database: Database) -> list[Difference]:
        """List what the index has otherwise than git and SQL; raises NotReady."""
        view = self._newest()
        with self._reading(view), database.read() as connection:
            return check(view, store, connection)

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
            trial = Trial(store.git)
            follow(view, store, connection, waiting, self.site, trial)
        trial.settle(database)
        _forget(database, view.progress.change, waiting.progress.change)
        return waiting.more

    def _rebuild(self, store: Store, database: Database, tell: Tell) -> None:
        head = store.head()
        with database.read() as connection:
            progress = Progress(head, sources.newest_change(connection))
            pages = sources.all_pages(store, head)
            beside = sources.shown(connection, sources.all_files(store, head))
            total = len(pages) + len(beside) + sources.count_talk(connection)
            folder = self.folder.fresh(self.site.dialogues.mark)
            given = sources.everything(store, connection, pages, beside, head, self.site)
            trial = Trial(store.git)
            build(folder, given, progress, self.site, _counted(tell, total), trial)
            add_people(open_view(folder), connection, progress, self.site, trial)
        self.folder.publish(folder)
        trial.replace(database, sources.NAME)
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
    """Let changes that the index has go, once the index of deleted text knows of them too."""
    if last > before:
        deleted_text.hear(database, last)
        with database.write() as connection:
            changes.done(connection, last)
