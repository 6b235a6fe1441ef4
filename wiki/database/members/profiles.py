"""What members tell of themselves, and their pictures: the tables and their queries."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from wiki.database.engine import changes
from wiki.database.engine.schema import truth
from wiki.database.members.members import members
from wiki.domain.members.profiles import MARK_LENGTH, WORK_MOST, Profile

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
