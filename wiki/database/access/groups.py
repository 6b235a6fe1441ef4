"""Groups of members: the table and its queries. Who is in one stands with each member."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, String, Table, func, insert, select, update
from sqlalchemy import delete as delete_from

from wiki.database.engine import changes
from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.members.members import groups_of, members
from wiki.domain.access.groups import Group

groups = Table(
    "groups",
    truth,
    Column("id", Integer, primary_key=True),
    Column("name", String(400), nullable=False, unique=True),
    Column("about", String(200), nullable=False),
    Column("created", Moment, nullable=False),
    sqlite_autoincrement=True,
)


def every(connection: Connection) -> list[Group]:
    """All groups, by name."""
    rows = connection.execute(select(groups).order_by(func.lower(groups.c.name)))
    return [filled(Group, row) for row in rows]


def get(connection: Connection, name: str) -> Group | None:
    """The group with this name, whatever its case."""
    asked = select(groups).where(func.lower(groups.c.name) == name.strip().lower())
    row = connection.execute(asked.order_by(groups.c.id)).first()
    return filled(Group, row) if row else None


def by_id(connection: Connection, id: int) -> Group | None:
    """The group with this id."""
    row = connection.execute(select(groups).where(groups.c.id == id)).first()
    return filled(Group, row) if row else None


def unknown(connection: Connection, names: Collection[str]) -> list[str]:
    """Those of the names that no group has."""
    known = set(connection.scalars(select(groups.c.name).where(groups.c.name.in_(sorted(names)))))
    return sorted(set(names) - known)


def add(connection: Connection, name: str, about: str, now: datetime) -> None:
    """Make a group."""
    connection.execute(insert(groups).values(name=name, about=about, created=now))


def change(connection: Connection, id: int, name: str, about: str) -> None:
    """Give a group another name or other words; members and rules are the caller's."""
    connection.execute(update(groups).where(groups.c.id == id).values(name=name, about=about))


def remove(connection: Connection, id: int) -> None:
    """The group is no more; members and rules are the caller's."""
    connection.execute(delete_from(groups).where(groups.c.id == id))


def sizes(connection: Connection) -> dict[str, int]:
    """Count how many members each group has."""
    asked = select(members.c.groups).where(members.c.groups != "")
    counted: dict[str, int] = {}
    for written in connection.scalars(asked):
        for name in groups_of(written):
            counted[name] = counted.get(name, 0) + 1
    return counted


def replace(connection: Connection, name: str, new: str = "") -> None:
    """Move everybody in a group to another, or (without `new`) out of it into none."""
    asked = select(members.c.id, members.c.groups).where(members.c.groups.contains(name))
    for row in connection.execute(asked).all():
        found = groups_of(row.groups)
        if name not in found:
            continue
        left = sorted((found - {name}) | ({new} if new else set()))
        where = members.c.id == row.id
        connection.execute(update(members).where(where).values(groups=",".join(left)))
        changes.record(connection, "member", row.id)
