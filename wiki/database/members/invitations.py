"""Invitations: whom they went to, and what became of them; the link itself is a token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.members.members import groups_of, members
from wiki.domain.access.rights import Role

invitations = Table(
    "invitations",
    truth,
    Column("id", Integer, primary_key=True),
    # The row in `tokens` while the link works; that row goes when it is used.
    Column("token", Integer, unique=True),
    Column("email", String(254), nullable=False),
    # None: from the command line, by whoever runs the machine.
    Column("maker", ForeignKey("members.id"), index=True),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
    Column("revoked", Moment),
    Column("role", Integer, nullable=False, server_default="1"),
    Column("groups", String(400), nullable=False, server_default=""),
    # Who joined with it; the row goes with their account.
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), index=True),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Grants:
    """The role and the groups of who joins with an invitation."""

    role: Role = Role.MEMBER
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation: by whom (a username, empty for the command line), and who `joined` with it.

    `email` is empty where the link was handed over.
    """

    id: int
    email: str
    maker: str
    created: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None
    joined: str
    grants: Grants

    def is_open(self, now: datetime) -> bool:
        """Whether somebody can still join with it."""
        return self.used is None and self.revoked is None and self.expires > now


def add(
    connection: Connection,
    token: int,
    email: str,
    maker: int | None,
    created: datetime,
    expires: datetime,
    grants: Grants = Grants(),
) -> None:
    """Keep that somebody was invited."""
    values = {
        "token": token,
        "email": email,
        "maker": maker,
        "created": created,
        "expires": expires,
        "role": int(grants.role),
        "groups": ",".join(sorted(grants.groups)),
    }
    connection.execute(insert(invitations).values(values))


def newest(connection: Connection, *, before: int = 0, limit: int = 50) -> list[Invitation]:
    """The invitations, newest first; with `before`, those with a lower id."""
    query = _asked().order_by(invitations.c.id.desc()).limit(limit)
    if before:
        query = query.where(invitations.c.id < before)
    return [_invitation(row) for row in connection.execute(query)]


def get(connection: Connection, id: int) -> tuple[Invitation, int | None] | None:
    """The invitation with this id, and the id of its token while that works."""
    row = connection.execute(_asked().where(invitations.c.id == id)).first()
    return (_invitation(row), row.token) if row else None


def by_token(connection: Connection, token: int) -> Invitation | None:
    """The invitation of this token."""
    row = connection.execute(_asked().where(invitations.c.token == token)).first()
    return _invitation(row) if row else None


def used(connection: Connection, token: int, member: int, now: datetime) -> None:
    """Somebody joined with the invitation of this token; its address is of no more use."""
    values = {"token": None, "used": now, "member": member, "email": ""}
    connection.execute(update(invitations).where(invitations.c.token == token).values(**values))


def revoke(connection: Connection, id: int, now: datetime) -> None:
    """Nobody can join with the invitation any more; its token is the caller's."""
    where = (invitations.c.id == id, invitations.c.used.is_(None))
    connection.execute(update(invitations).where(*where).values(token=None, revoked=now))


def forget(connection: Connection, before: datetime) -> int:
    """Remove invitations whose time was over before a moment; gives how many."""
    return connection.execute(
        delete_from(invitations).where(invitations.c.expires < before)
    ).rowcount


def _asked() -> Any:
    makers, joined = members.alias(), members.alias()
    return (
        select(
            invitations,
            makers.c.username.label("maker_name"),
            joined.c.username.label("joined_name"),
        )
        .outerjoin(makers, makers.c.id == invitations.c.maker)
        .outerjoin(joined, joined.c.id == invitations.c.member)
    )


def _invitation(row: Any) -> Invitation:
    return filled(
        Invitation,
        row,
        maker=row.maker_name or "",
        joined=row.joined_name or "",
        grants=Grants(Role(row.role), groups_of(row.groups)),
    )
