"""The words of an index on PostgreSQL, each with the number of documents that have it.

The name of a field is the sign that its words begin with in a document's tsvector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from wiki.database.search.indexed import State

STEM, EXACT, TITLE, NAME, TAG = "", "=", "~", "@", "#"
_LAST = "\U0010ffff"


def counts(
    connection: Connection, of: State, asked: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Count the documents of each of these words (field, word); 0 where there are none."""
    wanted = list(asked)
    rows = connection.exec_driver_sql(
        f"SELECT t.field, t.term, t.documents FROM {of.terms} AS t"
        " JOIN unnest(%(fields)s::text[], %(terms)s::text[]) AS a (field, term)"
        " ON t.field = a.field AND t.term = a.term",
        {"fields": [field for field, _ in wanted], "terms": [term for _, term in wanted]},
    )
    found = dict.fromkeys(wanted, 0)
    found.update({(row.field, row.term): max(0, row.documents) for row in rows})
    return found


def beginning(
    connection: Connection, of: State, field: str, start: str, most: int
) -> list[tuple[str, int]]:
    """The first words of a field that begin so, at most so many, and their documents."""
    rows = connection.exec_driver_sql(
        f"SELECT term, documents FROM {of.terms} WHERE field = %(field)s AND documents > 0"
        " AND term >= %(start)s AND term < %(end)s ORDER BY term LIMIT %(most)s",
        {"field": field, "start": start, "end": start + _LAST, "most": most},
    )
    return [(row.term, row.documents) for row in rows]


def ending(connection: Connection, of: State, ending: str, most: int) -> list[str]:
    """Stems that end so and are longer, in order, at most so many."""
    back = ending[::-1]
    rows = connection.exec_driver_sql(
        f"SELECT term FROM {of.terms} WHERE field = '' AND documents > 0"
        ' AND reverse(term) COLLATE "C" > %(back)s AND reverse(term) COLLATE "C" < %(end)s'
        " ORDER BY term LIMIT %(most)s",
        {"back": back, "end": back + _LAST, "most": most},
    )
    return [row.term for row in rows]


def around(
    connection: Connection,
    of: State,
    starts: Sequence[str],
    most_begun: int,
    endings: Sequence[str],
    most_ended: int,
) -> Sequence[Any]:
    """Stems (term, documents) that begin with one of the starts or end in one of the endings.

    In order, at most so many of each; `part` is which, `is_start` of which kind.
    """
    back = [ending[::-1] for ending in endings]
    return connection.exec_driver_sql(
        "SELECT TRUE AS is_start, a.part, t.term, t.documents"
        " FROM unnest(%(starts)s::text[]) AS a (part), LATERAL ("
        f"SELECT term, documents FROM {of.terms} WHERE field = '' AND documents > 0"
        " AND term >= a.part AND term < a.part || %(last)s ORDER BY term LIMIT %(begun)s) AS t"
        " UNION ALL SELECT FALSE, reverse(b.part), t.term, t.documents"
        " FROM unnest(%(back)s::text[]) AS b (part), LATERAL ("
        f"SELECT term, documents FROM {of.terms} WHERE field = '' AND documents > 0"
        ' AND reverse(term) COLLATE "C" > b.part AND reverse(term) COLLATE "C" < b.part || %(last)s'
        " ORDER BY term LIMIT %(ended)s) AS t",
        {
            "starts": list(starts),
            "begun": most_begun,
            "back": back,
            "ended": most_ended,
            "last": _LAST,
        },
    ).all()


def alike(
    connection: Connection, of: State, letter: str, lengths: tuple[int, int], most: int
) -> list[str]:
    """Words that begin with a letter and are as long as these two lengths or between them."""
    rows = connection.exec_driver_sql(
        f"SELECT term FROM {of.terms} WHERE field = '=' AND documents > 0"
        " AND term >= %(letter)s AND term < %(end)s"
        " AND length(term) BETWEEN %(least)s AND %(longest)s ORDER BY term LIMIT %(most)s",
        {
            "letter": letter,
            "end": letter + _LAST,
            "least": lengths[0],
            "longest": lengths[1],
            "most": most,
        },
    )
    return [row.term for row in rows]
