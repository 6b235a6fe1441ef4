"""Trying things one by one: what cannot be described is set aside, and everything else goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from wiki.database.engine.connection import Connection, SQLAlchemyError, Table
from wiki.database.engine.database import Database
from wiki.database.operation import setaside as kept
from wiki.domain.content.setaside import (
    SET_ASIDE,
    TOO_LARGE,
    Item,
    is_large,
    measure,
    reason_of,
)
from wiki.domain.errors import TooLarge, Unavailable, Unreadable
from wiki.projections.crumbs import crumbs_in
from wiki.store.store import Store

log = logging.getLogger(__name__)

VIEW = "view"
"""The part that shows pages: what it sets aside is found by a visit."""
DEADLY = "process_killed"

_Made = TypeVar("_Made")


def is_passing(error: Exception) -> bool:
    """Whether it is a database or a disk that fails: that says nothing of a text.

    An object that is damaged is damaged, whoever asks again.
    """
    if isinstance(error, Unreadable):
        return False
    return isinstance(error, SQLAlchemyError | OSError | Unavailable)


def _now() -> datetime:
    return datetime.now(UTC)


class Trial:
    """Some items being tried; what failed is kept with `keep`, in the caller's transaction.

    `git` is the repository's folder, in which it is noted what is being tried.
    """

    def __init__(self, git: Path, clock: Callable[[], datetime] = _now) -> None:
        self.git = git
        self._clock = clock
        self._crumbs = crumbs_in(git)
        self._tried: list[Item] = []
        self.failed: list[tuple[Item, str]] = []

    def of(self, item: Item, make: Callable[[], _Made], instead: Callable[[str], _Made]) -> _Made:
        """Give what `make` gives; if that fails or is deadly, what `instead` makes of the reason.

        A failure of the database or the disk is raised.
        """
        self.passed(item)
        if self._crumbs.is_deadly(item):
            return self._set_aside(item, DEADLY, instead)
        try:
            with self._crumbs.at(item):
                return make()
        except Exception as error:
            if is_passing(error):
                raise
            log.warning("%s %s failed in %s", item.kind, item.key, item.part, exc_info=True)
            return self._set_aside(item, reason_of(error), instead)

    @property
    def failed_last(self) -> bool:
        """Whether the item that was tried last failed."""
        return bool(self.failed) and self.failed[-1][0] == self._tried[-1]

    def passed(self, item: Item) -> None:
        """Note that an item is all right, or gone."""
        self._tried.append(item)

    def hear(self, failed: Iterable[tuple[Item, str]]) -> None:
        """Take over what failed elsewhere."""
        for item, reason in failed:
            self.passed(item)
            self.failed.append((item, reason))

    def keep(self, connection: Connection, table: Table = kept.derived) -> None:
        """Note what failed, and that the rest goes well, since this was last called."""
        if self._tried:
            kept.keep(connection, table, self._tried, self.failed, self._clock())
        self._tried, self.failed = [], []

    def replace(self, database: Database, part: str) -> None:
        """Let what failed be all that a part set aside: it was made anew."""
        with database.project() as connection:
            kept.forget(connection, kept.derived, part)
            self.keep(connection)

    def settle(self, database: Database, table: Table = kept.derived) -> None:
        """Do so in a transaction of its own, if there is anything to note."""
        names = {(item.part, item.kind, item.key) for item in self._tried}
        parts = sorted({item.part for item in self._tried})
        with database.read() as connection:
            known = kept.of(connection, table, *parts) if parts else []
        is_known = any((it.item.part, it.item.kind, it.item.key) in names for it in known)
        if self.failed or is_known:
            opened = database.project if table is kept.derived else database.write
            with opened() as connection:
                self.keep(connection, table)
        self._tried, self.failed = [], []

    def _set_aside(self, item: Item, reason: str, instead: Callable[[str], _Made]) -> _Made:
        self.failed.append((item, reason))
        return instead(reason)


def text_of(store: Store, blob: str) -> bytes:
    """The bytes of a blob that is to be read as a text; raises TooLarge, also without reading."""
    if is_large(store.size(blob)):
        raise TooLarge(TOO_LARGE)
    return measure(store.blob(blob))


def problem_of(reason: str) -> str:
    """The code of what a page shows that was set aside for this reason."""
    return TOO_LARGE if reason == TOO_LARGE else SET_ASIDE
