"""What the search engine on PostgreSQL keeps: documents and words, in a schema of their own.

Derived, like the projections: dropped and made anew, never moved by a migration, in no backup. Each
index has a row in `search.indexes`, and tables of its own for each time it was built; whoever reads
asks that row first, so a build that is not finished is seen by nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from wiki.database.engine import schema
from wiki.database.engine.postgres import INDEXING, unhurried

SCHEMA = schema.SEARCH
NEVER = -(2**62)
"""The `at` of a document without a date."""

_LOCKS = dict(zip(("now", "lost"), INDEXING, strict=True))
_MAKING_ROOM = INDEXING[-1] + 1
_GONE = frozenset({"42P01", "3F000"})
"""SQLSTATE of a table, or a schema, that is not there."""


@dataclass(frozen=True, slots=True)
class State:
    """How an index stands: its tables, how far it is, and what ranking needs to know of it.

    `version` is what its documents are made by, `rules` the mark of the site they are
    made for; `generation` rises with each change.
    """

    name: str
    build: str
    version: int
    rules: int
    generation: int
    revision: str
    change: int
    size: int
    words: int
    newest: int

    @property
    def documents(self) -> str:
        """The table of its documents."""
        return f"{SCHEMA}.{self.name}_{self.build}_documents"

    @property
    def terms(self) -> str:
        """The table of its words."""
        return f"{SCHEMA}.{self.name}_{self.build}_terms"


@dataclass(frozen=True, slots=True)
class Row:
    """A document as its table has it.

    `words` is written as a tsvector, `weights` as JSON; the `keys` are folded, to compare with.
    `is_cut`: not all positions of its words are kept.
    """

    owner: str
    together: str
    kind: str
    path: str
    title: str
    at: int
    mark: int
    length: int
    status: str
    status_key: str
    tags: list[str]
    people: list[str]
    questions: list[str]
    tag_keys: list[str]
    name_keys: list[str]
    question_keys: list[str]
    under: list[str]
    paths: list[str]
    words: str
    weights: str
    starts: bytes
    body: str
    language: str
    is_day: bool
    number: int
    revision: str
    blob: str
    page: str
    hidden: str
    is_cut: bool


_STATE = ", ".join(field.name for field in fields(State))
_COLUMNS = ", ".join(field.name for field in fields(Row))
_DOCUMENTS = """
CREATE TABLE {0} (
    id bigint GENERATED ALWAYS AS IDENTITY,
    owner text NOT NULL,
    together text NOT NULL,
    kind text NOT NULL,
    path text NOT NULL,
    title text NOT NULL,
    at bigint NOT NULL,
    mark bigint NOT NULL,
    length integer NOT NULL,
    status text NOT NULL,
    status_key text NOT NULL,
    tags text[] NOT NULL,
    people text[] NOT NULL,
    questions text[] NOT NULL,
    tag_keys text[] NOT NULL,
    name_keys text[] NOT NULL,
    question_keys text[] NOT NULL,
    under text[] NOT NULL,
    paths text[] NOT NULL,
    words tsvector NOT NULL,
    weights jsonb NOT NULL,
    starts bytea NOT NULL,
    body text NOT NULL,
    language text NOT NULL,
    is_day boolean NOT NULL,
    number bigint NOT NULL,
    revision text NOT NULL,
    blob text NOT NULL,
    page text NOT NULL,
    hidden text NOT NULL,
    is_cut boolean NOT NULL
)
"""
_TERMS = """
CREATE TABLE {0} (
    field text NOT NULL,
    term text COLLATE "C" NOT NULL,
    documents integer NOT NULL
)
"""
_INDEXES = """
CREATE TABLE IF NOT EXISTS {0}.indexes (
    name text PRIMARY KEY,
    build text NOT NULL,
    version integer NOT NULL,
    rules bigint NOT NULL,
    generation bigint NOT NULL,
    revision text NOT NULL,
    change bigint NOT NULL,
    size bigint NOT NULL,
    words bigint NOT NULL,
    newest bigint NOT NULL
)
"""
# Words that wait in a list of their own, as GIN has it by default, are gone through by every query.
_INDEXED = (
    "ALTER TABLE {documents} ADD PRIMARY KEY (id)",
    "CREATE INDEX ON {documents} (owner)",
    "CREATE INDEX ON {documents} (together) WHERE together <> ''",
    "CREATE INDEX ON {documents} USING gin (under) WITH (fastupdate = off)",
    "CREATE INDEX ON {documents} USING gin (words) WITH (fastupdate = off)",
    "ALTER TABLE {terms} ADD PRIMARY KEY (field, term)",
    "CREATE INDEX ON {terms} (reverse(term) COLLATE \"C\") WHERE field = ''",
    "ANALYZE {documents}",
    "ANALYZE {terms}",
)
_FIELD = "CASE WHEN lexeme ~ '^[=~@#]' THEN left(lexeme, 1) ELSE '' END"
_TERM = "CASE WHEN lexeme ~ '^[=~@#]' THEN substr(lexeme, 2) ELSE lexeme END"
_STORED = (
    "id, kind, path, paths, title, at, status, tags, people, questions, language, is_day, number,"
    " revision, blob, page, hidden"
)


def is_gone(error: Exception) -> bool:
    """Whether a table was not there: it was dropped by who built the index anew, or by a purge."""
    root = error.orig if isinstance(error, DBAPIError) else error
    return getattr(root, "sqlstate", "") in _GONE


def state(connection: Connection, name: str) -> State | None:
    """How an index stands; None if it was never built."""
    row = connection.exec_driver_sql(
        f"SELECT {_STATE} FROM {SCHEMA}.indexes WHERE name = %(name)s", {"name": name}
    ).first()
    return State(**row._mapping) if row else None


def is_there(connection: Connection) -> bool:
    """Whether any index was ever built."""
    return bool(connection.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.indexes')").scalar())


def make_room(connection: Connection) -> None:
    """Make what every index stands in, unless it is there; two who do so at once wait in turn."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _MAKING_ROOM})
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.exec_driver_sql(_INDEXES.format(SCHEMA))


