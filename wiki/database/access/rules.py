"""Rules on path prefixes: the table and its queries."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy import delete as delete_from

from wiki.database.engine import changes
from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import truth
from wiki.database.engine.upsert import insert_numbered
from wiki.domain.access.rights import Right, Rule

rules = Table(
    "rules",
    truth,
    Column("id", Integer, primary_key=True),
    Column("prefix", String(200), nullable=False),
    Column("right", String(12), nullable=False),
    Column("role", Integer, nullable=False),
    Column("groups", Text, nullable=False),
    Column("members", Text, nullable=False),
    UniqueConstraint("prefix", "right"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule and the id by which it can be removed."""

    id: int
    rule: Rule


def all_rules(connection: Connection) -> list[Rule]:
    """Every rule, as the rights need them."""
    return [stored.rule for stored in stored_rules(connection)]


def stored_rules(connection: Connection) -> list[StoredRule]:
    """Every rule with its id, by prefix."""
    rows = connection.execute(select(rules).order_by(rules.c.prefix, rules.c.right))
    return [_stored(row) for row in rows]


def get(connection: Connection, id: int) -> StoredRule | None:
    """The rule with this id."""
    row = connection.execute(select(rules).where(rules.c.id == id)).first()
    return _stored(row) if row else None


def at(connection: Connection, prefix: str, right: Right) -> StoredRule | None:
    """The rule for this right on exactly this prefix."""
    where = (rules.c.prefix == prefix, rules.c.right == right.value)
    row = connection.execute(select(rules).where(*where)).first()
    return _stored(row) if row else None


def put(connection: Connection, rule: Rule) -> int:
    """Keep a rule, in the place of one for the same right on the same prefix; gives its id."""
    where = (rules.c.prefix == rule.prefix, rules.c.right == rule.right.value)
    connection.execute(delete_from(rules).where(*where))
    id = insert_numbered(connection, rules, _values(rule))
    changes.record(connection, "rule", rule.prefix)
    return id


def change(connection: Connection, stored: StoredRule, rule: Rule) -> None:
    """Write another rule in the place of one."""
    connection.execute(update(rules).where(rules.c.id == stored.id).values(**_values(rule)))
    for prefix in {stored.rule.prefix, rule.prefix}:
        changes.record(connection, "rule", prefix)


def rename_group(connection: Connection, name: str, new: str = "") -> None:
    """Rules that name a group name another from now on, or (without `new`) none instead of it."""
    for stored in stored_rules(connection):
        if name in stored.rule.groups:
            groups = (stored.rule.groups - {name}) | ({new} if new else set())
            change(connection, stored, replace(stored.rule, groups=groups))


def remove(connection: Connection, stored: StoredRule) -> None:
    """The rule holds no more."""
    connection.execute(delete_from(rules).where(rules.c.id == stored.id))
    changes.record(connection, "rule", stored.rule.prefix)


def _values(rule: Rule) -> dict[str, Any]:
    return {
        "prefix": rule.prefix,
        "right": rule.right.value,
        "role": int(rule.role),
        "groups": json.dumps(sorted(rule.groups)),
        "members": json.dumps(sorted(rule.members)),
    }


def _stored(row: Any) -> StoredRule:
    groups, members = frozenset(json.loads(row.groups)), frozenset(json.loads(row.members))
    return StoredRule(row.id, filled(Rule, row, groups=groups, members=members))
