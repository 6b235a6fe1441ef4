"""Saved searches: the table and its queries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.domain.search.saved_searches import LONGEST, SavedSearch

saved_searches = Table(
    "saved_searches",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("address", String(LONGEST), nullable=False),
    # the marks of the hits that the member has seen, a JSON list
    Column("known", Text, nullable=False),
    Column("new", Integer, nullable=False),
    Column("counted", String(80), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    UniqueConstraint("member", "address"),
    sqlite_autoincrement=True,
)

_SHOWN = (
    saved_searches.c.id,
    saved_searches.c.member,
    saved_searches.c.address,
    saved_searches.c.new,
    saved_searches.c.counted,
    saved_searches.c.created,
)


def add(connection: Connection, member: int, address: str, now: datetime) -> int:
    """Keep a search for a member; gives its id, that of the one they kept before if it is there."""
    kept = find(connection, member, address)
    if kept:
        return kept.id
    values = {
        "member": member,
        "address": address,
        "known": "[]",
        "new": 0,
        "counted": "",
        "created": now,
    }
    return insert_numbered(connection, saved_searches, values)


def find(connection: Connection, member: int, address: str) -> SavedSearch | None:
    """The member's saved search with this query string, or None."""
    table = saved_searches.c
    asked = select(*_SHOWN).where(table.member == member, table.address == address)
    row = connection.execute(asked).first()
    return filled(SavedSearch, row) if row else None


def of_member(connection: Connection, member: int) -> list[SavedSearch]:
    """The member's saved searches, the newest first."""
    query = select(*_SHOWN).where(saved_searches.c.member == member)
    return [
        filled(SavedSearch, row)
        for row in connection.execute(query.order_by(saved_searches.c.id.desc()))
    ]


def count(connection: Connection, member: int) -> int:
    """Count how many searches the member keeps."""
    asked = select(func.count()).where(saved_searches.c.member == member)
    return connection.scalar(asked) or 0


def uncounted(connection: Connection, counted: str, limit: int) -> list[SavedSearch]:
    """Saved searches whose new hits were last counted at another state of the index."""
    asked = select(*_SHOWN).where(saved_searches.c.counted != counted)
    rows = connection.execute(asked.order_by(saved_searches.c.id).limit(limit))
    return [filled(SavedSearch, row) for row in rows]


def known(connection: Connection, id: int) -> set[int]:
    """The marks of the hits that the member has seen."""
    asked = select(saved_searches.c.known).where(saved_searches.c.id == id)
    return set(json.loads(connection.scalar(asked) or "[]"))


def counted(connection: Connection, id: int, new: int, at: str) -> None:
    """So many hits are new, as the index was `at` that state."""
    where = saved_searches.c.id == id
    connection.execute(update(saved_searches).where(where).values(new=new, counted=at))


def seen(connection: Connection, id: int, marks: Iterable[int], at: str) -> None:
    """The member knows these hits now."""
    values = {"known": json.dumps(sorted(marks)), "new": 0, "counted": at}
    connection.execute(update(saved_searches).where(saved_searches.c.id == id).values(**values))


def remove(connection: Connection, member: int, ids: Sequence[int]) -> int:
    """The member no longer keeps these searches; gives how many of them they had."""
    where = (saved_searches.c.member == member, saved_searches.c.id.in_(ids))
    return connection.execute(delete_from(saved_searches).where(*where)).rowcount
