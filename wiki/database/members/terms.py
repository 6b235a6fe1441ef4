"""Which terms everybody is asked to accept, and who accepted which: tables and queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
)

from wiki.database.engine.schema import Moment, truth
from wiki.database.members.members import members
from wiki.domain.members.terms import Acceptance, Asking

askings = Table(
    "terms_asked",
    truth,
    Column("id", Integer, primary_key=True),
    Column("revision", String(64), nullable=False),
    Column("by", ForeignKey("members.id")),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

acceptances = Table(
    "terms_accepted",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    # The asking that this answers; 0 before the first.
    Column("asking", Integer, nullable=False),
    Column("revision", String(64), nullable=False),
    Column("blob", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "member", "asking"),
    sqlite_autoincrement=True,
)

_OWES = select(
    func.coalesce(
        select(func.max(acceptances.c.asking))
        .where(acceptances.c.member == bindparam("of"))
        .scalar_subquery(),
        0,
    )
    < select(func.coalesce(func.max(askings.c.id), 0)).scalar_subquery()
)
"""Asked before every POST of a member: built once, as its making costs most."""


def ask(connection: Connection, revision: str, by: int | None, reason: str, now: datetime) -> None:
    """From now on everybody is asked to accept this version."""
    values = {"revision": revision, "by": by, "reason": reason, "at": now}
    connection.execute(insert(askings).values(**values))


def newest(connection: Connection) -> Asking | None:
    """The last time that everybody was asked."""
    query = (
        select(askings, members.c.username)
        .outerjoin(members, members.c.id == askings.c.by)
        .order_by(askings.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return Asking(row.id, row.revision, row.username or "", row.reason, row.at) if row else None


def accept(
    connection: Connection, member: int, asking: int, revision: str, blob: str, now: datetime
) -> None:
    """A member accepted a version; earlier acceptances stay."""
    values = {
        "member": member,
        "asking": asking,
        "revision": revision,
        "blob": blob,
        "at": now,
    }
    connection.execute(insert(acceptances).values(**values))


def owes(connection: Connection, member: int) -> bool:
    """Whether a member still has to accept what was asked last; one statement.

    Who joined before anybody was asked anything owes nothing until then.
    """
    return bool(connection.scalar(_OWES, {"of": member}))


def accepted(connection: Connection, member: int) -> Acceptance | None:
    """The last version that a member accepted."""
    asked = select(acceptances).where(acceptances.c.member == member)
    row = connection.execute(asked.order_by(acceptances.c.id.desc()).limit(1)).first()
    return Acceptance(row.revision, row.blob, row.at) if row else None


def answered(connection: Connection, asking: int) -> int:
    """Count how many members accepted what this asking asked, or something newer."""
    where = acceptances.c.asking >= asking
    return connection.scalar(select(func.count(acceptances.c.member.distinct())).where(where)) or 0
