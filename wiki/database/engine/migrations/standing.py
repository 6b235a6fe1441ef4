"""How a database stands beside this version, read without writing anything: for `upgrade`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, make_url, text

from wiki.database.engine import migrations, progress
from wiki.database.engine.database import TRUTH, readable
from wiki.database.engine.schema import PROJECTIONS, SEARCH
from wiki.database.engine.sqlite import POINTER

_WAIT = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """The last step that the tables took (empty: none), and the names of those to take.

    `formats` is the format of each projection's rows; a projection that there is none of is not in
    it. `indexes` is the version of each search index in PostgreSQL. `is_newer`: the last step is
    none of this version's.
    """

    step: str = ""
    steps: Sequence[str] = ()
    is_newer: bool = False
    formats: Mapping[str, int] = field(default_factory=dict)
    indexes: Mapping[str, int] = field(default_factory=dict)


def standing(url: str, data: Path) -> Standing:
    """How the database at an SQLAlchemy URL stands; the empty one is SQLite in the data folder.

    Raises Unavailable as `Database.open` does.
    """
    with readable():
        engine = _engine(url, data)
        if engine is None:
            return Standing(steps=migrations.after(""))
        try:
            with engine.connect() as connection:
                return _of(connection)
        finally:
            engine.dispose()


def _of(connection: Connection) -> Standing:
    step = migrations.taken(connection)
    formats = {}
    if inspect(connection).has_table(progress.progress.name, schema=PROJECTIONS):
        found = progress.everything(connection)
        formats = {name: format for name, (_, format) in found.items()}
    indexes: dict[str, int] = {}
    if connection.dialect.name == "postgresql" and inspect(connection).has_table(
        "indexes", schema=SEARCH
    ):
        rows = connection.execute(text(f"SELECT name, version FROM {SEARCH}.indexes"))
        indexes = {row.name: row.version for row in rows}
    is_newer = migrations.is_unknown(step)
    steps = () if is_newer else migrations.after(step)
    return Standing(step, steps, is_newer, formats, indexes)


def _engine(url: str, data: Path) -> Engine | None:
    """Connections that cannot write; None for a file that is not there."""
    parsed = make_url(url or f"sqlite:///{data / TRUTH}")
    if parsed.get_backend_name() == "sqlite":
        file = Path(parsed.database or data / TRUTH)
        if not file.exists():
            return None
        return create_engine("sqlite://", creator=lambda: _both(file, data), poolclass=NullPool)
    options = "-c default_transaction_read_only=on"
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"connect_timeout": _WAIT, "options": options},
    )


def _both(truth: Path, data: Path) -> sqlite3.Connection:
    raw = sqlite3.connect(_uri(truth), uri=True)
    with suppress(OSError, ValueError):
        live = data / f"projections-{int((data / POINTER).read_text(encoding='ascii'))}.db"
        if live.exists():
            raw.execute(f"ATTACH ? AS {PROJECTIONS}", (_uri(live),))
    return raw


def _uri(file: Path) -> str:
    """A file that is read; without a log beside it also none is made, which reading may do."""
    log = file.with_name(f"{file.name}-wal")
    is_still = not log.exists() or not log.stat().st_size
    return f"file:{quote(str(file))}?mode=ro{'&immutable=1' if is_still else ''}"
