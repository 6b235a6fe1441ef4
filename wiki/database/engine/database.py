"""The database: where people and talk live, and the projections that SQL holds.

`read` sees both in one snapshot; `write` changes the truth, `project` the projections, and
neither waits for the other.
"""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from wiki.database.engine import changes, identity, tables
from wiki.database.engine.backend import Backend, Facts
from wiki.database.engine.faults import (
    AWAY,
    DAMAGED,
    FAILING,
    PASSING,
    READONLY,
    Guarded,
    seen,
    told,
)
from wiki.database.engine.migrations import newest, taken, upgrade
from wiki.database.engine.postgres import Postgres
from wiki.database.engine.schema import truth
from wiki.database.engine.sqlite import SQLite, has_pointer
from wiki.domain.errors import Unavailable
from wiki.identity import reached

TRUTH = "wiki.db"
_SUSPECT = frozenset({AWAY, DAMAGED, READONLY, FAILING})
"""Faults that may be of the projections alone: those can be made anew."""
_REST = 5.0
"""Seconds between two looks at whether they are."""


_ASKED: ContextVar[dict[Database, object] | None] = ContextVar("asked", default=None)
"""The generation as a request found it at its first question; None outside of one."""


class Database:
    """Connections to the truth and to the projections of one wiki; safe among threads and forks."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._version: object = None
        self._generation: object = None
        self._is_suspect = False
        self._rest_until = 0.0
        _OPEN.add(self)

    @classmethod
    def open(cls, url: str, data: Path, mark: str = "") -> Database:
        """The database at an SQLAlchemy URL, its tables brought up to date.

        With a `mark` it must hold that wiki, and all that was answered; raises Unavailable
        (`database_lost`, `database_foreign`, `database_short`) and makes no tables if it does not.

        The empty URL is SQLite in the data folder. Raises Unavailable: with a code of `PASSING` if
        trying again may help, `database_unreadable` if the URL is wrong, leads to no database or to
        one of another version.
        """
        tables.load()
        with readable():
            return cls._open(url, data, mark)

    @classmethod
    def _open(cls, url: str, data: Path, mark: str) -> Database:
        parsed = make_url(url or f"sqlite:///{data / TRUTH}")
        kind = parsed.get_backend_name()
        # Before the database is looked at: others may write meanwhile.
        noted = reached(data) if mark and kind == "sqlite" else 0
        backend: Backend
        if kind == "sqlite":
            file = Path(parsed.database or data / TRUTH)
            if (mark or has_pointer(data)) and not file.exists():
                raise Unavailable("database_lost", folder=str(data))
            backend = SQLite(file, data)
        elif kind in {"postgresql", "postgres"}:
            backend = Postgres(parsed.set(drivername="postgresql+psycopg"))
        else:
            raise ValueError(f"a wiki lives in SQLite or PostgreSQL, not in {kind}")
        with ExitStack() as refused:
            refused.callback(backend.close)
            with backend.read() as connection:
                found = identity.get(connection)
                is_old = taken(connection) != newest()
                is_short = found and changes.current(connection) < noted
            if mark and found != mark:
                code = "database_foreign" if found else "database_lost"
                raise Unavailable(code, folder=str(data))
            if is_short:
                raise Unavailable("database_short", folder=str(data))
            # Only then a transaction that writes: a disk that is read-only can be read from.
            if is_old:
                upgrade(backend.truth)
            refused.pop_all()
        return cls(backend)

    def read(self) -> AbstractContextManager[Connection]:
        """A connection to the truth and the live projections: one snapshot, no writes."""
        return Guarded(self._backend.read(), self._notice)

    @contextmanager
    def write(self, *, light: bool = False) -> Iterator[Connection]:
        """A transaction on the truth, committed at the end; one writer at a time on SQLite.

        A `light` one is for what is noted in passing, such as when somebody was seen: on a server
        it is not waited for until it is on a disk, and the last ones may be lost with the machine.
        """
        in_request = _ASKED.get() is not None
        _ASKED.set(None)
        try:
            with Guarded(self._backend.write(light=light), self._notice) as connection:
                yield connection
        finally:
            _ASKED.set({} if in_request else None)

    def project(self) -> AbstractContextManager[Connection]:
        """A transaction on the live projections, committed at the end; one writer at a time."""
        return Guarded(self._backend.project(), self._notice)

    def aside(self) -> AbstractContextManager[Connection]:
        """Empty projection tables to fill; at the end they become the live ones, everywhere.

        The live ones serve meanwhile. One rebuild at a time: a second caller waits. An error
        inside leaves the live ones as they are.
        """
        return Guarded(self._backend.aside(), self._notice)

    def reset(self) -> None:
        """Throw the projections away, to the last byte; with nobody else there."""
        with told():
            self._backend.reset()

    def compact(self) -> None:
        """Leave nothing on the disk of what is gone from the truth; with nobody else there."""
        with told():
            self._backend.compact()

    def heal(self) -> bool:
        """Where a fault was seen: let empty projections take the place of unusable ones.

        Whether that was done. Seconds where there are many rows, so not more often than that.
        """
        if not self._is_suspect or time.monotonic() < self._rest_until:
            return False
        self._is_suspect, self._rest_until = False, time.monotonic() + _REST
        with told():
            return self._backend.heal()

    def is_blank(self) -> bool:
        """Whether the projections have yet to be filled from the repository; microseconds."""
        with told(self._notice):
            return self._backend.is_blank()

    def _notice(self, fault: Unavailable) -> None:
        if fault.code in _SUSPECT:
            self._is_suspect = True

    def version(self) -> object:
        """A key for caches: differs after any change that a reader sees; costs microseconds.

        While the database is away it is what this process last saw: what was made from that may
        still be shown.
        """
        try:
            self._version = self._backend.version()
        except Exception as error:
            self._notice(_passed_over(error, self._version))
        return self._version

    def facts(self) -> Facts:
        """Which database it is and how much it holds; for the administrator."""
        with told():
            return self._backend.facts()

    def beside(self, options: str = "") -> Engine:
        """Connections of their own, on which every statement is a transaction of its own.

        `options` are the server's, as on its command line. Raises Unavailable
        (`shared_pages_sqlite`) for a database that is a file.
        """
        if not isinstance(self._backend, Postgres):
            raise Unavailable("shared_pages_sqlite")
        return self._backend.beside(options)

    @property
    def losses(self) -> int:
        """How often the server was lost from sight: it may know less than it did before."""
        return self._backend.losses

    @property
    def is_file(self) -> bool:
        """Whether the truth is a file of ours, not something on a server that others reach too."""
        return isinstance(self._backend, SQLite)

    def harden(self) -> None:
        """Put all that was committed where it does not depend on a log beside the database."""
        with told():
            self._backend.harden()

    def measure(self) -> None:
        """Let queries be planned by what projections hold now, if they have grown; milliseconds.

        Else they are for ever asked as suits the few rows that a young wiki has.
        """
        with told():
            self._backend.measure()

    def generation(self) -> object:
        """A key for what the truth alone decides, as `version` is for all; microseconds.

        Within a request it stays what it was at the first question, until something is written.
        """
        generations = _ASKED.get()
        if generations is not None and self in generations:
            return generations[self]
        try:
            self._generation = self._backend.generation()
        except Exception as error:
            self._notice(_passed_over(error, self._generation))
        if generations is not None:
            generations[self] = self._generation
        return self._generation

    def begin_request(self) -> None:
        """From here on ask a server for the generation once: a form asked it twelve times."""
        _ASKED.set(None if self.is_file else {})

    def end_request(self) -> None:
        """From here on ask for it each time again."""
        _ASKED.set(None)

    def close(self) -> None:
        """Let go of every connection."""
        self._backend.close()

    def _forget(self) -> None:
        self._backend.forget()


def _passed_over(error: Exception, last_seen: object) -> Unavailable:
    """A fault that may pass as something is known from before; raised as `Unavailable` if not."""
    fault = error if isinstance(error, Unavailable) else seen(error)
    if fault is None:
        raise error
    if last_seen is None:
        raise fault from error
    return fault


def contents(url: str, data: Path) -> str | None:
    """None for a database in which there is nothing, else the mark of the wiki that it holds.

    The mark is empty if what it holds is no wiki. Nothing is made there. Raises Unavailable as
    `Database.open` does.
    """
    tables.load()
    with readable():
        parsed = make_url(url or f"sqlite:///{data / TRUTH}")
        if parsed.get_backend_name() != "sqlite":
            parsed = parsed.set(drivername="postgresql+psycopg")
        elif not Path(parsed.database or "").exists():
            return None
        engine = create_engine(parsed, poolclass=NullPool)
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            known = {table.name: table for table in truth.sorted_tables}
            mark = identity.get(connection)
            ours = (known[name] for name in there & known.keys() if name not in _BEGUN)
            is_empty = not there - known.keys() - _BEGUN and not any(
                connection.execute(select(table).limit(1)).first() for table in ours
            )
            return None if is_empty and not mark else mark


_BEGUN = frozenset({"alembic_version", "generation"})
"""Tables that have a row in a database without a wiki that was opened once."""


def make_shown(url: str) -> str:
    """A URL as it may be shown: without its password."""
    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def readable() -> Iterator[None]:
    """Raise Unavailable for what a database says to a wrong URL, or says while it is away."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, ValueError) as error:
        fault = seen(error)
        if fault and fault.code in PASSING:
            raise fault from error
        detail = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise Unavailable("database_unreadable", detail=detail) from error


_OPEN: weakref.WeakSet[Database] = weakref.WeakSet()


def _forked() -> None:
    for database in _OPEN:
        database._forget()


os.register_at_fork(after_in_child=_forked)
