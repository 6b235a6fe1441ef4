"""Passkeys: the public halves of keys with which members log in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import delete as delete_from
from sqlalchemy.exc import IntegrityError

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.domain.errors import Conflict
from wiki.domain.login.second_factor import Passkey

passkeys = Table(
    "passkeys",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    # 1,023 bytes at most (WebAuthn, 4.1), in base64url.
    Column("credential", String(1400), nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("transports", String(100), nullable=False),
    Column("name", String(80), nullable=False),
    Column("created", Moment, nullable=False),
    Column("used", Moment),
    sqlite_autoincrement=True,
)


def add(
    connection: Connection,
    member: int,
    *,
    credential: str,
    key: bytes,
    count: int,
    transports: Sequence[str],
    name: str,
    now: datetime,
) -> None:
    """Keep a key; raises Conflict (`passkey_known`) if somebody has it already."""
    values = {
        "member": member,
        "credential": credential,
        "key": key,
        "count": count,
        "transports": ",".join(transports)[:100],
        "name": name,
        "created": now,
    }
    if by_credential(connection, credential):
        raise Conflict("passkey_known")
    try:
        connection.execute(insert(passkeys).values(**values))
    except IntegrityError as error:
        # PostgreSQL: another process took it between the question and the insert.
        raise Conflict("passkey_known") from error


def by_credential(connection: Connection, credential: str) -> Passkey | None:
    """The key that calls itself so."""
    found = connection.execute(select(passkeys).where(passkeys.c.credential == credential)).first()
    return _passkey(found) if found else None


def of_member(connection: Connection, member: int) -> list[Passkey]:
    """The member's keys, the oldest first."""
    asked = select(passkeys).where(passkeys.c.member == member).order_by(passkeys.c.id)
    return [_passkey(row) for row in connection.execute(asked)]


def number(connection: Connection, member: int) -> int:
    """Count how many keys the member has."""
    return connection.scalar(select(func.count()).where(passkeys.c.member == member)) or 0


def use(connection: Connection, passkey: Passkey, count: int, now: datetime) -> bool:
    """Note that a key was used; False if it was used meanwhile, as a copy of it may have been."""
    where = (passkeys.c.id == passkey.id, passkeys.c.count == passkey.count)
    done = connection.execute(update(passkeys).where(*where).values(count=count, used=now))
    return bool(done.rowcount)


def remove(connection: Connection, member: int, passkey: int) -> bool:
    """Forget one of the member's keys; False if they have none such."""
    where = (passkeys.c.member == member, passkeys.c.id == passkey)
    return bool(connection.execute(delete_from(passkeys).where(*where)).rowcount)


def remove_all(connection: Connection, member: int) -> int:
    """Forget all the member's keys; gives how many."""
    where = passkeys.c.member == member
    return connection.execute(delete_from(passkeys).where(where)).rowcount


def _passkey(row: Any) -> Passkey:
    return filled(Passkey, row, transports=tuple(filter(None, row.transports.split(","))))
