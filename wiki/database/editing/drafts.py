"""Drafts (one for each member and page) and presence (who has an editor open)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    union,
)

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_or
from wiki.domain.editing.drafts import NEW, PRESENT, Draft, Writer, id_of_new

drafts = Table(
    "drafts",
    truth,
    Column("member", Integer, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("base", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("updated", Moment, nullable=False),
)

presence = Table(
    "presence",
    truth,
    Column("member", Integer, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("username", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("seen", Moment, nullable=False, index=True),
)

KEPT = timedelta(hours=1)

_KEYS = union(
    *(select(table.c.key).where(table.c.member == bindparam("of")) for table in (drafts, presence))
)


def get(connection: Connection, member: int, key: str) -> Draft | None:
    """The member's draft under this key, or None."""
    row = connection.execute(
        select(drafts).where(drafts.c.member == member, drafts.c.key == key)
    ).one_or_none()
    if row is None:
        return None
    return Draft(row.base, row.text, json.loads(row.fields), row.updated)


def of_new(connection: Connection, member: int, limit: int) -> list[tuple[str, Draft]]:
    """List the member's drafts of pages that have no path yet, with their ids, newest first."""
    mine = drafts.c.member == member, drafts.c.key.startswith(NEW, autoescape=True)
    query = select(drafts).where(*mine).order_by(drafts.c.updated.desc(), drafts.c.key)
    return [
        (id_of_new(row.key), Draft(row.base, row.text, json.loads(row.fields), row.updated))
        for row in connection.execute(query.limit(limit))
    ]


def keep(connection: Connection, member: int, key: str, draft: Draft) -> None:
    """Store the draft, in place of the one that was there."""
    _upsert(
        connection,
        drafts,
        {"member": member, "key": key},
        {
            "base": draft.base,
            "text": draft.text,
            "fields": json.dumps(dict(draft.fields)),
            "updated": draft.updated,
        },
    )


def keys(connection: Connection, member: int) -> set[str]:
    """Every key under which the member has a draft or an open editor."""
    return set(connection.scalars(_KEYS, {"of": member}))


def number(connection: Connection, member: int, but: str) -> int:
    """Count how many drafts the member has, but for the one under this key."""
    mine = drafts.c.member == member, drafts.c.key != but
    return connection.execute(select(func.count()).where(*mine)).scalar_one()


def characters(connection: Connection, member: int, but: str) -> int:
    """Count how many characters are in the member's drafts, but for the one under this key."""
    mine = drafts.c.member == member, drafts.c.key != but
    size = func.sum(func.length(drafts.c.text) + func.length(drafts.c.fields))
    return int(connection.execute(select(func.coalesce(size, 0)).where(*mine)).scalar_one())


def drop(connection: Connection, member: int, key: str) -> None:
    """Forget the member's draft and that they are editing there."""
    for table in (drafts, presence):
        connection.execute(delete(table).where(table.c.member == member, table.c.key == key))


def arrive(connection: Connection, member: int, key: str, writer: Writer) -> None:
    """Note that the member has the editor open; signs older than an hour are cleared away."""
    _upsert(
        connection,
        presence,
        {"member": member, "key": key},
        {"username": writer.username, "name": writer.name, "seen": writer.seen},
    )
    connection.execute(delete(presence).where(presence.c.seen < writer.seen - KEPT))


def others(connection: Connection, member: int, key: str, now: datetime) -> list[Writer]:
    """Name those who also have had the editor open under this key just now."""
    rows = connection.execute(
        select(presence)
        .where(presence.c.key == key, presence.c.member != member, presence.c.seen >= now - PRESENT)
        .order_by(presence.c.name)
    )
    return [filled(Writer, row) for row in rows]


def _upsert(
    connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]
) -> None:
    connection.execute(
        insert_or(connection, table)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )
