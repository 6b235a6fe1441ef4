"""How far the fan-out came: the last commit, and each comment with whom it mentions."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, Text, insert, select
from sqlalchemy import delete as delete_from

from wiki.database.engine.changes import untold
from wiki.database.engine.schema import Moment, truth

followed = Table(
    "followed",
    truth,
    Column("id", Integer, primary_key=True),
    Column("revision", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

told = Table(
    "told",
    truth,
    Column(
        "comment",
        ForeignKey("comments.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    # ids of members, a JSON list
    Column("mentioned", Text, nullable=False),
)
"""The comments that members have been told of; a later change tells only whom it newly mentions."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The commit up to which members were told of changes, and when that was."""

    revision: str
    at: datetime


def how_far(connection: Connection) -> Followed | None:
    """Tell how far members were told of changes; None before the first time."""
    row = connection.execute(select(followed.c.revision, followed.c.at)).first()
    return Followed(row.revision, row.at) if row else None


def put(connection: Connection, revision: str, now: datetime) -> None:
    """Members have been told of all changes up to this commit."""
    connection.execute(delete_from(followed))
    connection.execute(insert(followed).values(id=1, revision=revision, at=now))


def waiting(connection: Connection, limit: int) -> list[tuple[int, int]]:
    """Comments that were made or changed and not looked at: (number in the queue, comment)."""
    asked = select(untold.c.id, untold.c.comment).order_by(untold.c.id).limit(limit)
    return [(row.id, row.comment) for row in connection.execute(asked)]


def done(connection: Connection, number: int) -> bool:
    """This one was looked at; False if another worker did that before."""
    return bool(connection.execute(delete_from(untold).where(untold.c.id == number)).rowcount)


def skip(connection: Connection, comment: int) -> None:
    """Nobody is told of a comment that was said long ago elsewhere."""
    connection.execute(delete_from(untold).where(untold.c.comment == comment))
    tell(connection, comment, ())


def mentioned(connection: Connection, comment: int) -> frozenset[int] | None:
    """Tell whom a comment mentioned when it was last told; None if it never was."""
    row = connection.execute(select(told.c.mentioned).where(told.c.comment == comment)).first()
    return frozenset(json.loads(row.mentioned)) if row else None


def tell(connection: Connection, comment: int, members: Collection[int]) -> None:
    """The comment has been told, and mentions these members."""
    connection.execute(delete_from(told).where(told.c.comment == comment))
    connection.execute(insert(told).values(comment=comment, mentioned=json.dumps(sorted(members))))
