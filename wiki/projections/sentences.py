"""The sentences projection: who wrote which sentence, followed page by page.

A page is followed through its revisions in history's order, each compared with the one before it
there: one diff for each. Where branches went side by side, a sentence that one side did not have
comes and goes; as words that come back keep their first writer, that shows in no blame. What a page
has does not depend on when it was followed. The worker follows what changed right after it changed,
and fills in the rest, the pages changed most lately first; who asks for a page that waits follows
it then and there.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from wiki.database.engine import progress
from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.database.history import deleted_text
from wiki.database.history import history as history_rows
from wiki.database.history import sentences as kept
from wiki.database.history.sentences import Followed, Waiting
from wiki.database.operation import setaside
from wiki.domain.content import text
from wiki.domain.content.setaside import Item
from wiki.domain.history.sentences import ALIVE, Sentence, Weave, keys
from wiki.projections import history
from wiki.projections.setaside import Trial, text_of
from wiki.store.store import Store

NAME = "passages"
FORMAT = 4

_CHUNK = 100
"""Revisions of a page that are written in one transaction: a save never waits for many."""
_MOST_ROWS = 2_000
_FEW = 20
"""Revisions for which a page's past is asked about rather than loaded."""
_PAGES = 50


def follow(
    store: Store,
    database: Database,
    page: str,
    most: int = 1_000_000,
    seconds: float = float("inf"),
) -> bool:
    """Follow a page's revisions to the newest, at most so many; whether it is there now.

    No further one is begun after so many `seconds` of processor time. Any number of processes may
    do this at once; what two of them did is kept once.
    """
    return _run(store, database, page, most, seconds).whole


def catch_up(store: Store, database: Database, most: int = 400) -> bool:
    """Follow about so many revisions of the pages that wait; whether more wait. For the worker.

    First pages that commits touched since the last time, so that a saved page is followed at once;
    then those that never were, newest activity first.
    """
    with database.read() as connection:
        begun, format = progress.get(connection, NAME)
        head, _ = progress.get(connection, history.NAME)
        is_ahead = _is_ahead(store, connection)
    if not head or is_ahead:
        return False
    if format != FORMAT or not begun or not store.reachable(begun, head):
        with database.project() as connection:
            kept.forget_all(connection)
            setaside.forget(connection, setaside.derived, NAME)
            deleted_text.wait(connection, deleted_text.EVERYTHING)
            progress.put(connection, NAME, head, FORMAT)
        return True
    if begun != head and not _follow_touched(store, database, begun, head, most):
        return True
    return _fill(store, database, most)


def behind(connection: Connection) -> int:
    """Count how many pages have revisions that were not followed yet."""
    return kept.count_unfollowed(connection)


def forget(database: Database) -> None:
    """Forget all sentences; the worker follows every page anew, those changed last first."""
    with database.project() as connection:
        kept.forget_all(connection)
        setaside.forget(connection, setaside.derived, NAME)
        deleted_text.wait(connection, deleted_text.EVERYTHING)
        progress.put(connection, NAME, "", FORMAT)


def forget_page(database: Database, page: str) -> None:
    """Forget the sentences of one page, which is followed anew."""
    with database.project() as connection:
        kept.forget(connection, page)
        deleted_text.wait(connection, page)


def check(store: Store, database: Database, most: int = 500) -> list[str]:
    """Paths of pages whose sentences are not what their revisions give, of so many at most.

    Pages that still wait are none of them.
    """
    wrong = []
    with database.read() as connection:
        aside = _set_aside(connection)
        for page, path in kept.followed_pages(connection, most):
            followed = kept.followed(connection, page)
            if followed is None or page in aside:
                continue
            weave = Weave()
            # What came after that still waits for the worker.
            for step, revision in enumerate(
                kept.waiting(connection, page, Followed(), followed.steps), 1
            ):
                weave.fold(step, _keys(store, revision.blob))
            right = {sentence.number: sentence for sentence in kept.load(connection, page)}
            if right != weave.all:
                wrong.append(path)
    return sorted(wrong)


def standing(store: Store, database: Database, page: str, blob: str) -> list[kept.Standing]:
    """The sentences of a text that a page has, compared with its last revision; nothing is kept.

    For a text that is not that of the last revision in history's order: merges can take the older
    of two sides. Steps beyond the last one are given as the last one.
    """
    with database.read() as connection:
        followed = kept.followed(connection, page) or Followed()
        weave = _weave(database, connection, page, _keys(store, followed.blob))
    weave.fold(followed.steps + 1, _keys(store, blob))
    last = followed.steps
    return [
        kept.Standing(min(one.origin, last), min(one.born, last), one.words)
        for one in weave.standing
    ]


@dataclass(frozen=True, slots=True)
class _Done:
    """How many revisions were followed, and whether that was all of them."""

    number: int
    whole: bool


def _run(
    store: Store, database: Database, page: str, most: int, seconds: float = float("inf")
) -> _Done:
    """Follow a page; one that cannot be is as if nothing ever stood there, until it changes.

    What was set aside of it earlier is followed anew.
    """
    trial = Trial(store.git)
    with database.read() as connection:
        before = _set_aside(connection).get(page)
        place = history_rows.place(connection, page)
        is_ahead = _is_ahead(store, connection)
        waits = (is_ahead or before is not None) and _waits(connection, page)
    if is_ahead or (before is not None and not waits):
        return _Done(0, not waits)
    if before is not None:
        trial.passed(before)
        forget_page(database, page)
    item = Item(NAME, "page", place.path if place else page, page)
    following = _Following(store, database, page)

    def blank(reason: str) -> _Done:
        del reason
        forget_page(database, page)
        return _Following(store, database, page, is_blank=True).run(1_000_000)

    done = trial.of(item, partial(following.run, most, seconds), blank)
    if done.whole and following.trial.failed_last:
        trial.hear([(item, following.trial.failed[-1][1])])
    trial.settle(database)
    return done


