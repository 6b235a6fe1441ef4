"""Accounts: the table and its queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from wiki.database.engine import changes
from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.domain.access.rights import Role
from wiki.domain.errors import Conflict
from wiki.domain.members.members import Member, Status, fold_email, fold_username, gone_username

members = Table(
    "members",
    truth,
    Column("id", Integer, primary_key=True),
    Column("uid", String(32), nullable=False, unique=True),
    Column("username", String(32), nullable=False),
    # A username is never reissued: the row stays, whatever becomes of the account.
    Column("folded", String(32), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("email", String(254), nullable=False),
    # The address that this account may be found by: only once somebody vouched for it, so that
    # nobody keeps another's address busy with an account that is never confirmed.
    Column("address", String(254), unique=True),
    Column("password", String(200), nullable=False),
    Column("role", Integer, nullable=False),
    Column("status", String(12), nullable=False, index=True),
    Column("groups", String(400), nullable=False),
    Column("language", String(8), nullable=False),
    Column("timezone", String(40), nullable=False),
    Column("theme", String(8), nullable=False),
    Column("joined", Moment, nullable=False),
    sqlite_autoincrement=True,
)

PERSON = (
    members.c.id,
    members.c.uid,
    members.c.username,
    members.c.name,
    members.c.email,
    members.c.role,
    members.c.status,
    members.c.groups,
    members.c.language,
    members.c.timezone,
    members.c.theme,
    members.c.joined,
)


@dataclass(frozen=True, slots=True)
class NewMember:
    """An account, before it has a number.

    `password` is its hash; `vouched` says that the e-mail address is known to be theirs.
    """

    uid: str
    username: str
    email: str
    password: str
    role: Role
    status: Status
    joined: datetime
    name: str = ""
    language: str = ""
    vouched: bool = False


def add(connection: Connection, new: NewMember) -> Member:
    """Make the account; raises Conflict if its username or its vouched address is taken."""
    _refuse_taken(connection, new)
    values = {
        "uid": new.uid,
        "username": new.username,
        "folded": fold_username(new.username),
        "name": new.name,
        "email": new.email,
        "address": fold_email(new.email) if new.vouched and new.email else None,
        "password": new.password,
        "role": int(new.role),
        "status": new.status.value,
        "groups": "",
        "language": new.language,
        "timezone": "",
        "theme": "",
        "joined": new.joined,
    }
    try:
        id = insert_numbered(connection, members, values)
    except IntegrityError as error:
        # PostgreSQL: another process took the name between the question and the insert.
        raise Conflict("username_taken", username=new.username) from error
    changes.record(connection, "member", id)
    found = get(connection, id)
    assert found is not None
    return found


def _refuse_taken(connection: Connection, new: NewMember) -> None:
    if is_taken(connection, new.username):
        raise Conflict("username_taken", username=new.username)
    if new.vouched and new.email and by_email(connection, new.email):
        raise Conflict("email_taken", email=new.email)


def is_taken(connection: Connection, username: str) -> bool:
    """Whether somebody has this username, or had it once."""
    names = (fold_username(username), gone_username(username))
    asked = select(members.c.id).where(members.c.folded.in_(names)).limit(1)
    return connection.execute(asked).first() is not None


def had(connection: Connection, username: str) -> Member | None:
    """The account that has this username, or had it until it was erased."""
    names = (fold_username(username), gone_username(username))
    return _one(connection, members.c.folded.in_(names))


def former(connection: Connection) -> list[str]:
    """The opaque ids of all accounts that were erased."""
    asked = select(members.c.uid).where(members.c.status == Status.ERASED.value)
    return list(connection.scalars(asked))


def any_ever(connection: Connection) -> bool:
    """Whether an account was ever made: one that is erased keeps its row."""
    return connection.scalar(select(members.c.id).limit(1)) is not None


def get(connection: Connection, id: int) -> Member | None:
    """The account with this id."""
    return _one(connection, members.c.id == id)


def by_uid(connection: Connection, uid: str) -> Member | None:
    """The account with this opaque id."""
    return _one(connection, members.c.uid == uid)


def by_username(connection: Connection, username: str) -> Member | None:
    """The account with this username, whatever its case."""
    return _one(connection, members.c.folded == fold_username(username))


def by_email(connection: Connection, email: str) -> Member | None:
    """The account that this e-mail address is known to belong to."""
    return _one(connection, members.c.address == fold_email(email))


def called(connection: Connection, name: str) -> Member | None:
    """The active account with this display name, if there is exactly one."""
    if not name:
        return None
    where = (members.c.name == name, members.c.status == Status.ACTIVE.value)
    rows = connection.execute(select(*PERSON).where(*where).limit(2)).all()
    return member_of(rows[0]) if len(rows) == 1 else None


def by_login(connection: Connection, login: str) -> tuple[Member, str] | None:
    """The account with this username or e-mail address, and its password's hash."""
    where = members.c.address == fold_email(login)
    if "@" not in login:
        where = members.c.folded == fold_username(login)
    row = connection.execute(select(*PERSON, members.c.password).where(where)).first()
    return (member_of(row), row.password) if row else None


