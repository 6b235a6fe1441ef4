"""How often pages were read: a number for each page and month, and nothing about who read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    and_,
    delete,
    func,
    select,
)

from wiki.database.access.sight import visible
from wiki.database.engine.schema import truth
from wiki.database.engine.upsert import insert_or
from wiki.database.history.history import places
from wiki.domain.access.sight import Sight
from wiki.domain.pages.views import MostRead

views = Table(
    "views",
    truth,
    Column("path", String(250), primary_key=True),
    # "2026-11"
    Column("month", String(7), primary_key=True),
    Column("number", Integer, nullable=False),
)


def add(connection: Connection, month: str, counted: Mapping[str, int]) -> None:
    """Count so many more views of each path; raises no generation: no page shows it to readers."""
    # In one order everywhere: PostgreSQL's writers then never wait for each other in a ring.
    values = [
        {"path": path, "month": month, "number": number} for path, number in sorted(counted.items())
    ]
    if not values:
        return
    given = insert_or(connection, views)
    more = {"number": views.c.number + given.excluded.number}
    keys = [views.c.path, views.c.month]
    connection.execute(given.on_conflict_do_update(index_elements=keys, set_=more), values)


def by_month(connection: Connection, paths: Sequence[str]) -> list[tuple[str, int]]:
    """Count how often a page was read under any of its paths, by month, the latest first."""
    number = func.sum(views.c.number)
    asked = select(views.c.month, number).where(views.c.path.in_(paths)).group_by(views.c.month)
    rows = connection.execute(asked.order_by(views.c.month.desc()))
    return [(row[0], int(row[1])) for row in rows]


def most_read(
    connection: Connection,
    *,
    since: str = "",
    limit: int = 50,
    sight: Sight,
) -> list[MostRead]:
    """The pages that live and were read most under their present path, from a month on."""
    number = func.sum(views.c.number).label("number")
    alive = and_(places.c.path == views.c.path, places.c.alive)
    query = (
        select(views.c.path, number)
        .join(places, alive)
        .where(views.c.month >= since, visible(views.c.path, sight))
        .group_by(views.c.path)
        .order_by(number.desc(), views.c.path)
        .limit(limit)
    )
    return [MostRead(row.path, int(row.number)) for row in connection.execute(query)]


def forget(connection: Connection, before: str) -> int:
    """Remove the numbers of months before one; gives how many."""
    return connection.execute(delete(views).where(views.c.month < before)).rowcount
