"""PostgreSQL: the truth in the default schema, the projections in the schema `projections`.

A rebuilt set is made in the schema `projections_new`; two renames in one transaction make it the
live one.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from select import POLLIN, poll
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable, DropSchema

from wiki.coalesced import Coalesced
from wiki.database.engine.backend import Facts, Pools
from wiki.database.engine.changes import generation
from wiki.database.engine.progress import progress, put
from wiki.database.engine.rows import asked
from wiki.database.engine.schema import PROJECTIONS, SEARCH, projections, truth
from wiki.domain.content.text import storable

NEW = "projections_new"
_FOLLOWING, _REBUILDING = 7316101, 7316102
INDEXING = (7316110, 7316111)
"""Held by who writes one of the search indexes: what is there now, and what is there no longer."""
_BUILD = "build"
_WAIT = 3
"""Seconds that a request waits for a server that says nothing at all."""
PATIENCE = 8.0
"""Seconds until the answer to a write is given up, such as one that waits for a standby."""
STILL = 60
"""Seconds in which a transaction asks nothing until the server ends it: its locks keep others."""
ALIVE = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
"""Lets the server notice within seconds that nobody is there any more, and let go of locks."""
_NOTICED = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
"""The same the other way round."""
_SIZE = text("SELECT pg_database_size(current_database())")
_SIZE_OF = text(
    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname IN (:projections, :search)"
)


class Postgres(Pools):
    """One server and its connections, pooled; see `Backend` for the methods."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._beside: list[Engine] = []
        still = f"-c idle_in_transaction_session_timeout={STILL}s"
        self.truth = _engine(url, f"{still} -c lock_timeout=7s")
        # Derived rows: what a dead server takes along is followed again, so nothing waits for them.
        self._projecting = _engine(url, f"{still} -c synchronous_commit=off")
        self._reading = _engine(
            url,
            "-c default_transaction_isolation=repeatable\\ read "
            "-c default_transaction_read_only=on -c lock_timeout=7s",
        )
        # One statement sees one snapshot by itself.
        self._asking = self._reading.execution_options(isolation_level="AUTOCOMMIT")
        self._versions = Coalesced(self._version)
        event.listen(self._projecting, "begin", _follow_alone)
        for engine in (self.truth, self._projecting, self._reading):
            event.listen(engine, "invalidate", self._lose)
        with self.truth.begin() as connection:
            # A rebuild on another node takes long, and holds up nobody who has nothing to make.
            if not connection.dialect.has_schema(connection, PROJECTIONS):
                _alone(connection, _REBUILDING)
                if not connection.dialect.has_schema(connection, PROJECTIONS):
                    _make(connection)

    @contextmanager
    def write(self, *, light: bool = False) -> Iterator[Connection]:
        with self.truth.connect() as connection, connection.begin() as transaction:
            if light:
                connection.exec_driver_sql(_LIGHT)
            yield connection
            with limited(connection):
                transaction.commit()

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        names = {PROJECTIONS: NEW}
        with self.truth.connect() as plain:
            connection = plain.execution_options(schema_translate_map=names)
            with connection.begin():
                _alone(connection, _REBUILDING)
                unhurried(connection)
                _drop(connection, NEW)
                connection.execute(CreateSchema(NEW))
                for table in projections.sorted_tables:
                    connection.execute(CreateTable(table))
                put(connection, _BUILD, secrets.token_hex(8), 0)
                yield connection
                for table in projections.sorted_tables:
                    for index in sorted(table.indexes, key=lambda i: str(i.name)):
                        connection.execute(CreateIndex(index))
                    connection.execute(text(f'ANALYZE "{NEW}"."{table.name}"'))
                # Only the swap keeps those out who follow the repository.
                _alone(connection, _FOLLOWING)
                _drop(connection, PROJECTIONS)
                connection.execute(text(f"ALTER SCHEMA {NEW} RENAME TO {PROJECTIONS}"))

    def reset(self) -> None:
        with self.truth.begin() as connection:
            # Who builds an index reads lists on another connection: were they dropped before its
            # tables, it would wait for this and this for it, which the server cannot see.
            for what in (*INDEXING, _REBUILDING, _FOLLOWING):
                _alone(connection, what)
            _drop(connection, NEW, PROJECTIONS, SEARCH)
            _make(connection)

    def compact(self) -> None:
        with self.truth.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("SET lock_timeout = '200ms'")
            try:
                for table in truth.sorted_tables:
                    while not _had(connection, f'VACUUM FULL "{table.name}"'):
                        time.sleep(random.uniform(*_REST))
            finally:
                connection.exec_driver_sql("RESET lock_timeout")

    def harden(self) -> None:
        pass  # the server keeps its log itself

    def measure(self) -> None:
        pass  # so it does of its statistics

    def heal(self) -> bool:
        # The server sees to its own files.
        return False

    def is_blank(self) -> bool:
        return False

    def version(self) -> object:
        # Whoever reads a page that lies ready asks this: eight at once ask it twice.
        return self._versions()

    def _version(self) -> object:
        with self._asking.connect() as connection:
            found = asked(connection, _VERSION, {}).all()
        return tuple(map(tuple, found))

    def facts(self) -> Facts:
        with self._reading.connect() as connection:
            version = connection.scalar(text("SHOW server_version"))
            everything = connection.scalar(_SIZE) or 0
            schemas = {"projections": PROJECTIONS, "search": SEARCH}
            derived = connection.scalar(_SIZE_OF, schemas) or 0
        return Facts(f"PostgreSQL {version}", int(everything - derived), int(derived))

    def generation(self) -> object:
        with self._asking.connect() as connection:
            return connection.scalar(_GENERATION)

    def beside(self, options: str) -> Engine:
        """Connections of their own, each statement a transaction; let go of with all others."""
        engine = beside(self._url, options)
        event.listen(engine, "invalidate", self._lose)
        self._beside.append(engine)
        return engine

    def _lose(self, driver: Any, record: object, fault: object) -> None:
        del driver, record, fault
        self.losses += 1

    def close(self) -> None:
        for engine in (self.truth, self._reading, self._projecting, *self._beside):
            engine.dispose()

    def forget(self) -> None:
        for engine in (self.truth, self._reading, self._projecting, *self._beside):
            _ABANDONED.append(engine.pool)
            engine.dispose(close=False)
        self._versions = Coalesced(self._version)


