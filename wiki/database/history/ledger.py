"""The ledger of several nodes: where every ref of the repository is, and each move that led there.

A save is one statement: the ref goes on if it is where the save began, the move gets the next
number and its objects lie beside it. So a number is given while the row of `git_state` is held,
and moves become visible in the order of their numbers. On SQLite the tables stay empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    make_url,
    select,
    text,
    update,
)

from wiki.database.engine.database import Database
from wiki.database.engine.faults import AWAY, told
from wiki.database.engine.postgres import beside, limited
from wiki.database.engine.schema import STAYS, truth
from wiki.domain.errors import Unavailable
from wiki.domain.history.ledger import Move, Part, Standing, Step, Tip

git_refs = Table(
    "git_refs",
    truth,
    Column("name", String(250), primary_key=True),
    Column("oid", String(40), nullable=False),
    info=STAYS,
)
"""A ref that is gone has an empty id."""

git_state = Table(
    "git_state",
    truth,
    Column("id", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    Column("branch", String(250), nullable=False),
    Column("barred", Text, nullable=False),
    info=STAYS,
)

git_log = Table(
    "git_log",
    truth,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("ref", String(250), nullable=False),
    Column("old", String(40), nullable=False),
    Column("new", String(40), nullable=False),
    Column("oids", LargeBinary, nullable=False),
    Column("pack", LargeBinary, nullable=False),
    Index(None, "new"),
    info=STAYS,
)

git_base = Table(
    "git_base",
    truth,
    Column("upto", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),
    Column("data", LargeBinary, nullable=False),
    info=STAYS,
)

_KEPT = 1_000
"""Moves that a new base tells too and that stay, for nodes that are a little behind."""
_OPTIONS = "-c lock_timeout=7s -c idle_in_transaction_session_timeout=30s"
_COMPACTING = 7316104
_BATCH = 200

_TIP = text(
    "SELECT s.epoch, s.seq, coalesce(r.oid, '') FROM git_state s"
    " LEFT JOIN git_refs r ON r.name = :ref"
)
_MOVE = text(
    "WITH moved AS (UPDATE git_refs SET oid = :new WHERE name = :ref AND oid = :old RETURNING oid),"
    " counted AS (UPDATE git_state SET seq = git_state.seq + 1 FROM moved RETURNING git_state.seq)"
    " INSERT INTO git_log (seq, ref, old, new, oids, pack)"
    " SELECT seq, :ref, :old, :new, :oids, :pack FROM counted RETURNING seq"
)
_KNOW = text("INSERT INTO git_refs (name, oid) VALUES (:ref, '') ON CONFLICT DO NOTHING")
_HOLD = text("SELECT oid FROM git_refs WHERE name = :ref FOR UPDATE")
_LASTING = text("UPDATE git_state SET seq = seq")
"""Changes nothing, but its commit waits for what the one before it waits for."""
_ALONE = text("SELECT pg_try_advisory_xact_lock(:what)")

_STANDING = select(
    git_state.c.epoch,
    git_state.c.seq,
    git_state.c.base,
    git_state.c.branch,
    git_refs.c.name,
    git_refs.c.oid,
).outerjoin_from(git_state, git_refs, git_refs.c.oid != "")
_MOVES = (
    select(git_log)
    .where(git_log.c.seq.between(bindparam("first"), bindparam("last")))
    .order_by(git_log.c.seq)
    .limit(_BATCH)
)
_WITHOUT_PACK = select(git_log.c.seq, git_log.c.ref, git_log.c.old, git_log.c.new)
_TAIL = select(
    select(func.coalesce(func.sum(func.length(git_base.c.data)), 0))
    .where(git_base.c.upto == git_state.c.base)
    .scalar_subquery(),
    select(func.coalesce(func.sum(func.length(git_log.c.pack)), 0))
    .where(git_log.c.seq > git_state.c.base)
    .scalar_subquery(),
)
_PARTS = (
    select(git_base.c.kind, git_base.c.data)
    .join(git_state, git_state.c.base == git_base.c.upto)
    .where(git_base.c.part == bindparam("number"))
)

Found = TypeVar("Found")


class PostgresLedger:
    """The ledger in a PostgreSQL; see the store's `Ledger` for the methods."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def of(cls, database: Database) -> PostgresLedger:
        """The one in a database that is open; Unavailable (`shared_pages_sqlite`) in a file."""
        return cls(database.beside(_OPTIONS))

    @classmethod
    def at(cls, url: str) -> PostgresLedger:
        """The one in the PostgreSQL at an SQLAlchemy URL, of which nothing else is asked."""
        return cls(beside(make_url(url), _OPTIONS))

    def tip(self, ref: str) -> Tip:
        def ask(connection: Connection) -> Tip:
            row = connection.execute(_TIP, {"ref": ref}).first()
            return Tip(row[0], row[1], row[2]) if row else Tip(0, 0, "")

        return self._ask(ask)

    def standing(self) -> Standing | None:
        def ask(connection: Connection) -> Standing | None:
            rows = connection.execute(_STANDING).all()
            if not rows:
                return None
            refs = {row.name: row.oid for row in rows if row.name}
            return Standing(rows[0].epoch, rows[0].seq, rows[0].base, rows[0].branch, refs)

        return self._ask(ask)

    def moves(self, first: int, last: int) -> Iterator[Move]:
        while first <= last:
            asked = {"first": first, "last": last}
            rows = self._ask(partial(_rows, asked=asked))
            for row in rows:
                yield Move(row.seq, Step(row.ref, row.old, row.new), row.oids, row.pack)
            if len(rows) < _BATCH:
                return
            first = rows[-1].seq + 1

    def move(self, steps: Sequence[Step], ids: bytes, pack: bytes) -> int:
        if len(steps) == 1 and steps[0].old:
            with self._writing() as connection:
                return _move(connection, steps[0], ids, pack)
        with self._writing() as connection, _transaction(connection):
            number = 0
            for at, step in enumerate(steps):
                if not step.old:
                    connection.execute(_KNOW, {"ref": step.ref})
                number = _move(connection, step, *((b"", b"") if at else (ids, pack)))
                if not number:
                    connection.rollback()
                    return 0
            connection.commit()
            return number

    @contextmanager
    def turn(self, ref: str) -> Iterator[_Turn]:
        with told(), self._engine.connect() as connection, _transaction(connection):
            with limited(connection):
                connection.execute(_KNOW, {"ref": ref})
                connection.execute(_HOLD, {"ref": ref})
            yield _Turn(connection)

    def made(self, step: Step) -> int:
        query = select(git_log.c.seq).where(
            git_log.c.new == step.new, git_log.c.old == step.old, git_log.c.ref == step.ref
        )
        with self._writing() as connection:
            number = connection.scalar(query.order_by(git_log.c.seq.desc()).limit(1))
            if number:
                connection.execute(_LASTING)
            return number or 0

    def last_of(self, ids: Sequence[str]) -> Move | None:
        query = _WITHOUT_PACK.where(git_log.c.new.in_(ids)).order_by(git_log.c.seq.desc()).limit(1)

        def ask(connection: Connection) -> Move | None:
            row = connection.execute(query).first()
            return Move(row.seq, Step(row.ref, row.old, row.new), b"", b"") if row else None

        return self._ask(ask)

    def begin(self, branch: str, refs: Mapping[str, str], base: Iterable[Part]) -> bool:
        with told(), self._engine.connect() as connection, _transaction(connection):
            connection.execute(text("LOCK TABLE git_state IN EXCLUSIVE MODE"))
            if connection.execute(select(git_state.c.id)).first():
                return False
            state = {"id": 1, "epoch": 1, "seq": 0, "base": 0, "branch": branch, "barred": ""}
            connection.execute(insert(git_state).values(state))
            for name, oid in refs.items():
                connection.execute(insert(git_refs).values(name=name, oid=oid))
            _put_base(connection, 0, base)
            connection.commit()
            return True

    def base(self) -> Iterator[Part]:
        number = 0
        while True:
            row = self._ask(partial(_part, number=number))
            if row is None:
                return
            yield Part(row.kind, row.data)
            number += 1

    def tail(self) -> tuple[int, int]:
        def ask(connection: Connection) -> tuple[int, int]:
            base, tail = connection.execute(_TAIL.select_from(git_state)).one()
            return int(base), int(tail)

        return self._ask(ask)

    def rebase(self, standing: Standing, base: Iterable[Part]) -> bool:
        with told(), self._engine.connect() as connection, _transaction(connection):
            if not connection.scalar(_ALONE, {"what": _COMPACTING}):
                return False
            # Last, and for a moment: every save holds this row.
            _put_base(connection, standing.seq, base)
            is_still = and_(git_state.c.epoch == standing.epoch, git_state.c.base == standing.base)
            done = connection.execute(update(git_state).where(is_still).values(base=standing.seq))
            if not done.rowcount:
                return False
            connection.execute(delete(git_base).where(git_base.c.upto != standing.seq))
            connection.execute(delete(git_log).where(git_log.c.seq < standing.seq - _KEPT))
            connection.commit()
            return True

    def barred(self) -> list[str]:
        return self._ask(
            lambda connection: connection.scalar(select(git_state.c.barred)) or ""
        ).split()

    def close(self) -> None:
        self._engine.dispose()

    def _ask(self, ask: Callable[[Connection], Found]) -> Found:
        """The answer to a question, asked once more if the connection had been lost before it."""
        for again in (True, False):
            try:
                with told(), self._engine.connect() as connection:
                    return ask(connection)
            except Unavailable as fault:
                if not again or fault.code != AWAY:
                    raise
        raise AssertionError

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with told(), self._engine.connect() as connection, limited(connection):
            yield connection


