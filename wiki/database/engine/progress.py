"""How far each projection has followed the repository."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from wiki.database.engine.schema import projections

progress = Table(
    "progress",
    projections,
    Column("name", String(20), primary_key=True),
    Column("commit", String(64), nullable=False),
    Column("format", Integer, nullable=False),
)


_ALL = select(progress.c.name, progress.c.commit, progress.c.format)
_PUT = (
    update(progress)
    .where(progress.c.name == bindparam("of"))
    .values(commit=bindparam("to"), format=bindparam("as"))
)


def everything(connection: Connection) -> dict[str, tuple[str, int]]:
    """For each projection: the last commit that it followed and the format of its rows."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(_ALL)}


def get(connection: Connection, name: str) -> tuple[str, int]:
    """The last commit that a projection followed and the format of its rows; ("", 0) if none."""
    return everything(connection).get(name, ("", 0))


def put(connection: Connection, name: str, commit: str, format: int) -> None:
    """Note that a projection, in this format of rows, has followed up to a commit."""
    done = connection.execute(_PUT, {"of": name, "to": commit, "as": format})
    if not done.rowcount:
        connection.execute(insert(progress).values(name=name, commit=commit, format=format))