def unconfirmed(connection: Connection, email: str) -> list[Member]:
    """Accounts that wait until this e-mail address is confirmed, the newest one only."""
    where = (
        members.c.status == Status.UNCONFIRMED.value,
        func.lower(members.c.email) == email.strip().lower(),
    )
    asked = select(*PERSON).where(*where).order_by(members.c.id.desc()).limit(1)
    return [member_of(row) for row in connection.execute(asked)]


def password_of(connection: Connection, id: int) -> str:
    """The hash of the account's password."""
    return connection.scalar(select(members.c.password).where(members.c.id == id)) or ""


def some(connection: Connection, ids: Collection[int]) -> list[Member]:
    """The accounts with these ids."""
    asked = select(*PERSON).where(members.c.id.in_(sorted(ids)))
    return [member_of(row) for row in connection.execute(asked)] if ids else []


def named(connection: Connection, usernames: Collection[str]) -> list[Member]:
    """The active accounts among these usernames, whatever their case."""
    if not usernames:
        return []
    folded = sorted({fold_username(username) for username in usernames})
    where = (members.c.folded.in_(folded), members.c.status == Status.ACTIVE.value)
    return [member_of(row) for row in connection.execute(select(*PERSON).where(*where))]


def beginning(connection: Connection, text: str, limit: int) -> list[Member]:
    """Active accounts whose username, or a word of whose name, begins with a text, by username."""
    folded = fold_username(text)
    begins = or_(
        members.c.folded.startswith(folded, autoescape=True),
        (" " + members.c.name).icontains(f" {text}", autoescape=True),
    )
    asked = select(*PERSON).where(begins, members.c.status == Status.ACTIVE.value)
    rows = connection.execute(asked.order_by(members.c.folded).limit(limit))
    return [member_of(row) for row in rows]


def with_uids(connection: Connection, uids: Collection[str]) -> list[Member]:
    """The accounts with these opaque ids."""
    asked = select(*PERSON).where(members.c.uid.in_(sorted(set(uids))))
    return [member_of(row) for row in connection.execute(asked)] if uids else []


