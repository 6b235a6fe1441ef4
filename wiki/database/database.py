"""The database: where people and talk live, and the projections that SQL holds.

`read` sees both in one snapshot; `write` changes the truth, `project` the projections, and
neither waits for the other.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from wiki.database import tables
from wiki.database.backend import Backend, Facts
from wiki.database.migrations import upgrade
from wiki.database.postgres import Postgres
from wiki.database.sqlite import SQLite
from wiki.domain.errors import Unavailable

TRUTH = "wiki.db"


class Database:
    """Connections to the truth and to the projections of one wiki; safe among threads and forks."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        _OPEN.add(self)

    @classmethod
    def open(cls, url: str, data: Path) -> Database:
        """The database at an SQLAlchemy URL, its tables brought up to date.

        The empty URL is SQLite in the data folder. Raises Unavailable (`database_unreadable`) if it
        cannot be reached, is no database, or is neither SQLite nor PostgreSQL.
        """
        tables.load()
        try:
            return cls._open(url, data)
        except (SQLAlchemyError, sqlite3.Error, ValueError) as error:
            detail = str(getattr(error, "orig", None) or error).partition("\n")[0]
            raise Unavailable("database_unreadable", detail=detail) from error

    @classmethod
    def _open(cls, url: str, data: Path) -> Database:
        parsed = make_url(url or f"sqlite:///{data / TRUTH}")
        kind = parsed.get_backend_name()
        backend: Backend
        if kind == "sqlite":
            backend = SQLite(Path(parsed.database or data / TRUTH), data)
        elif kind in {"postgresql", "postgres"}:
            backend = Postgres(parsed.set(drivername="postgresql+psycopg"))
        else:
            raise ValueError(f"a wiki lives in SQLite or PostgreSQL, not in {kind}")
        upgrade(backend.truth)
        return cls(backend)

    def read(self) -> AbstractContextManager[Connection]:
        """A connection to the truth and the live projections: one snapshot, no writes."""
        return self._backend.read()

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction on the truth, committed at the end; one writer at a time on SQLite."""
        return self._backend.write()

    def project(self) -> AbstractContextManager[Connection]:
        """A transaction on the live projections, committed at the end; one writer at a time."""
        return self._backend.project()

    def aside(self) -> AbstractContextManager[Connection]:
        """Empty projection tables to fill; at the end they become the live ones, everywhere.

        The live ones serve meanwhile. One rebuild at a time: a second caller waits. An error
        inside leaves the live ones as they are.
        """
        return self._backend.aside()

    def reset(self) -> None:
        """Throw the projections away, to the last byte; with nobody else there."""
        self._backend.reset()

    def compact(self) -> None:
        """Leave nothing on the disk of what is gone from the truth; with nobody else there."""
        self._backend.compact()

    def version(self) -> object:
        """A key for caches: differs after any change that a reader sees; costs microseconds."""
        return self._backend.version()

    def facts(self) -> Facts:
        """Which database it is and how much it holds; for the administrator."""
        return self._backend.facts()

    def generation(self) -> object:
        """A key for what the truth alone decides: differs after any such change; microseconds."""
        return self._backend.generation()

    def close(self) -> None:
        """Let go of every connection."""
        self._backend.close()

    def _forget(self) -> None:
        self._backend.forget()


_OPEN: weakref.WeakSet[Database] = weakref.WeakSet()


def _forked() -> None:
    for database in _OPEN:
        database._forget()


os.register_at_fork(after_in_child=_forked)
