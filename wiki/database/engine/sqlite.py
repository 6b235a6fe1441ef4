"""SQLite: `wiki.db` holds the truth, `projections-<n>.db` the projections.

They are two files so that neither's writers wait for the other's. A small pointer file names the
live projections; its replacement is one rename, noticed by a stat at each checkout, so a rebuild
made aside becomes live in every process at once.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.schema import CreateIndex, CreateTable

from wiki import identity
from wiki.database.engine import changes
from wiki.database.engine.backend import Facts, Pools
from wiki.database.engine.faults import DAMAGED
from wiki.database.engine.schema import PROJECTIONS, projections
from wiki.domain.errors import Unavailable
from wiki.keeping import flush, keep

log = logging.getLogger(__name__)

POINTER = "projections.live"
_NOT_ITS_FAULT = (
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
)
_WAIT = 2.5
"""Seconds that a writer waits for another; one that holds the lock longer is no writer of ours."""
_WAIT_TO_FOLLOW = 5.0
"""The same for projections: after a large push one process follows, and all others want to."""
_ATTEMPTS = 20
_BLANK = 2
"""So much is there of a version where no projection has followed anything yet."""
_READING_KILOBYTES = 512
_GROWTH = 1.25
"""How many times as large projections may be before they are measured again."""
_PAGES = f"PRAGMA {PROJECTIONS}.page_count"
_MEASURE = (
    # Rows of each index that are looked at: an estimate is enough, and takes milliseconds.
    "PRAGMA analysis_limit=1000",
    f"ANALYZE {PROJECTIONS}",
    # Other connections read statistics with the schema, and that again when it has changed.
    f"CREATE TABLE {PROJECTIONS}.measured (x)",
    f"DROP TABLE {PROJECTIONS}.measured",
)
"""https://www.sqlite.org/lang_analyze.html."""


def has_pointer(data: Path) -> bool:
    """Whether a wiki on SQLite was ever open in this folder: its projections are named there."""
    return (data / POINTER).exists()