def names(connection: Connection, uids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """For each opaque id of an account: its username and display name today."""
    rows = connection.execute(
        select(members.c.uid, members.c.username, members.c.name).where(members.c.uid.in_(uids))
    )
    return {row.uid: (row.username, row.name) for row in rows}


def usernames(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """For each id of an account: its username."""
    rows = connection.execute(select(members.c.id, members.c.username).where(members.c.id.in_(ids)))
    return {row.id: row.username for row in rows}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts: those whose username, name or e-mail holds the text, and so on.

    `group` is one they are in, `without` one they are not in; empty or None: it does not matter.
    """

    text: str = ""
    status: str = ""
    role: int | None = None
    group: str = ""
    without: str = ""


ORDERS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "name": (members.c.folded,),
    "joined": (members.c.joined.desc(), members.c.id.desc()),
    "role": (members.c.role.desc(), members.c.folded),
}
"""What a list of accounts may be sorted by."""


def find(
    connection: Connection,
    wanted: Wanted,
    *,
    order: str = "name",
    limit: int = 50,
    offset: int = 0,
) -> list[Member]:
    """Accounts as wanted: who waits first, then in an order of ORDERS."""
    asked = select(*PERSON).where(*_conditions(wanted))
    ordered = asked.order_by(members.c.status != Status.WAITING.value, *ORDERS[order])
    return [member_of(row) for row in connection.execute(ordered.limit(limit).offset(offset))]


def able(connection: Connection, *, role: int, named: Sequence[int], grouped: bool) -> list[Member]:
    """Active accounts of at least this role, or among the ids named, or (if asked) in any group."""
    able = or_(
        members.c.role >= role,
        members.c.id.in_(named),
        members.c.groups != "" if grouped else false(),
    )
    asked = select(*PERSON).where(members.c.status == Status.ACTIVE.value, able)
    return [member_of(row) for row in connection.execute(asked.order_by(members.c.id))]


def active(connection: Connection) -> list[Member]:
    """Everybody who can log in, by username."""
    asked = select(*PERSON).where(members.c.status == Status.ACTIVE.value)
    return [member_of(row) for row in connection.execute(asked.order_by(members.c.folded))]


def ids(connection: Connection) -> list[int]:
    """Every account's id, the oldest first."""
    return list(connection.scalars(select(members.c.id).order_by(members.c.id)))


def count(connection: Connection, wanted: Wanted) -> int:
    """Count how many accounts `find` would give without a limit."""
    asked = select(func.count()).select_from(members).where(*_conditions(wanted))
    return connection.scalar(asked) or 0


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    # What is left of an erased account is nobody's.
    conditions: list[ColumnElement[bool]] = [members.c.status != Status.ERASED.value]
    if wanted.text:
        columns = (members.c.username, members.c.name, members.c.email)
        conditions.append(
            or_(*(column.icontains(wanted.text, autoescape=True) for column in columns))
        )
    if wanted.status:
        conditions.append(members.c.status == wanted.status)
    if wanted.role is not None:
        conditions.append(members.c.role == wanted.role)
    if wanted.group:
        conditions.append(_is_in(wanted.group))
    if wanted.without:
        conditions.append(~_is_in(wanted.without))
    return conditions


def _is_in(group: str) -> ColumnElement[bool]:
    """Whether a member is in a group: its name stands in a list with commas between."""
    return (literal(",") + members.c.groups + ",").contains(f",{group},", autoescape=True)


def administrators(connection: Connection, *, without: int = 0) -> int:
    """Count how many active administrators there are, one of them left out."""
    query = (
        select(func.count())
        .select_from(members)
        .where(
            members.c.role == int(Role.ADMIN),
            members.c.status == Status.ACTIVE.value,
            members.c.id != without,
        )
    )
    return connection.scalar(query) or 0


def change(connection: Connection, id: int, values: Mapping[str, Any]) -> None:
    """Set columns of an account; raises Conflict if a vouched address is another's already."""
    try:
        connection.execute(update(members).where(members.c.id == id).values(**values))
    except IntegrityError as error:
        raise Conflict("email_taken") from error
    changes.record(connection, "member", id)


def vouch(connection: Connection, member: Member, email: str) -> None:
    """From now on the e-mail address is this account's; raises Conflict if it is another's."""
    owner = by_email(connection, email)
    if owner and owner.id != member.id:
        raise Conflict("email_taken", email=email)
    change(connection, member.id, {"email": email, "address": fold_email(email)})


def _one(connection: Connection, where: ColumnElement[bool]) -> Member | None:
    row = connection.execute(select(*PERSON).where(where)).first()
    return member_of(row) if row else None


def member_of(row: Any) -> Member:
    """The account in a row that has the columns of PERSON."""
    return filled(Member, row, groups=groups_of(row.groups))


def groups_of(written: str) -> frozenset[str]:
    """The groups in a column that holds them with commas between."""
    return frozenset(filter(None, written.split(",")))