_ABANDONED: list[object] = []
"""Connections inherited through a fork: closing them here would end the parent's sessions."""

_LIGHT = (
    "SELECT set_config('lock_timeout', '1s', true), set_config('synchronous_commit', 'off', true)"
)
_ALONE = "SELECT set_config('lock_timeout', '0', true), pg_advisory_xact_lock(%(what)s)"
_SHORTLY, _PATIENTLY = "SET LOCAL lock_timeout = '200ms'", "SET LOCAL lock_timeout = 0"
_HELD_BY_OTHERS = frozenset({"55P03", "40P01"})
"""SQLSTATE of a lock that was not had in time, and of a deadlock."""
_REST = (0.05, 0.3)
_TABLES_OF = text(
    "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname = ANY(:schemas) ORDER BY 1"
)

_GENERATION = select(generation.c.number)
_VERSION = (
    select(text("''"), generation.c.number)
    .select_from(generation)
    .union_all(select(progress.c.name + progress.c.commit, text("0")))
)


def _drop(connection: Connection, *schemas: str) -> None:
    """Drop schemas, if they are there, once nobody reads a table of theirs.

    Who waits for a reader with one of them held may wait for one who waits for that.
    """
    tables = connection.scalars(_TABLES_OF, {"schemas": list(schemas)}).all()
    while tables and not _holds(connection, tables):
        time.sleep(random.uniform(*_REST))
    for name in schemas:
        connection.execute(DropSchema(name, cascade=True, if_exists=True))


