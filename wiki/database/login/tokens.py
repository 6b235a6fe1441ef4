"""Tokens: links that work once. Only the hash of a token is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, select
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered

tokens = Table(
    "tokens",
    truth,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), index=True),
    Column("value", String(254), nullable=False),
    Column("expires", Moment, nullable=False),
    sqlite_autoincrement=True,
)


BATCH = 100


@dataclass(frozen=True, slots=True)
class Token:
    """The purpose of a link: `member` is None where it is for nobody yet; `value` is its cargo."""

    id: int
    kind: str
    member: int | None
    value: str


def add(
    connection: Connection,
    hash: str,
    kind: str,
    expires: datetime,
    *,
    member: int | None = None,
    value: str = "",
    keep: bool = False,
) -> int:
    """A new token, by its id; of a member's of one kind only the newest works, unless `keep`."""
    if member is not None and not keep:
        where = (tokens.c.member == member, tokens.c.kind == kind)
        connection.execute(delete_from(tokens).where(*where))
    values = {"hash": hash, "kind": kind, "member": member, "value": value, "expires": expires}
    return insert_numbered(connection, tokens, values)


def get(connection: Connection, hash: str, kind: str, now: datetime) -> Token | None:
    """The token of this kind that still works."""
    where = (tokens.c.hash == hash, tokens.c.kind == kind, tokens.c.expires > now)
    row = connection.execute(select(tokens).where(*where)).first()
    return filled(Token, row) if row else None


def use(connection: Connection, token: Token) -> bool:
    """The token works no more; False if another request used it first."""
    return bool(connection.execute(delete_from(tokens).where(tokens.c.id == token.id)).rowcount)


def remove(connection: Connection, id: int) -> None:
    """The token with this id works no more."""
    connection.execute(delete_from(tokens).where(tokens.c.id == id))


def of_kind(connection: Connection, kind: str, now: datetime) -> list[Token]:
    """The tokens of this kind that still work, the oldest first."""
    where = (tokens.c.kind == kind, tokens.c.expires > now)
    rows = connection.execute(select(tokens).where(*where).order_by(tokens.c.id).limit(BATCH))
    return [filled(Token, row) for row in rows]


def drop(connection: Connection, member: int, kind: str, *, after: int = 0) -> None:
    """The member's tokens of this kind work no more, as far as they came after another."""
    where = (tokens.c.member == member, tokens.c.kind == kind, tokens.c.id > after)
    connection.execute(delete_from(tokens).where(*where))


def drop_all(connection: Connection, member: int) -> None:
    """None of the member's tokens works any more."""
    connection.execute(delete_from(tokens).where(tokens.c.member == member))


def forget(connection: Connection, now: datetime) -> int:
    """Remove tokens that no longer work; gives how many."""
    return connection.execute(delete_from(tokens).where(tokens.c.expires <= now)).rowcount
