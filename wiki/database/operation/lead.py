"""Which of several nodes does what is to be done once, such as mail: the one that holds a lock.

A lock of PostgreSQL that lasts as long as the connection: who dies lets go of it, and another node
has it at its next look. One that is cut off loses it on the server after some seconds, and knows
sooner itself. So does one that stands still, for whom its kernel goes on answering: the server ends
a connection on which nothing is asked.
"""

from __future__ import annotations

import threading
import time

from sqlalchemy import Connection, text

from wiki.database.engine.database import Database
from wiki.database.engine.faults import told
from wiki.domain.errors import Unavailable

LEADING = 7316105
SILENT = 15
"""Seconds after which who leads and asks nothing leads no more; each sign of life asks."""
_EVERY = 2.0
"""Seconds between two wishes to lead; who leads asks each time whether that is still so."""
# Who holds it gets it once more: it is let go of with the connection alone.
_TAKE = text("SELECT CASE WHEN pg_try_advisory_lock(:what) THEN pg_backend_pid() ELSE 0 END")


class Lead:
    """One process's wish to lead; safe among threads."""

    def __init__(self, database: Database) -> None:
        self._engine = database.beside(f"-c idle_session_timeout={SILENT}s")
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._holder = 0
        self._until = 0.0

    def held(self) -> bool:
        """Whether this process leads; false too where the database cannot be asked."""
        return self.holder() != 0

    def holder(self) -> int:
        """The number of the server's process that holds the lock for this one; 0: none does."""
        with self._lock:
            if self._holder or time.monotonic() >= self._until:
                self._holder = self._take()
                self._until = time.monotonic() + _EVERY
            return self._holder

    def _take(self) -> int:
        try:
            with told():
                self._connection = self._connection or self._engine.connect()
                return self._connection.scalar(_TAKE, {"what": LEADING}) or 0
        except Unavailable:
            self._let_go()
            return 0

    def close(self) -> None:
        """Let another one lead."""
        with self._lock:
            self._let_go()
            self._holder = 0

    def _let_go(self) -> None:
        lost, self._connection = self._connection, None
        if lost is not None:
            # Not back to the others: the server would go on holding the lock for it.
            lost.invalidate()
            lost.close()
