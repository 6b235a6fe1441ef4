"""A purge that was decided, done to the end: the truth follows, refs move, old objects go.

Before it is decided everything new stands beside the old, and nothing points at it. To decide is
one rename, of a file that says all that is to be done; each step after it can be done twice. So
whoever is killed leaves the old wiki, or one that the next to open it makes the new one.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from wiki.database.access import audit
from wiki.database.engine import changes
from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.database.history import ledger, moved_revisions
from wiki.database.operation import purging
from wiki.domain.access.acts import LoggedAct
from wiki.domain.history.ledger import Part as Piece
from wiki.domain.history.revisions import Part
from wiki.domain.operation.purging import Ids, Words
from wiki.projections import export
from wiki.settings import Settings
from wiki.store.branch import push_guard
from wiki.store.rewriting import moving, pruning
from wiki.store.shared import bases, copy
from wiki.store.store import Store, StoreError

ACT = LoggedAct.PURGE.value
PAGES, SEARCH = "pages", "search_index"

log = logging.getLogger(__name__)

Tell = Callable[[str, int, int], None]
"""Called as (what is being done, done, total) now and then."""


@dataclass(frozen=True, slots=True)
class Intent:
    """All that is to be done once the new history is written.

    `commits`, `blobs` and `pages` give new ids by old; `moves` (old, new) by ref. `barred`
    are the first of the old commits: no push brings them back. `words` and
    `passages` go from what people wrote, `instead` takes their place. `anchors` are comments (by
    id) with the words, start and end of their passage. `hidden` is what was hidden and is gone, as
    (part, commit, path). `act` is the name of this purge, by a member (None: the command line).
    """

    act: str
    at: str
    by: int | None
    subject: str
    reason: str
    detail: Mapping[str, str]
    moves: Mapping[str, tuple[str, str]]
    barred: tuple[str, ...]
    commits: Mapping[str, str]
    blobs: Mapping[str, str]
    pages: Mapping[str, str]
    words: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    instead: str = ""
    anchors: tuple[tuple[int, str, int | None, int | None], ...] = ()
    hidden: tuple[tuple[str, str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Done:
    """The limits of a purge: repositories it could not reach, a hook that was there before.

    `is_gone` is false if a ref that was pushed meanwhile still reaches the old history.
    """

    borrowed: tuple[str, ...] = ()
    is_barred: bool = True
    is_gone: bool = True


def is_begun(data: Path) -> bool:
    """Whether a purge in this data folder was killed before its end."""
    return moving.is_begun(data / PAGES / ".git")


def decide(store: Store, intent: Intent, before: Mapping[str, str]) -> None:
    """Write down, flushed, what will be done; then only `finish` is left.

    `before` is where each ref pointed. Raises StoreError if one moved since or is held by somebody
    else: nothing is changed.
    """
    moving.begin(store.git, intent.moves, before)
    moving.ready(store.git, asdict(intent))


def finish(settings: Settings, tell: Tell = lambda what, done, total: None) -> Done:
    """Do what was decided, or take back what was not; with nobody else there."""
    git = settings.data / PAGES / ".git"
    written = moving.intent(git)
    if written is None:
        moving.cancel(git)
        return Done()
    store = Store.open(settings.data / PAGES)
    database = Database.open(settings.database_url, settings.data)
    try:
        return _finish(store, database, settings.data, _intent(written), tell)
    finally:
        database.close()
        store.close()


def go_on(settings: Settings) -> None:
    """Finish a purge that was killed; with nobody else there.

    Where another node saved after it was decided it was taken back, and whoever opens the wiki can
    do without it.
    """
    try:
        finish(settings)
    except StoreError:
        if is_begun(settings.data):
            raise
        log.warning("a purge that was broken off was not done: another node saved meanwhile")


def _finish(store: Store, database: Database, data: Path, intent: Intent, tell: Tell) -> Done:
    steps = 6
    tell("purge", 0, steps)
    with _base(store, intent) as base, database.write() as connection:
        if not audit.has(connection, ACT, intent.act):
            _begin_epoch(connection, store, intent, base)
            _follow(connection, intent)
    tell("purge", 1, steps)
    is_barred = push_guard.bar(store.git, intent.barred)
    moving.move(store.git, intent.moves)
    tell("purge", 2, steps)
    export.settle(store)
    tell("purge", 3, steps)
    shutil.rmtree(data / SEARCH, ignore_errors=True)
    database.reset()
    tell("purge", 4, steps)
    database.compact()
    tell("purge", 5, steps)
    borrowed = pruning.prune(store.git)
    is_gone = not intent.barred or not push_guard.holds(store.git)
    moving.end(store.git)
    tell("purge", 6, steps)
    return Done(tuple(borrowed), is_barred, is_gone)


@contextmanager
def _base(store: Store, intent: Intent) -> Iterator[Iterator[Piece]]:
    """The new history, as nodes that join take it; nothing on one machine."""
    here = {name: id for name, id, _ in moving.refs(store.git) if not name.startswith(copy.OWN)}
    after = {**here, **{ref: new for ref, (_, new) in _shared_moves(intent).items()}}
    is_shared = copy.read_place(store.git) is not None
    with bases.parts(store.git, filter(None, after.values()) if is_shared else ()) as base:
        yield base


def _begin_epoch(
    connection: Connection, store: Store, intent: Intent, base: Iterator[Piece]
) -> None:
    """Give the new history to all nodes, if there are several: each drops what it has of the old.

    Raises StoreError (`purge_moved`) if another node saved meanwhile: then nothing is done.
    """
    place = copy.read_place(store.git)
    if place is None:
        return
    moves = _shared_moves(intent)
    if not ledger.replace(connection, place.epoch, moves, intent.barred, base):
        moving.end(store.git)
        raise StoreError("purge_moved")


def _shared_moves(intent: Intent) -> dict[str, tuple[str, str]]:
    return {ref: ids for ref, ids in intent.moves.items() if not ref.startswith(copy.OWN)}


def _follow(connection: Connection, intent: Intent) -> None:
    """The truth, in one transaction: ids, words, passages, and who decided."""
    parts = {
        part: [(commit, path) for kind, commit, path in intent.hidden if kind == part]
        for part in Part
    }
    purging.unhide(connection, parts)
    purging.change_ids(connection, Ids({**intent.commits, **intent.blobs, **intent.pages}))
    purging.change_words(connection, Words(intent.words, intent.passages, intent.instead))
    purging.move_anchors(connection, intent.anchors)
    moved_revisions.move(connection, intent.commits)
    detail = {**intent.detail, "act": intent.act}
    at = datetime.fromisoformat(intent.at)
    audit.add(connection, at, intent.by, ACT, intent.subject, detail, intent.reason)
    changes.record(connection, ACT, intent.act)


def _intent(written: Mapping[str, Any]) -> Intent:
    tuples = ("barred", "words", "passages", "anchors", "hidden")
    return Intent(**{**written, **{name: tuple(written[name]) for name in tuples}})
