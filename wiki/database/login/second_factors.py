"""Second factors: the secret that a member's app knows, and recovery codes as hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth

second_factors = Table(
    "second_factors",
    truth,
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    # Encrypted with the site's key: who reads the database cannot make codes.
    Column("secret", String(200), nullable=False),
    # Empty until the first code from the app was right.
    Column("since", Moment),
    # The last step of which a code was used: none works twice.
    Column("step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("member", "hash"),
)


@dataclass(frozen=True, slots=True)
class Factor:
    """A member's secret, since when it is asked (None: not yet), and the last step used."""

    secret: str
    since: datetime | None
    step: int


def get(connection: Connection, member: int) -> Factor | None:
    """The member's factor, also one that is not switched on yet."""
    where = second_factors.c.member == member
    row = connection.execute(select(second_factors).where(where)).first()
    return filled(Factor, row) if row else None


def put(connection: Connection, member: int, secret: str) -> None:
    """Keep a new secret, not switched on; one that was not either is forgotten."""
    where = (second_factors.c.member == member, second_factors.c.since.is_(None))
    connection.execute(delete_from(second_factors).where(*where))
    connection.execute(insert(second_factors).values(member=member, secret=secret, step=0))


def switch_on(connection: Connection, member: int, now: datetime) -> None:
    """From now on the member's codes are asked."""
    where = second_factors.c.member == member
    connection.execute(update(second_factors).where(where).values(since=now))


def use_step(connection: Connection, member: int, step: int) -> bool:
    """Note that a step's code was used; False if that one or a later one was used before."""
    where = (second_factors.c.member == member, second_factors.c.step < step)
    return bool(connection.execute(update(second_factors).where(*where).values(step=step)).rowcount)


def remove(connection: Connection, member: int) -> bool:
    """Forget the member's secret and recovery codes; False if there was no secret."""
    connection.execute(delete_from(recovery_codes).where(recovery_codes.c.member == member))
    where = second_factors.c.member == member
    return bool(connection.execute(delete_from(second_factors).where(where)).rowcount)


def put_codes(connection: Connection, member: int, hashes: Sequence[str]) -> None:
    """Keep these recovery codes instead of those there were."""
    connection.execute(delete_from(recovery_codes).where(recovery_codes.c.member == member))
    connection.execute(insert(recovery_codes), [{"member": member, "hash": h} for h in hashes])


def use_code(connection: Connection, member: int, hash: str) -> bool:
    """A recovery code works no more; False if there is none such."""
    where = (recovery_codes.c.member == member, recovery_codes.c.hash == hash)
    return bool(connection.execute(delete_from(recovery_codes).where(*where)).rowcount)


def codes_left(connection: Connection, member: int) -> int:
    """Count how many recovery codes the member has left."""
    asked = select(func.count()).where(recovery_codes.c.member == member)
    return connection.scalar(asked) or 0