def _is_ahead(store: Store, connection: Connection) -> bool:
    """Whether rows are of a newer format than ours, and nodes that know it see to them."""
    return store.is_shared and progress.get(connection, NAME)[1] > FORMAT


def _set_aside(connection: Connection) -> dict[str, Item]:
    """List what is set aside, by page."""
    return {one.item.mark: one.item for one in setaside.of(connection, setaside.derived, NAME)}


def _waits(connection: Connection, page: str) -> bool:
    found = kept.followed(connection, page)
    return found is None or bool(kept.waiting(connection, page, found, 1))


class _Following:
    """One page, followed from where it was; the weave stays in memory meanwhile.

    `is_blank`: as if its revisions said nothing.
    """

    def __init__(
        self, store: Store, database: Database, page: str, *, is_blank: bool = False
    ) -> None:
        self.trial = Trial(store.git)
        self._is_blank = is_blank
        self._store = store
        self._database = database
        self._page = page
        self._before: Followed | None = None
        self._weave = Weave()
        self._end = 0.0

    def run(self, most: int, seconds: float = float("inf")) -> _Done:
        """Follow at most so many revisions; stops early if another process does the same."""
        self._end = time.thread_time() + seconds
        with self._database.read() as connection:
            self._before = before = kept.followed(connection, self._page)
            waiting = kept.waiting(connection, self._page, before or Followed(), most + 1)
            if before is not None and before.whole and not waiting:
                return _Done(0, True)
            if before is not None:
                standing = _keys(self._store, before.blob)
                if len(waiting) > _FEW:
                    self._weave = Weave(kept.load(connection, self._page), standing)
                else:
                    self._weave = _weave(self._database, connection, self._page, standing)
        whole = len(waiting) <= most
        todo = waiting[:most]
        done = 0
        while True:
            some = self._fold(todo[done:])
            done += len(some)
            at_end = done == len(todo)
            if not self._write(some, whole=whole and at_end):
                return _Done(done, False)
            if at_end:
                return _Done(done, whole)
            if self._is_over():
                return _Done(done, False)

    def _is_over(self) -> bool:
        return time.thread_time() > self._end

    def _fold(self, waiting: list[Waiting]) -> list[Waiting]:
        """Fold some of the revisions that wait; those that were."""
        self._weave.changed.clear()
        step = self._before.steps if self._before else 0
        for number, revision in enumerate(waiting[:_CHUNK], 1):
            blob = "" if self._is_blank else revision.blob
            self._weave.fold(step + number, _keys(self._store, blob, self.trial))
            if len(self._weave.changed) > _MOST_ROWS or self._is_over():
                return waiting[:number]
        return waiting[:_CHUNK]

    def _write(self, done: list[Waiting], *, whole: bool) -> bool:
        before = self._before or Followed()
        steps = before.steps + len(done)
        last = done[-1] if done else before
        after = Followed(steps, last.date, last.commit, last.path, last.blob, whole)
        changed = self._weave.changed.values()
        # what went now, or came back; of others only the place changed
        new = {one.died for one in changed if one.back or before.steps < one.died < ALIVE}
        with self._database.project() as connection:
            if not kept.advance(connection, self._page, self._before, after, done, changed):
                return False
            # the last step even if it took nothing: the page may have another name or place now
            again = {*new, steps} if self._before else {deleted_text.EVERY}
            deleted_text.wait(connection, self._page, again)
        self._before = after
        return True


class _Past:
    """The sentences that died on a page, where they are kept."""

    def __init__(self, database: Database, page: str) -> None:
        self._database = database
        self._page = page

    def gone(self, texts: Collection[str]) -> list[Sentence]:
        with self._database.read() as connection:
            return kept.load_gone(connection, self._page, texts)

    def last_place(self, after: int, before: int | None) -> int:
        with self._database.read() as connection:
            return kept.last_place(connection, self._page, after, before) or after

    def every(self) -> list[Sentence]:
        with self._database.read() as connection:
            return kept.load(connection, self._page)


def _weave(database: Database, connection: Connection, page: str, standing: Sequence[str]) -> Weave:
    """A page's weave with only what stands in memory."""
    last = kept.last_number(connection, page)
    return Weave(kept.load_alive(connection, page), standing, _Past(database, page), last)


def _follow_touched(store: Store, database: Database, begun: str, head: str, most: int) -> bool:
    """Follow the pages that new commits touched; whether all of them are followed now.

    Pages that still wait to be filled in are left to that.
    """
    new = [commit.id for commit in store.log(begun, head)]
    with database.read() as connection:
        touched = kept.touched(connection, new)
    for page in touched:
        if not follow(store, database, page, most):
            return False
    with database.project() as connection:
        for page in kept.strays(connection, new):
            kept.forget(connection, page)
            deleted_text.wait(connection, page)
        progress.put(connection, NAME, head, FORMAT)
    return True


def _fill(store: Store, database: Database, most: int) -> bool:
    """Follow pages that were not yet, until about so many revisions are done."""
    with database.read() as connection:
        pages = kept.unfollowed(connection, _PAGES)
    left = most
    for page in pages:
        left -= 1 + _run(store, database, page, left).number
        if left <= 0:
            return True
    return len(pages) == _PAGES


def _keys(store: Store, blob: str, trial: Trial | None = None) -> list[str]:
    """The sentences of a text; none of one that cannot be read, which the trial knows."""
    if not blob:
        return []
    return (trial or Trial(store.git)).of(
        Item(NAME, "text", blob),
        lambda: keys(text.decode(text_of(store, blob)).text),
        lambda reason: [],
    )
