"""Things that are set aside because a part of the wiki could not describe them, and why.

What was derived from git stands with the projections, of which a rebuild tries all again; talk and
mail stand in the truth. Both tables are the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, delete, insert, select

from wiki.database.engine.schema import Moment, projections, truth
from wiki.domain.content.setaside import Fault, Item

MOST_KEY = 1_000
MOST_REASON = 200


def _table(name: str, schema: MetaData) -> Table:
    return Table(
        name,
        schema,
        Column("part", String(20), primary_key=True),
        Column("kind", String(20), primary_key=True),
        Column("key", String(MOST_KEY), primary_key=True),
        Column("mark", String(64), nullable=False),
        Column("reason", String(MOST_REASON), nullable=False),
        Column("first", Moment, nullable=False),
        Column("last", Moment, nullable=False),
        Column("tries", Integer, nullable=False),
    )


derived = _table("set_aside", projections)
talk = _table("set_aside_talk", truth)


def every(connection: Connection, limit: int = 1_000) -> list[Fault]:
    """All that is set aside, what was found last first."""
    faults: list[Fault] = []
    for table in (derived, talk):
        query = select(table).order_by(table.c.last.desc(), table.c.part, table.c.key)
        faults += (_fault(row) for row in connection.execute(query.limit(limit)))
    return faults


def of(connection: Connection, table: Table, *parts: str) -> list[Fault]:
    """List what these parts set aside."""
    query = select(table).where(table.c.part.in_(parts))
    return [_fault(row) for row in connection.execute(query)]


def keep(
    connection: Connection,
    table: Table,
    tried: Collection[Item],
    failed: Iterable[tuple[Item, str]],
    now: datetime,
) -> None:
    """Note what came of trying: of these items those that failed, with the reason; others go well.

    An item that fails again with the same text keeps when that was first found.
    """
    parts = sorted({item.part for item in tried})
    faults = {_name(fault.item): fault for fault in of(connection, table, *parts)}
    for name in sorted({_name(item) for item in tried} & faults.keys()):
        here = [column == value for column, value in zip(_key(table), name, strict=True)]
        connection.execute(delete(table).where(*here))
    new: dict[tuple[str, str, str], Fault] = {}
    for item, reason in failed:
        before = faults.get(_name(item))
        fault = Fault(item, reason[:MOST_REASON], now, now)
        if before is not None and before.item.mark == item.mark[:64]:
            fault = replace(fault, first=before.first, tries=before.tries + 1)
        new[_name(item)] = fault
    add(connection, table, new.values())


def add(connection: Connection, table: Table, faults: Iterable[Fault]) -> None:
    """Add rows as they are, for items that have none."""
    values = [_row(fault) for fault in faults]
    if values:
        connection.execute(insert(table), values)


def forget(connection: Connection, table: Table, part: str) -> None:
    """Forget all that a part set aside."""
    connection.execute(delete(table).where(table.c.part == part))


def _key(table: Table) -> tuple[Column[Any], ...]:
    return table.c.part, table.c.kind, table.c.key


def _name(item: Item) -> tuple[str, str, str]:
    return item.part, item.kind, item.key[:MOST_KEY]


def _row(fault: Fault) -> dict[str, Any]:
    part, kind, key = _name(fault.item)
    return {
        "part": part,
        "kind": kind,
        "key": key,
        "mark": fault.item.mark[:64],
        "reason": fault.reason,
        "first": fault.first,
        "last": fault.last,
        "tries": fault.tries,
    }


def _fault(row: Any) -> Fault:
    item = Item(row.part, row.kind, row.key, row.mark)
    return Fault(item, row.reason, row.first, row.last, row.tries)
