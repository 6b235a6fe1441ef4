"""Comparing the projections in SQL with the repository, row by row and field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wiki.database.content import entries
from wiki.database.engine import progress
from wiki.database.engine.database import Database
from wiki.database.engine.rows import contents
from wiki.database.engine.sqlite import scratch
from wiki.database.history import lineage
from wiki.domain.content.conventions import PLAIN, Conventions
from wiki.projections import catalogue, follow, history
from wiki.store.store import Store

TABLES = {history.NAME: lineage.TABLES, catalogue.NAME: entries.TABLES}
_COUNTED_LATER = frozenset({"added", "removed"})
_ABSENT = "(absent)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field (or with an empty one, a whole row) that is not what the repository gives.

    `key` names the row: its table and primary key.
    """

    projection: str
    key: str
    field: str
    kept: str
    true: str


def check(store: Store, database: Database, meant: Conventions = PLAIN) -> list[Difference]:
    """Find how history and catalogue differ from what the commits that they followed give.

    Rebuilds both in a temporary file, up to the commit that they say they followed; a commit that
    does not hold what was the branch's newest at first, or is not in it, is a difference too.
    """
    # Looked at first: what others save meanwhile is no difference.
    head = store.head()
    with database.read() as live:
        commits = {name: progress.get(live, name)[0] for name in TABLES}
        differences = [
            Difference(name, "progress", "commit", commit, head)
            for name, commit in commits.items()
            if not _holds(store, commit, head)
        ]
        commit = commits[history.NAME]
        if commit and (set(commits.values()) != {commit} or not store.reachable(commit)):
            return differences
        with scratch() as true:
            follow.fill(true, store, commit, meant)
            for name, tables in TABLES.items():
                for table in tables:
                    kept, right = contents(live, table), contents(true, table)
                    differences += _compare(name, table.name, kept, right)
    return differences


def _holds(store: Store, commit: str, head: str) -> bool:
    """Whether a commit is of the branch, and `head` or one after it."""
    if commit == head:
        return True
    return bool(commit) and store.reachable(commit) and (not head or store.reachable(head, commit))


def _compare(
    projection: str,
    table: str,
    stored: Mapping[tuple[Any, ...], Mapping[str, Any]],
    true: Mapping[tuple[Any, ...], Mapping[str, Any]],
) -> Iterator[Difference]:
    for key in sorted(stored.keys() | true.keys(), key=str):
        name = " ".join([table, *map(str, key)])
        mine, right = stored.get(key), true.get(key)
        if mine is None or right is None:
            there = ("", _ABSENT) if mine else (_ABSENT, "")
            yield Difference(projection, name, "", *there)
            continue
        for field, value in right.items():
            if mine[field] != value and not (field in _COUNTED_LATER and value is None):
                yield Difference(projection, name, field, str(mine[field]), str(value))