class SQLite(Pools):
    """The two files and their connections, pooled; see `Backend` for the methods."""

    def __init__(self, truth: Path, data: Path) -> None:
        self._truth = truth
        self._data = data
        self._pointer = os.fspath(data / POINTER)
        self._seen: tuple[tuple[int, int], int] | None = None
        self._probes: deque[_Probe] = deque()
        self._measured = (-1, 0)
        with _connect(truth) as raw:
            raw.execute("PRAGMA journal_mode=WAL")
        raw.close()
        self._place = _place(truth)
        self._replace_unless(self._opens)
        self.truth = _engine(self._open_truth, "BEGIN IMMEDIATE", self._check_truth)
        self._reading = _engine(self._open_both, "BEGIN", self._check_both)
        self._projecting = _engine(self._open_projections, "BEGIN IMMEDIATE", self._check)

    @contextmanager
    def write(self, *, light: bool = False) -> Iterator[Connection]:
        del light
        with self._begun(self.truth) as connection:
            yield connection
            number = changes.current(connection)
        identity.reach(self._data, number)

    @contextmanager
    def project(self) -> Iterator[Connection]:
        with self._begun(self._projecting) as connection:
            yield connection

    @contextmanager
    def _begun(self, engine: Engine) -> Iterator[Connection]:
        """A transaction that writes.

        What the first connection of a process found of a file, all that follow are told: opened
        while the disk failed, it is for reading alone (https://www.sqlite.org/wal.html#readonly)
        until the last of them is closed.
        """
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(engine.begin())
            except (DBAPIError, sqlite3.Error) as error:
                if not _is_readonly(error):
                    raise
                self.close()
                connection = stack.enter_context(engine.begin())
            yield connection

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        with self._lock():
            number = self._next()
            file = self._file(number)
            raw = _create(file)
            raw.execute(f"PRAGMA {PROJECTIONS}.synchronous=OFF")
            raw.execute(f"PRAGMA {PROJECTIONS}.cache_size=-64000")
            engine = _engine(lambda: raw, "BEGIN")
            try:
                with engine.begin() as connection:
                    for table in projections.sorted_tables:
                        connection.execute(CreateTable(table))
                    yield connection
                    for table in projections.sorted_tables:
                        for index in sorted(table.indexes, key=lambda i: str(i.name)):
                            connection.execute(CreateIndex(index))
                raw.execute(f"ANALYZE {PROJECTIONS}")
                raw.execute(f"PRAGMA {PROJECTIONS}.journal_mode=WAL")
            except BaseException:
                file.unlink(missing_ok=True)
                raise
            finally:
                engine.dispose()
                raw.close()
            self._publish(number)

    def reset(self) -> None:
        self.close()
        with self._lock():
            number = self._next()
            self._publish(number, self._fill_empty)
            for old in self._data.glob("projections-*.db*"):
                if not old.name.startswith(self._file(number).name):
                    old.unlink()

    def compact(self) -> None:
        self.close()
        with _connect(self._truth) as raw:
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()

    def harden(self) -> None:
        with closing(_connect(_uri(self._truth))) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def measure(self) -> None:
        live = self._live()
        with self._reading.connect() as connection:
            pages = connection.exec_driver_sql(_PAGES).scalar() or 0
        number, measured = self._measured
        if live == number and pages <= measured * _GROWTH:
            return
        with self.project() as connection:
            for statement in _MEASURE:
                connection.exec_driver_sql(statement)
        self._measured = live, pages

    def heal(self) -> bool:
        # What a connection holds may be unusable where the live file is sound.
        self.close()
        return self._replace_unless(self._is_sound)

    def _replace_unless(self, is_sound: Callable[[], bool]) -> bool:
        """Let empty projections be the live ones unless those pass; whether that was done."""
        if is_sound():
            return False
        with self._lock():
            if is_sound():
                return False
            number = self._next()
            if number > 1:
                log.error("the projections cannot be used; new ones take their place")
            self._publish(number, self._fill_empty)
        return True

    def _opens(self) -> bool:
        """Whether the live projections can be opened at all; what a start has time for."""
        return self._passes()

    def _is_sound(self) -> bool:
        """Whether every page of the live projections can be read, and they can be written."""
        return self._passes(
            f"PRAGMA {PROJECTIONS}.quick_check(1)",
            "BEGIN IMMEDIATE",
            f"DELETE FROM {PROJECTIONS}.progress WHERE name = ''",
            "ROLLBACK",
        )

    def _passes(self, *pragmas: str) -> bool:
        try:
            with closing(_connect(":memory:")) as raw:
                _attach(raw, self._file(self._live()))
                raw.execute(f"SELECT name FROM {PROJECTIONS}.progress").fetchall()
                return all(raw.execute(one).fetchall() in ([], [("ok",)]) for one in pragmas)
        except sqlite3.Error as error:
            # Somebody writes: then they can be written. On a full disk new ones would be no better.
            return error.sqlite_errorcode & 0xFF in _NOT_ITS_FAULT
        except Unavailable:
            return False

    def version(self) -> object:
        return self._look()

    def is_blank(self) -> bool:
        return len(self._look()) == _BLANK

    def generation(self) -> object:
        return self._look()[1]

    def _look(self) -> tuple[object, ...]:
        self._check_place()
        number = self._live()
        try:
            probe = self._probes.pop()
        except IndexError:
            probe = _Probe(self._open_both)
        try:
            answer = probe.look(number, self._file)
        except BaseException:
            probe.close()
            raise
        self._probes.append(probe)
        return answer

    def facts(self) -> Facts:
        return Facts(
            product=f"SQLite {sqlite3.sqlite_version}",
            truth=_bytes(self._truth.parent, f"{self._truth.name}*"),
            projections=_bytes(self._data, "projections-*.db*"),
        )

    def close(self) -> None:
        for engine in (self.truth, self._reading, self._projecting):
            engine.dispose()
        # Others may take one, or put one back, meanwhile.
        with suppress(IndexError):
            while True:
                self._probes.pop().close()

    def forget(self) -> None:
        for engine in (self.truth, self._reading, self._projecting):
            _ABANDONED.append(engine.pool)
            engine.dispose(close=False)
        _ABANDONED.append(self._probes)
        self._probes = deque()

    # -- the pointer --

    def _live(self) -> int:
        """The number of the live projections; raises Unavailable if the pointer names none."""
        try:
            return self._pointed()
        except (FileNotFoundError, ValueError) as error:
            raise Unavailable(DAMAGED) from error

    def _pointed(self) -> int:
        stat = os.stat(self._pointer)  # noqa: PTH116 (called at each checkout: half the cost)
        mark = (stat.st_ino, stat.st_mtime_ns)
        seen = self._seen
        if seen is None or seen[0] != mark:
            with Path(self._pointer).open(encoding="ascii") as file:
                stat = os.fstat(file.fileno())
                seen = ((stat.st_ino, stat.st_mtime_ns), int(file.read()))
            self._seen = seen
        return seen[1]

    def _file(self, number: int) -> Path:
        return self._data / f"projections-{number}.db"

    def _next(self) -> int:
        """A number never used before, also not by a rebuild that was broken off.

        Not that of a live file that is gone either: connections go by the number, and those that
        still hold that file would never look for another.
        """
        names = self._data.glob("projections-*.db")
        used = [int(name.stem.partition("-")[2]) for name in names]
        with suppress(Unavailable):
            used.append(self._live())
        return max(used, default=0) + 1

    def _publish(self, number: int, fill: Callable[[Path], None] | None = None) -> None:
        """Make the numbered file the live one; the one before it stays for those who read it."""
        file = self._file(number)
        if fill is not None:
            fill(file)
        # Flushed before it is named: after a power cut the pointer never leads to less.
        flush(file)
        keep(self._data / POINTER, str(number))
        for old in self._data.glob("projections-*.db"):
            if int(old.stem.partition("-")[2]) < number - 1:
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{old}{suffix}").unlink(missing_ok=True)

    def _fill_empty(self, file: Path) -> None:
        raw = _create(file)
        raw.execute(f"PRAGMA {PROJECTIONS}.journal_mode=WAL")
        engine = _engine(lambda: raw, "BEGIN")
        with engine.begin() as connection:
            projections.create_all(connection, checkfirst=False)
        engine.dispose()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One rebuild at a time, among processes and threads."""
        with (self._data / "projections.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # -- connections --

    def _open_truth(self) -> sqlite3.Connection:
        # Another file would be taken for the one that the log beside it belongs to.
        self._check_place()
        raw = _connect(_uri(self._truth))
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")
        return raw

    def _open_both(self) -> sqlite3.Connection:
        self._check_place()
        return self._open(_uri(self._truth))

    def _open_projections(self) -> sqlite3.Connection:
        return self._open(":memory:")

    def _open(self, main: str) -> sqlite3.Connection:
        raw = _connect(main, _WAIT_TO_FOLLOW)
        for attempt in range(_ATTEMPTS):
            number = self._live()
            try:
                _attach(raw, self._file(number))
            except sqlite3.OperationalError:
                # Swapped and removed between the look at the pointer and the opening.
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            break
        if main != ":memory:":
            raw.execute("PRAGMA query_only=ON")
            # A process keeps one connection a thread: the system's own cache serves them all.
            for schema in ("main", PROJECTIONS):
                raw.execute(f"PRAGMA {schema}.cache_size=-{_READING_KILOBYTES}")
        return raw

    def _check_place(self) -> None:
        """Pass if the truth is the file that was opened; raises Unavailable (`database_replaced`).

        What was opened goes on to be read and written after the file is gone: nobody would ever
        find that again.
        """
        try:
            is_there = _place(self._truth) == self._place
        except FileNotFoundError:
            is_there = False
        if not is_there:
            raise Unavailable("database_replaced", file=self._truth.name)

    def _check_truth(self, raw: Any, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        self._check_place()

    def _check_both(self, raw: Any, entry: ConnectionPoolEntry, at: PoolProxiedConnection) -> None:
        self._check_place()
        self._check(raw, entry, at)

    def _check(self, raw: Any, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        number = self._live()
        if entry.info.get("projections") != number:
            _reattach(raw, self._file(number))
            entry.info["projections"] = number


@contextmanager
def scratch() -> Iterator[Connection]:
    """Empty projection tables in a file that is gone afterwards, to compare others with."""
    with tempfile.TemporaryDirectory(prefix="denktank-") as folder:
        raw = _create(Path(folder) / "projections.db")
        raw.execute(f"PRAGMA {PROJECTIONS}.synchronous=OFF")
        engine = _engine(lambda: raw, "BEGIN")
        with engine.begin() as connection:
            projections.create_all(connection, checkfirst=False)
            yield connection
        engine.dispose()


class _Probe:
    """A connection that only looks whether either file was changed by another connection."""

    def __init__(self, open: Callable[[], sqlite3.Connection]) -> None:
        self._raw = open()
        self._number = -1
        self._marks: tuple[int, int] | None = None
        self._answer: tuple[object, ...] = ()

    def look(self, number: int, file: Callable[[int], Path]) -> tuple[object, ...]:
        """The projections' number, the generation, and how far each projection is."""
        if number != self._number:
            _reattach(self._raw, file(number))
            self._number, self._marks = number, None
        run = self._raw.execute
        marks = (
            run("PRAGMA main.data_version").fetchall()[0][0],
            run(f"PRAGMA {PROJECTIONS}.data_version").fetchall()[0][0],
        )
        if marks != self._marks:
            self._answer = (
                number,
                *run("SELECT number FROM main.generation").fetchall(),
                *run(f'SELECT name, "commit" FROM {PROJECTIONS}.progress ORDER BY name').fetchall(),
            )
            self._marks = marks
        return self._answer

    def close(self) -> None:
        self._raw.close()


