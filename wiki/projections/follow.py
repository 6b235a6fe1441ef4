"""Letting the projections in SQL follow the repository: catch up, rebuild, compare, mend.

Any number of processes may call these at once. Catching up is one transaction that first reads
how far it is, so doing it twice does nothing; a rebuild is made aside while the old rows serve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from wiki.database.engine import progress
from wiki.database.engine.connection import Connection
from wiki.database.engine.database import Database
from wiki.database.operation import setaside
from wiki.domain.content.conventions import PLAIN, Conventions
from wiki.projections import catalogue, history
from wiki.projections.history import Much
from wiki.store.store import Store

LITTLE_CHANGES = 1_000
"""Commits, and files that they changed, which are followed while somebody waits for it."""
LITTLE_TEXT = 500_000
"""Bytes of the pages that have to be described for it."""

_INDEXES = ("search", "lost")
NAMES = (history.NAME, catalogue.NAME)

Progress = Callable[[str, int, int], None]
"""Called as (projection, done, total) now and then."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a projection is: the commit that it followed and how many it has yet to follow."""

    name: str
    commit: str
    behind: int


def formats(meant: Conventions) -> dict[str, int]:
    """The format that the rows of each projection have."""
    return {history.NAME: history.FORMAT, catalogue.NAME: catalogue.format_of(meant)}


def catch_up(
    store: Store,
    database: Database,
    meant: Conventions = PLAIN,
    *,
    is_needed: bool = False,
    only_little: bool = False,
) -> bool:
    """Bring history and catalogue to the newest revision; whether there was anything to do.

    `meant` is what pages mean that do not say it. Rebuilds them if there are none, if their rows
    have another format, or if the branch was rewritten. Who has just committed knows it
    `is_needed`. With `only_little` raises Much, soon, if there is more than that commit and a
    little, or all has to be made anew.
    """
    while True:
        reading = _read(store, database, meant, is_needed=is_needed, only_little=only_little)
        if reading is None:
            return False
        if not reading:
            if rebuild(store, database, meant, needed=partial(_is_lost, store)):
                return True
            # Another process made them meanwhile, perhaps of an older revision than ours.
            is_needed = False
            continue
        with database.project() as connection:
            if _followed(connection, meant) == reading.commits.last:
                history.write(connection, store, reading.commits)
                catalogue.write(connection, reading.pages, reading.commits.head)
                return True
        is_needed = False


@dataclass(frozen=True, slots=True)
class _New:
    """The changes that are to be followed, read and described: nothing is locked meanwhile."""

    commits: history.Reading
    pages: catalogue.Difference


def _read(
    store: Store, database: Database, meant: Conventions, *, is_needed: bool, only_little: bool
) -> _New | Literal[False] | None:
    """Read what is to be followed; None if nothing is, False if only a rebuild can; raises Much."""
    head = store.head()
    last = _parent(store, head) if is_needed else None
    is_limited = only_little and last is None
    if last is None:
        with database.read() as connection:
            if _is_ahead(store, connection):
                return None
            last = _followed(connection, meant)
        # Not before: another process, or node, may have followed a newer one meanwhile.
        if last != store.head():
            store.refresh()
        head = store.head()
    if last == head:
        return None
    can_follow = last and _can_follow(store, last)
    if is_limited and not can_follow:
        raise Much
    if not last or not can_follow:
        return False
    commits = history.read(store, last, head, LITTLE_CHANGES if is_limited else None)
    pages = catalogue.difference(store, last, head, meant)
    if is_limited and pages.size() > LITTLE_TEXT:
        raise Much
    return _New(commits, pages.read())


def _parent(store: Store, head: str) -> str | None:
    """The one commit before the newest: who has just committed it mostly is the first to follow."""
    commit = store.get(head)
    return commit.parents[0] if commit and len(commit.parents) == 1 else None


def rebuild(
    store: Store,
    database: Database,
    meant: Conventions = PLAIN,
    progress: Progress = lambda name, done, total: None,
    needed: Callable[[str | None], bool] = lambda last: True,
) -> bool:
    """Make history and catalogue anew from the repository, and swap them in.

    They are made together, aside; the old ones serve meanwhile. `needed`, given the commit that the
    live ones follow (None: another format), says whether it still is when our turn has come.
    """
    try:
        with database.aside() as connection:
            with database.read() as live:
                last = _followed(live, meant)
                if not needed(last) or _is_ahead(store, live):
                    raise _NotNeeded
                # What the indexes could not take is in their folders, which stay as they are.
                elsewhere = [] if last is None else setaside.of(live, setaside.derived, *_INDEXES)
            setaside.add(connection, setaside.derived, elsewhere)
            fill(connection, store, store.head(), meant, progress)
    except _NotNeeded:
        return False
    # What was committed meanwhile.
    catch_up(store, database, meant)
    return True


def lag(store: Store, database: Database) -> list[Lag]:
    """Tell how far each projection in SQL is behind the newest revision."""
    head = store.head()
    with database.read() as connection:
        commits = {name: progress.get(connection, name)[0] for name in NAMES}
    return [Lag(name, commit, _behind(store, commit, head)) for name, commit in commits.items()]


def is_current(store: Store, connection: Connection) -> bool:
    """Whether both projections, as this connection sees them, are of the newest revision."""
    return {progress.get(connection, name)[0] for name in NAMES} == {store.head()}


def _behind(store: Store, commit: str, head: str) -> int:
    if commit == head:
        return 0
    known = commit if commit and store.reachable(commit, head) else ""
    return sum(1 for _ in store.log(known, head))


class _NotNeeded(Exception):
    """Another process made the same rebuild while this one waited."""


def fill(
    connection: Connection,
    store: Store,
    head: str,
    meant: Conventions = PLAIN,
    tell: Progress = lambda name, done, total: None,
) -> None:
    """Fill empty tables with what the commits of `head` (empty: none) give."""
    if head:
        history.rebuild(connection, store, head, lambda d, n: tell(history.NAME, d, n))
        found = catalogue.difference(store, "", head, meant)
        catalogue.write(connection, found, head, lambda d, n: tell(catalogue.NAME, d, n))
    else:
        for name, format in formats(meant).items():
            progress.put(connection, name, "", format)


def _can_follow(store: Store, last: str | None) -> bool:
    head = store.head()
    return last == head or bool(last and head and store.reachable(last, head))


def _is_lost(store: Store, last: str | None) -> bool:
    """Whether nothing follows from a commit here, also once other nodes were asked."""
    if last and not _can_follow(store, last):
        store.refresh()
    return not _can_follow(store, last)


def _is_ahead(store: Store, connection: Connection) -> bool:
    """Whether rows are of a newer format than ours, and nodes that know it see to them.

    While one node after the other is upgraded, the old ones leave them alone: two versions that
    made them anew against each other would never end.
    """
    known = progress.everything(connection) if store.is_shared else {}
    ours = {history.NAME: history.FORMAT, catalogue.NAME: catalogue.FORMAT}
    return any(
        known.get(name, ("", 0))[1] % catalogue.MARKS > format for name, format in ours.items()
    )


def _followed(connection: Connection, meant: Conventions) -> str | None:
    """The commit that both projections followed; None if their rows are of another format."""
    known = progress.everything(connection)
    found = {name: known.get(name, ("", 0)) for name in NAMES}
    commits = {commit for commit, _ in found.values()}
    written = {name: format for name, (_, format) in found.items()}
    return commits.pop() if written == formats(meant) and len(commits) == 1 else None
