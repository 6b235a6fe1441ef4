"""Faults of a database, told as `Unavailable`: it is away, locked, damaged, or its disk is full.

What is wrong in our own SQL stays the error that it is.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from wiki.database.engine.connection import take_after
from wiki.domain.errors import Unavailable, WikiError
from wiki.domain.faults import of_disk

log = logging.getLogger(__name__)

AWAY, LOCKED, DAMAGED = "database_away", "database_locked", "database_damaged"
FULL, READONLY, FAILING = "disk_full", "disk_readonly", "disk_failing"
PASSING = frozenset({AWAY, LOCKED, FULL, READONLY, FAILING})
"""What may be over when one tries again."""

_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_READONLY: READONLY,
    sqlite3.SQLITE_IOERR: FAILING,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: AWAY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
"""By primary result code: https://www.sqlite.org/rescode.html."""
_NO_TABLE = "no such table"

_POSTGRES: Mapping[str, str] = {
    "08": AWAY,  # connection exception
    "57P": AWAY,  # shutting down, starting up
    "53100": FULL,
    "53": AWAY,  # out of memory or connections
    "55P03": LOCKED,
    "40": LOCKED,  # deadlock, serialisation
    "25006": READONLY,
    "25P03": AWAY,  # idle in a transaction for too long
    "58": FAILING,  # system error
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
"""By the start of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html."""
_WRONG = re.compile(
    "authentication failed|(role|database) .* does not exist|could not translate host"
)
"""What a server says to a wrong URL; at connecting there is no SQLSTATE."""

_QUIET = 1.0
"""Seconds in which a fault is logged once: every request meets a server that is away."""
_noted: dict[str, float] = {}
"""When each fault was logged last, in this process."""


def seen(error: BaseException) -> Unavailable | None:
    """Give the failure as readers are told it; None if it is no fault of database or disk."""
    if isinstance(error, WikiError):
        return None
    code = _code(error)
    if code is None:
        return of_disk(error)
    _note(code, str(getattr(error, "orig", None) or error).strip())
    return Unavailable(code)


def _note(code: str, said: str) -> None:
    now = time.monotonic()
    if now >= _noted.get(code, 0.0) + _QUIET:
        _noted[code] = now
        log.error("%s: %s", code, said)


def _code(error: BaseException) -> str | None:
    root = getattr(error, "orig", None) or error
    if isinstance(root, sqlite3.Error):
        if str(root).startswith(_NO_TABLE):
            return DAMAGED
        return _SQLITE.get(getattr(root, "sqlite_errorcode", 0) & 0xFF)
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(root, "sqlstate", None) or ""
    if not state and _WRONG.search(str(root)):
        return None
    for start, code in _POSTGRES.items():
        if state.startswith(start):
            return code
    # Without a state the server never answered.
    kinds = {kind.__name__ for kind in type(root).__mro__}
    is_away = error.connection_invalidated or "OperationalError" in kinds
    return AWAY if is_away and not state else None


Notice = Callable[[Unavailable], None]


def _nobody(fault: Unavailable) -> None:
    """Hear of a fault and do nothing."""


class Guarded(AbstractContextManager[Connection]):
    """A connection on which faults come out as `Unavailable`; all else passes as it is."""

    def __init__(self, inner: AbstractContextManager[Connection], notice: Notice = _nobody) -> None:
        self._inner = inner
        self._notice = notice

    def __enter__(self) -> Connection:
        with told(self._notice):
            self._connection = self._inner.__enter__()
            return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        acts = take_after(self._connection)
        with told(self._notice):
            self._inner.__exit__(kind, error, trace)
            if error is not None:
                raise error
        for act in acts:
            act()


@contextmanager
def told(notice: Notice = _nobody) -> Iterator[None]:
    """Faults that come up inside come out as `Unavailable`; `notice` hears of each."""
    try:
        yield
    except Unavailable as known:
        notice(known)
        raise
    except Exception as error:
        fault = seen(error)
        if fault is None:
            raise
        notice(fault)
        raise fault from error