_ABANDONED: list[object] = []
"""Connections inherited through a fork: closing them here could harm the parent's files."""


def _engine(
    open: Callable[[], sqlite3.Connection],
    begin: str,
    checkout: Callable[[Any, ConnectionPoolEntry, PoolProxiedConnection], None] | None = None,
) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=open,
        poolclass=QueuePool,
        pool_size=16,
        max_overflow=-1,
        pool_use_lifo=True,
    )

    def begin_it(connection: Connection) -> None:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute(begin)

    event.listen(engine, "begin", begin_it)
    if checkout is not None:
        event.listen(engine, "checkout", checkout)
    return engine


def _is_readonly(error: BaseException) -> bool:
    root = getattr(error, "orig", None) or error
    return getattr(root, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY


def _connect(main: Path | str, wait: float = _WAIT) -> sqlite3.Connection:
    """A connection that leaves transactions to us and waits so many seconds for other writers."""
    return sqlite3.connect(
        main, timeout=wait, isolation_level=None, check_same_thread=False, uri=True
    )


def _place(file: Path) -> tuple[int, int]:
    """Which file stands there, whatever its name: device and inode."""
    found = os.stat(file)  # noqa: PTH116 (at each checkout)
    return found.st_dev, found.st_ino


def _uri(file: Path) -> str:
    """An address at which SQLite opens a file that is there, and makes none."""
    return f"file:{_quoted(os.fspath(file.absolute()))}?mode=rw"


def _create(file: Path) -> sqlite3.Connection:
    """A connection to a new file for projections, written without a journal."""
    raw = _connect(":memory:")
    raw.execute(f"ATTACH DATABASE ? AS {PROJECTIONS}", (os.fspath(file),))
    raw.execute(f"PRAGMA {PROJECTIONS}.journal_mode=OFF")
    return raw


def _attach(raw: sqlite3.Connection, file: Path) -> None:
    """Attach live projections; raises OperationalError if the file is no longer there."""
    raw.execute(f"ATTACH DATABASE ? AS {PROJECTIONS}", (_uri(file),))
    raw.execute(f"PRAGMA {PROJECTIONS}.synchronous=NORMAL")


def _reattach(raw: sqlite3.Connection, file: Path) -> None:
    with suppress(sqlite3.OperationalError):
        raw.execute(f"DETACH DATABASE {PROJECTIONS}")
    _attach(raw, file)


def _bytes(folder: Path, pattern: str) -> int:
    """Count the bytes that files take; one that goes meanwhile takes none."""
    total = 0
    for file in folder.glob(pattern):
        with suppress(FileNotFoundError):
            total += file.stat().st_size
    return total


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