def _rows(connection: Connection, asked: Mapping[str, int]) -> Sequence[Row[Any]]:
    return connection.execute(_MOVES, asked).all()


def _part(connection: Connection, number: int) -> Any:
    return connection.execute(_PARTS, {"number": number}).first()


class _Turn:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def move(self, step: Step, ids: bytes, pack: bytes) -> int:
        with told(), limited(self._connection):
            number = _move(self._connection, step, ids, pack)
            self._connection.commit()
        return number


def replace(
    connection: Connection,
    epoch: int,
    moves: Mapping[str, tuple[str, str]],
    barred: Iterable[str],
    base: Iterable[Part],
) -> bool:
    """Begin another epoch, in the caller's transaction: nothing is left of the old history.

    `moves` gives old and new id by ref. False, with nothing done, if any ref is somewhere else.
    """
    state = connection.execute(select(git_state).with_for_update()).first()
    rows = connection.execute(select(git_refs).where(git_refs.c.oid != "").with_for_update())
    now = {row.name: row.oid for row in rows}
    if (
        state is None
        or state.epoch != epoch
        or any(now.get(name, "") != old for name, (old, _) in moves.items())
    ):
        return False
    for name, (_, new) in moves.items():
        connection.execute(update(git_refs).where(git_refs.c.name == name).values(oid=new))
    all_barred = sorted({*state.barred.split(), *barred})
    seq = state.seq + 1
    connection.execute(
        update(git_state).values(epoch=epoch + 1, seq=seq, base=seq, barred="\n".join(all_barred))
    )
    connection.execute(delete(git_log))
    connection.execute(delete(git_base))
    _put_base(connection, seq, base)
    return True


def _move(connection: Connection, step: Step, ids: bytes, pack: bytes) -> int:
    values = {"ref": step.ref, "old": step.old, "new": step.new, "oids": ids, "pack": pack}
    return connection.scalar(_MOVE, values) or 0


def _put_base(connection: Connection, upto: int, base: Iterable[Part]) -> None:
    for number, part in enumerate(base):
        row = {"upto": upto, "part": number, "kind": part.kind, "data": part.data}
        connection.execute(insert(git_base), row)


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """Let statements be one transaction, rolled back at the end unless it was committed."""
    connection.execution_options(isolation_level="READ COMMITTED")
    try:
        yield
    finally:
        with suppress(Exception):
            connection.rollback()
