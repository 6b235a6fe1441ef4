"""Counting and reading what a query on PostgreSQL finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from wiki.database.search.conditions import Where
from wiki.database.search.indexed import NEVER, State
from wiki.domain.search.search import Found

_LISTED = {"tag": "tags", "person": "people", "question": "questions"}

Counted = Mapping[str, Sequence[tuple[str, int]]]
"""For each facet its values with how many documents have them, most first; `kind` is one."""


def count(
    connection: Connection, of: State, where: Where, chosen: Collection[Found], zone: str
) -> Counted:
    """Count what was found by kind, and what of it is of a chosen kind by its facets."""
    clause = where.copy()
    kinds = clause.bind([kind.value for kind in chosen or Found], "text[]")
    select = "SELECT '{0}' AS facet, {1} AS value, count(*) AS number FROM chosen{2} GROUP BY 2"
    each = ["SELECT 'kind' AS facet, kind AS value, count(*) AS number FROM found GROUP BY 2"]
    each += [
        select.format(name, "v", f", unnest({column}) AS v") for name, column in _LISTED.items()
    ]
    each.append(select.format("status", "status", " WHERE status <> ''"))
    each.append(
        select.format(
            "year",
            f"extract(year FROM to_timestamp(at) AT TIME ZONE {clause.bind(zone)})::integer::text",
            f" WHERE at <> {NEVER}",
        )
    )
    rows = connection.exec_driver_sql(
        "WITH found AS MATERIALIZED (SELECT kind, status, tags, people, questions, at"
        f" FROM {of.documents} WHERE {clause.sql}),"
        f" chosen AS (SELECT * FROM found WHERE kind = ANY({kinds}))"
        f" {' UNION ALL '.join(each)}",
        clause.values,
    )
    counted: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in rows:
        counted[row.facet].append((row.value, row.number))
    for values in counted.values():
        values.sort(key=lambda one: (-one[1], one[0]))
    return counted


def marks(connection: Connection, of: State, where: Where) -> frozenset[int]:
    """The marks of what was found."""
    rows = connection.exec_driver_sql(
        f"SELECT mark FROM {of.documents} WHERE {where.sql}", where.values
    )
    return frozenset(row.mark for row in rows)


def texts(
    connection: Connection, of: State, query: str, every: str, most: int
) -> list[tuple[int, str, str]]:
    """Id, title and text of what a phrase's tsquery finds, at most so many.

    `every` asks for the words alone: in a text that is cut their places may be missing.
    """
    rows = connection.exec_driver_sql(
        f"SELECT id, title, body FROM {of.documents} WHERE words @@ %(query)s::tsquery"
        " OR (is_cut AND words @@ %(every)s::tsquery) LIMIT %(most)s",
        {"query": query, "every": every, "most": most},
    )
    return [(row.id, row.title, row.body) for row in rows]


def places(
    connection: Connection, of: State, ids: Sequence[int], words: Iterable[str]
) -> dict[str, dict[int, list[int]]]:
    """Where each of the words stands in these documents, as far as that is kept."""
    rows = connection.exec_driver_sql(
        f"SELECT id, lexeme, positions FROM {of.documents}, unnest(words)"
        " WHERE id = ANY(%(ids)s::bigint[]) AND lexeme = ANY(%(words)s::text[])",
        {"ids": list(ids), "words": list(words)},
    )
    positions: dict[str, dict[int, list[int]]] = defaultdict(dict)
    for row in rows:
        positions[row.lexeme][row.id] = row.positions or []
    return positions


def named(
    connection: Connection, of: State, where: Where, order: Mapping[Found, int], most: int
) -> list[Any]:
    """Kind, title and path of what was found: by kind, then the newest first."""
    cases = " ".join(f"WHEN '{kind.value}' THEN {rank}" for kind, rank in order.items())
    return list(
        connection.exec_driver_sql(
            f"SELECT kind, title, path FROM {of.documents} WHERE {where.sql}"
            f" ORDER BY CASE kind {cases} ELSE 0 END DESC, at DESC, id DESC LIMIT {int(most)}",
            where.values,
        )
    )


def tags(
    connection: Connection, of: State, where: Where, wanted: Sequence[str], most: int
) -> list[str]:
    """Those of the tags that what was found has, the most frequent first."""
    clause = where.copy()
    rows = connection.exec_driver_sql(
        f"SELECT k FROM {of.documents}, unnest(tag_keys) AS k"
        f" WHERE ({clause.sql}) AND k = ANY({clause.bind(list(wanted), 'text[]')})"
        f" GROUP BY k ORDER BY count(*) DESC, k LIMIT {int(most)}",
        clause.values,
    )
    return [row.k for row in rows]