def _holds(connection: Connection, tables: Sequence[str]) -> bool:
    """Keep everybody from these tables, or from none if that takes long."""
    with connection.begin_nested() as nested:
        connection.exec_driver_sql(_SHORTLY)
        if not _had(connection, f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"):
            nested.rollback()
            return False
        connection.exec_driver_sql(_PATIENTLY)
    return True


def _had(connection: Connection, statement: str) -> bool:
    """Do what needs a lock; False if others have it."""
    try:
        connection.exec_driver_sql(statement)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") not in _HELD_BY_OTHERS:
            raise
        return False
    return True


def _make(connection: Connection) -> None:
    connection.execute(CreateSchema(PROJECTIONS))
    projections.create_all(connection, checkfirst=False)
    put(connection, _BUILD, secrets.token_hex(8), 0)


def _engine(url: URL, options: str = "") -> Engine:
    return _checked(
        url,
        pool_size=8,
        connect_args={"connect_timeout": _WAIT, "options": f"{ALIVE} {options}", **_NOTICED},
    )


def beside(url: URL, options: str) -> Engine:
    """Connections on which every statement is a transaction, with these options of the server."""
    return _checked(
        url.set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_size=4,
        connect_args={
            "connect_timeout": _WAIT,
            "tcp_user_timeout": _WAIT * 1_000,
            "options": f"{ALIVE} {options}",
            **_NOTICED,
        },
    )


def _checked(url: URL, **options: Any) -> Engine:
    """An engine whose pool gives no connection that the server ended meanwhile.

    That shows at our end of it, so there is no need to ask the server each time whether it lives.
    """
    engine = create_engine(url, max_overflow=-1, pool_use_lifo=True, **options)
    event.listen(engine, "connect", _take_any_text)
    event.listen(engine, "checkout", _require_open)
    return engine


@cache
def _any_text() -> type:
    """The way in which a text is sent: what PostgreSQL refuses in one is sent as U+FFFD.

    A link, a name or a search term can hold NUL and halves of characters, and no statement is to
    fail for that.
    """
    # The driver is there only where a wiki is on PostgreSQL.
    strings = import_module("psycopg.types.string")

    class AnyText(strings.StrDumperUnknown):  # type: ignore[misc, name-defined]
        def dump(self, obj: str) -> bytes:
            try:
                return obj.replace("\0", "\ufffd").encode()
            except UnicodeEncodeError:
                return storable(obj).encode()

    return AnyText


def _take_any_text(driver: Any, record: object) -> None:
    del record
    driver.adapters.register_dumper(str, _any_text())


def _require_open(driver: Any, record: object, proxy: object) -> None:
    del record, proxy
    if driver.closed:
        raise DisconnectionError
    ended = poll()
    ended.register(driver.fileno(), POLLIN)
    # Nothing was asked, so there is nothing to read but that it was closed.
    if ended.poll(0):
        raise DisconnectionError


def _follow_alone(connection: Connection) -> None:
    _alone(connection, _FOLLOWING)


def _alone(connection: Connection, what: int) -> None:
    """Wait until no other transaction does this; until the end of this one none begins."""
    connection.exec_driver_sql(_ALONE, {"what": what})


def unhurried(connection: Connection) -> None:
    """Let a transaction ask nothing for long, in which much is read and made meanwhile."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '30min'")


@contextmanager
def limited(connection: Connection) -> Iterator[None]:
    """Cut the connection if what is done with it takes too long, whatever it waits for.

    A limit of the server's own would let a commit that waits for a standby pass as done.
    """
    driver: Any = connection.connection.driver_connection
    handle = socket.socket(fileno=os.dup(driver.fileno()))
    timer = threading.Timer(PATIENCE, _cut, [handle])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
