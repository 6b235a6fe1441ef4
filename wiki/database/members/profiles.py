"""Members' words about themselves, and their pictures: the tables and their queries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    case,
    delete,
    func,
    insert,
    or_,
    select,
)

from wiki.database.engine import changes
from wiki.database.engine.schema import truth
from wiki.database.members.members import members
from wiki.domain.members.members import Status
from wiki.domain.members.profiles import MARK_LENGTH, WORK_MOST, Listed, Profile

profiles = Table(
    "profiles",
    truth,
    Column("member", Integer, ForeignKey(members.c.id, ondelete="CASCADE"), primary_key=True),
    Column("work", String(WORK_MOST), nullable=False),
    Column("about", Text, nullable=False),
)

avatars = Table(
    "avatars",
    truth,
    Column("member", Integer, ForeignKey(members.c.id, ondelete="CASCADE"), primary_key=True),
    # The beginning of the picture's hash: its address, which is for ever the same picture.
    Column("mark", String(MARK_LENGTH), nullable=False, index=True),
    Column("data", LargeBinary, nullable=False),
)


def get(connection: Connection, member: int) -> Profile:
    """Give a member's profile; an empty one if they tell nothing of themselves."""
    row = connection.execute(select(profiles).where(profiles.c.member == member)).first()
    mark = connection.scalar(select(avatars.c.mark).where(avatars.c.member == member)) or ""
    return Profile(row.work if row else "", row.about if row else "", mark)


def put(connection: Connection, member: int, work: str, about: str) -> None:
    """Keep what a member tells of themselves."""
    connection.execute(delete(profiles).where(profiles.c.member == member))
    if work or about:
        connection.execute(insert(profiles).values(member=member, work=work, about=about))
    changes.record(connection, "member", member)


def put_avatar(connection: Connection, member: int, mark: str, data: bytes) -> None:
    """Keep a member's picture in the place of the one before; no data: keep none."""
    connection.execute(delete(avatars).where(avatars.c.member == member))
    if data:
        connection.execute(insert(avatars).values(member=member, mark=mark, data=data))
    changes.record(connection, "member", member)


def avatar(connection: Connection, mark: str) -> bytes | None:
    """The picture with this mark, or None."""
    return connection.scalar(select(avatars.c.data).where(avatars.c.mark == mark).limit(1))


def marks(connection: Connection) -> dict[str, str]:
    """The mark of the picture of everybody who has one, by their opaque id."""
    asked = select(members.c.uid, avatars.c.mark).join_from(avatars, members)
    return {row.uid: row.mark for row in connection.execute(asked)}


def find(connection: Connection, text: str, limit: int, offset: int) -> list[Listed]:
    """List who can log in and whose name, username or work holds a text, by the name shown."""
    called = case((members.c.name != "", members.c.name), else_=members.c.username)
    query = _holding(text).order_by(func.lower(called), members.c.folded)
    return [Listed(*row) for row in connection.execute(query.limit(limit).offset(offset))]


def count(connection: Connection, text: str) -> int:
    """Count how many members `find` would give without a limit."""
    query = _holding(text).with_only_columns(func.count(), maintain_column_froms=True)
    return connection.scalar(query) or 0


def _holding(text: str) -> Select[Any]:
    work = func.coalesce(profiles.c.work, "")
    query = select(members.c.uid, members.c.username, members.c.name, work)
    query = query.join_from(members, profiles, isouter=True)
    query = query.where(members.c.status == Status.ACTIVE.value)
    if not text:
        return query
    columns = (members.c.username, members.c.name, work)
    return query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
