"""Files that wait beside a draft of a new page, until that page is there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    func,
    select,
    update,
)

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_or
from wiki.domain.editing.drafts import ID_MOST, HeldFile

draft_files = Table(
    "draft_files",
    truth,
    Column("member", Integer, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("draft", String(ID_MOST), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("given", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("seen", Moment, nullable=False, index=True),
)

_LISTED = (draft_files.c.name, draft_files.c.given, draft_files.c.bytes)


def keep(
    connection: Connection, member: int, draft: str, held: HeldFile, data: bytes, now: datetime
) -> None:
    """Keep a file beside the draft, in place of one of this name."""
    values = {"given": held.given, "bytes": held.bytes, "data": data, "seen": now}
    connection.execute(
        insert_or(connection, draft_files)
        .values(member=member, draft=draft, name=held.name, **values)
        .on_conflict_do_update(index_elements=["member", "draft", "name"], set_=values)
    )


def listing(connection: Connection, member: int, draft: str) -> list[HeldFile]:
    """List the files beside the draft, by name."""
    asked = select(*_LISTED).where(*_of(member, draft)).order_by(draft_files.c.name)
    return [filled(HeldFile, row) for row in connection.execute(asked)]


def data(connection: Connection, member: int, draft: str, name: str) -> bytes | None:
    """Give what is in a file beside the draft; None if there is none of this name."""
    asked = select(draft_files.c.data).where(*_of(member, draft), draft_files.c.name == name)
    return connection.scalar(asked)


def size(connection: Connection, member: int) -> int:
    """Count the bytes of all the files beside the member's drafts."""
    total = func.coalesce(func.sum(draft_files.c.bytes), 0)
    asked = select(total).where(draft_files.c.member == member)
    return int(connection.execute(asked).scalar_one())


def touch(connection: Connection, member: int, draft: str, now: datetime) -> None:
    """Note that somebody still writes what the files are for."""
    connection.execute(update(draft_files).where(*_of(member, draft)).values(seen=now))


def drop(connection: Connection, member: int, draft: str, name: str = "") -> None:
    """Forget the files beside the draft, or the one of this name."""
    asked = delete(draft_files).where(*_of(member, draft))
    connection.execute(asked.where(draft_files.c.name == name) if name else asked)


def forget(connection: Connection, before: datetime) -> None:
    """Forget the files that nobody has written at since then."""
    connection.execute(delete(draft_files).where(draft_files.c.seen < before))


def _of(member: int, draft: str) -> tuple[ColumnElement[bool], ...]:
    return draft_files.c.member == member, draft_files.c.draft == draft