def take(connection: Connection, name: str, *, wait: bool) -> bool:
    """Be the only one who writes an index, until the end of the transaction; whether that is so.

    However many nodes and processes there are, one builds; `wait`: until the other one is done.
    """
    unhurried(connection)
    what = {"lock": _LOCKS[name]}
    if wait:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(lock)s)", what)
        return True
    return bool(
        connection.exec_driver_sql("SELECT pg_try_advisory_xact_lock(%(lock)s)", what).scalar()
    )


def begin(connection: Connection, name: str, version: int, rules: int) -> State:
    """Make empty tables for an index, in which rows can be put; nobody else sees them yet."""
    made = State(name, secrets.token_hex(5), version, rules, 1, "", 0, 0, 0, NEVER)
    connection.exec_driver_sql(_DOCUMENTS.format(made.documents))
    connection.exec_driver_sql(_TERMS.format(made.terms))
    return made


def add(connection: Connection, of: State, rows: Iterable[Row]) -> int:
    """Put documents in; gives how many."""
    driver: Any = connection.connection.driver_connection
    names = [field.name for field in fields(Row)]
    count = 0
    into = f"COPY {of.documents} ({_COLUMNS}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([getattr(row, name) for name in names])
            count += 1
    return count


def finish(connection: Connection, made: State) -> None:
    """Let the tables that were filled be the index; those there were go."""
    connection.exec_driver_sql(
        f"INSERT INTO {made.terms} SELECT {_FIELD}, {_TERM}, ndoc"
        f" FROM ts_stat('SELECT words FROM {made.documents}') AS s (lexeme, ndoc, nentry)"
        " WHERE lexeme !~ '^\\^'"
    )
    for statement in _INDEXED:
        connection.exec_driver_sql(statement.format(documents=made.documents, terms=made.terms))
    before = state(connection, made.name)
    if before is not None:
        for table in (before.documents, before.terms):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        connection.exec_driver_sql(
            f"DELETE FROM {SCHEMA}.indexes WHERE name = %(name)s", {"name": made.name}
        )
    connection.exec_driver_sql(
        f"INSERT INTO {SCHEMA}.indexes ({_STATE})"
        " SELECT %(name)s, %(build)s, %(version)s, %(rules)s, 1, '', 0, count(*),"
        f" coalesce(sum(length), 0), coalesce(max(at), {NEVER}) FROM {made.documents}",
        {"name": made.name, "build": made.build, "version": made.version, "rules": made.rules},
    )


def replace(connection: Connection, of: State, owners: Sequence[str], rows: Iterable[Row]) -> None:
    """Take the documents of these owners out and put others in; words and sums follow."""
    gone = (
        []
        if not owners
        else [
            row[0]
            for row in connection.exec_driver_sql(
                f"SELECT id FROM {of.documents} WHERE owner = ANY(%(owners)s::text[])"
                " OR (together = ANY(%(owners)s::text[]) AND together <> '')",
                {"owners": list(owners)},
            )
        ]
    )
    if gone:
        _count(connection, of, "id = ANY(%(ids)s::bigint[])", -1, {"ids": gone})
        connection.exec_driver_sql(
            f"DELETE FROM {of.documents} WHERE id = ANY(%(ids)s::bigint[])", {"ids": gone}
        )
    last = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {of.documents}").scalar()
    if add(connection, of, rows):
        _count(connection, of, "id > %(last)s", 1, {"last": last})


def _count(
    connection: Connection, of: State, which: str, sign: int, values: Mapping[str, Any]
) -> None:
    """Count the words, and the words' documents, of some documents in (1) or out (-1)."""
    connection.exec_driver_sql(
        f"INSERT INTO {of.terms} AS kept"
        f" SELECT {_FIELD}, {_TERM}, count(*) * {sign}"
        f" FROM {of.documents}, unnest(words) WHERE {which} AND lexeme !~ '^\\^' GROUP BY 1, 2"
        " ON CONFLICT (field, term)"
        " DO UPDATE SET documents = kept.documents + excluded.documents",
        dict(values),
    )
    connection.exec_driver_sql(
        f"UPDATE {SCHEMA}.indexes AS i SET size = size + {sign} * f.number,"
        f" words = words + {sign} * f.length, newest = greatest(i.newest, f.newest)"
        " FROM (SELECT count(*) AS number, coalesce(sum(length), 0) AS length,"
        f" coalesce(max(at), {NEVER}) AS newest FROM {of.documents} WHERE {which}) AS f"
        " WHERE name = %(name)s",
        {**values, "name": of.name},
    )


def reached(connection: Connection, name: str, revision: str, change: int) -> State:
    """Note how far an index is; gives how it stands then."""
    row = connection.exec_driver_sql(
        f"UPDATE {SCHEMA}.indexes SET generation = generation + 1, revision = %(revision)s,"
        f" change = %(change)s WHERE name = %(name)s RETURNING {_STATE}",
        {"name": name, "revision": revision, "change": change},
    ).one()
    return State(**row._mapping)


def tidy(connection: Connection, of: State) -> None:
    """Forget words that no document has any more."""
    connection.exec_driver_sql(f"DELETE FROM {of.terms} WHERE documents <= 0")


def owned(connection: Connection, of: State, owners: Sequence[str]) -> list[dict[str, Any]]:
    """What is kept of the documents of these owners, with their text."""
    return _rows(
        connection,
        of,
        "owner = ANY(%(owners)s::text[])"
        " OR (together = ANY(%(owners)s::text[]) AND together <> '')",
        {"owners": list(owners)},
        texts=True,
    )


def below(
    connection: Connection, of: State, paths: Sequence[str], kind: str
) -> list[dict[str, Any]]:
    """What is kept of the documents of a kind at these paths, or under them."""
    which = "under && %(paths)s::text[] AND kind = %(kind)s"
    return _rows(connection, of, which, {"paths": list(paths), "kind": kind})


def of_kinds(connection: Connection, of: State, kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What is kept of every document of these kinds."""
    yield from _rows(connection, of, "kind = ANY(%(kinds)s::text[])", {"kinds": list(kinds)})


def named(connection: Connection, of: State, kind: str) -> Iterator[tuple[str, str, int]]:
    """Everyone whom documents of a kind name, with the document's path and moment."""
    rows = connection.exec_driver_sql(
        f"SELECT person, path, at FROM {of.documents}, unnest(people) AS person"
        " WHERE kind = %(kind)s ORDER BY id",
        {"kind": kind},
    )
    return ((row.person, row.path, row.at) for row in rows)


def read(connection: Connection, of: State, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is kept of these documents, texts and where their words begin included."""
    rows = connection.exec_driver_sql(
        f"SELECT {_STORED}, body AS text, starts FROM {of.documents}"
        " WHERE id = ANY(%(ids)s::bigint[])",
        {"ids": list(ids)},
    )
    return {row.id: row._asdict() for row in rows}


def _rows(
    connection: Connection,
    of: State,
    which: str,
    values: Mapping[str, Any],
    *,
    texts: bool = False,
) -> list[dict[str, Any]]:
    more = ", body AS text" if texts else ""
    rows = connection.exec_driver_sql(
        f"SELECT {_STORED}{more} FROM {of.documents} WHERE {which} ORDER BY id", dict(values)
    )
    return [row._asdict() for row in rows]
