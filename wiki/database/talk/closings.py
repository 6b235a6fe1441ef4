"""Pages whose talk is closed: the table and its queries.

As with a comment, a row says where it was made, (path, revision), and which page that is today is
looked up: a closed talk stays closed when its page moves.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from wiki.database.engine import changes
from wiki.database.engine.schema import Moment, truth
from wiki.database.history import history
from wiki.database.members.members import members
from wiki.domain.talk.closings import Closing

closings = Table(
    "closings",
    truth,
    Column("id", Integer, primary_key=True),
    Column("path", String(1000), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", ForeignKey("members.id")),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)


def of(connection: Connection, page: str) -> Closing | None:
    """The closing of a page's talk, or None if it is open."""
    query = (
        select(closings, members.c.username)
        .outerjoin(members, members.c.id == closings.c.by)
        .where(history.at_page(page, closings.c.path, closings.c.revision))
        .order_by(closings.c.id)
        .limit(1)
    )
    row = connection.execute(query).first()
    return Closing(row.id, row.reason, row.username or "", row.at) if row else None


def close(
    connection: Connection, path: str, revision: str, reason: str, by: int | None, now: datetime
) -> None:
    """The talk of the page that has this revision is closed."""
    values = {"path": path, "revision": revision, "reason": reason, "by": by, "at": now}
    connection.execute(insert(closings).values(**values))
    changes.record(connection, "talk", path[:250])


def reopen(connection: Connection, id: int, path: str) -> None:
    """A closing holds no more; its page is now at this path."""
    connection.execute(delete(closings).where(closings.c.id == id))
    changes.record(connection, "talk", path[:250])
