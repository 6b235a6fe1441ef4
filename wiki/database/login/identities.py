"""Identities: who a member is at another provider that they log in with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
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
from sqlalchemy.exc import IntegrityError

from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.domain.errors import Conflict
from wiki.domain.login.identities import Identity

identities = Table(
    "identities",
    truth,
    Column("id", Integer, primary_key=True),
    Column("member", ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("issuer", String(300), nullable=False),
    Column("subject", String(255), nullable=False),
    # What they are called there, so that they know which account it is.
    Column("name", String(254), nullable=False),
    Column("created", Moment, nullable=False),
    Column("used", Moment, nullable=False),
    UniqueConstraint("issuer", "subject"),
    UniqueConstraint("member", "issuer"),
    sqlite_autoincrement=True,
)


def member_of(connection: Connection, issuer: str, subject: str) -> int | None:
    """The account of who is called so by the issuer."""
    where = (identities.c.issuer == issuer, identities.c.subject == subject)
    return connection.scalar(select(identities.c.member).where(*where))


def of_member(connection: Connection, member: int) -> list[Identity]:
    """List the member's identities elsewhere."""
    asked = select(identities).where(identities.c.member == member).order_by(identities.c.id)
    return [filled(Identity, row) for row in connection.execute(asked)]


def number(connection: Connection, member: int) -> int:
    """Count how many accounts elsewhere open the member's."""
    return connection.scalar(select(func.count()).where(identities.c.member == member)) or 0


def add(
    connection: Connection, member: int, *, issuer: str, subject: str, name: str, now: datetime
) -> None:
    """From now on the issuer's word is enough for this account.

    Raises Conflict (`identity_taken`) if that person has an account, or this account a person.
    """
    taken = {identity.issuer for identity in of_member(connection, member)}
    if issuer in taken or member_of(connection, issuer, subject):
        raise Conflict("identity_taken")
    values = {
        "member": member,
        "issuer": issuer,
        "subject": subject,
        "name": name,
        "created": now,
        "used": now,
    }
    try:
        connection.execute(insert(identities).values(**values))
    except IntegrityError as error:
        # PostgreSQL: another process was first.
        raise Conflict("identity_taken") from error


def use(connection: Connection, issuer: str, subject: str, name: str, now: datetime) -> None:
    """Note that it was used, and what they are called there today."""
    where = (identities.c.issuer == issuer, identities.c.subject == subject)
    connection.execute(update(identities).where(*where).values(used=now, name=name))


def remove(connection: Connection, member: int, identity: int) -> bool:
    """Stop taking the provider's word for the member's account; False if it was not taken."""
    where = (identities.c.member == member, identities.c.id == identity)
    return bool(connection.execute(delete_from(identities).where(*where)).rowcount)
