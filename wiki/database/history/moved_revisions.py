"""Revisions that a purge wrote anew: where an address of before leads today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from sqlalchemy import Column, Connection, Index, String, Table, bindparam, insert, select, update

from wiki.database.engine.schema import truth

moved_revisions = Table(
    "moved_revisions",
    truth,
    Column("commit", String(64), primary_key=True),
    Column("became", String(64), nullable=False),
    Index(None, "became"),
)
_BATCH = 500


def now(connection: Connection, written: str) -> str:
    """The commit that an old one became, by its id or the beginning of it; empty if none."""
    query = select(moved_revisions.c.became).where(
        moved_revisions.c.commit.startswith(written, autoescape=True)
    )
    found = set(connection.scalars(query.limit(2)))
    return found.pop() if len(found) == 1 else ""


def move(connection: Connection, commits: Mapping[str, str]) -> None:
    """From now on these old commits are those new ones, and what became one of them follows."""
    follow = (
        update(moved_revisions)
        .where(moved_revisions.c.became == bindparam("old"))
        .values(became=bindparam("new"))
    )
    is_first = connection.execute(select(moved_revisions.c.commit).limit(1)).first() is None
    for some in _batches(commits):
        if not is_first:
            connection.execute(follow, [{"old": old, "new": new} for old, new in some])
        connection.execute(
            insert(moved_revisions), [{"commit": old, "became": new} for old, new in some]
        )


def _batches(commits: Mapping[str, str]) -> Iterator[list[tuple[str, str]]]:
    pairs = iter(commits.items())
    while some := list(islice(pairs, _BATCH)):
        yield some
