"""Access tokens of members. Only the hash of a token is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.database.members.members import groups_of, members
from wiki.domain.access.rights import Actor, Role
from wiki.domain.login.access_tokens import AccessToken, Bearer, Scope, written
from wiki.domain.members.members import Status

access_tokens = Table(
    "access_tokens",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", String(200), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
    sqlite_autoincrement=True,
)

_BEARER = (
    select(
        access_tokens,
        members.c.id.label("owner"),
        members.c.uid,
        members.c.username,
        members.c.name.label("called"),
        members.c.role,
        members.c.groups,
    )
    .join(members, members.c.id == access_tokens.c.member)
    .where(
        members.c.status == Status.ACTIVE.value,
        access_tokens.c.hash == bindparam("hash"),
        access_tokens.c.expires > bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token, before it has a number; its word as a hash."""

    name: str
    hash: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime


def add(connection: Connection, member: int, new: NewToken) -> int:
    """Keep a token; gives its id."""
    values = {
        "member": member,
        "name": new.name,
        "hash": new.hash,
        "scopes": written(new.scopes),
        "created": new.created,
        "expires": new.expires,
    }
    return insert_numbered(connection, access_tokens, values)


def bearer(connection: Connection, hash: str, now: datetime) -> Bearer | None:
    """Find who shows a token, if it works and its member is active."""
    row = connection.execute(_BEARER, {"hash": hash, "now": now}).first()
    if row is None:
        return None
    groups = groups_of(row.groups)
    actor = Actor(row.owner, row.uid, row.username, row.called, Role(row.role), groups)
    return Bearer(actor, _token(row))


def of_member(connection: Connection, member: int) -> list[AccessToken]:
    """The member's tokens, the newest first; those that ran out as well."""
    asked = select(access_tokens).where(access_tokens.c.member == member)
    rows = connection.execute(asked.order_by(access_tokens.c.id.desc()))
    return [_token(row) for row in rows]


def number(connection: Connection, member: int) -> int:
    """Count the member's tokens."""
    asked = select(func.count()).select_from(access_tokens)
    return int(connection.execute(asked.where(access_tokens.c.member == member)).scalar_one())


def note_use(connection: Connection, id: int, now: datetime) -> None:
    """Write down that a token was used now."""
    connection.execute(update(access_tokens).where(access_tokens.c.id == id).values(used=now))


def remove(connection: Connection, member: int, id: int) -> bool:
    """Let the member's token with this id work no more; False if they have none such."""
    where = (access_tokens.c.member == member, access_tokens.c.id == id)
    return bool(connection.execute(delete_from(access_tokens).where(*where)).rowcount)


def remove_all(connection: Connection, member: int) -> int:
    """Let none of the member's tokens work any more; gives how many there were."""
    where = access_tokens.c.member == member
    return connection.execute(delete_from(access_tokens).where(where)).rowcount


def _token(row: Row[Any]) -> AccessToken:
    # A scope that a later version made is none here.
    scopes = frozenset(scope for scope in Scope if scope in row.scopes.split())
    return AccessToken(row.id, row.name, scopes, row.created, row.expires, row.used)
