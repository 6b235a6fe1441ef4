"""Scoring documents on PostgreSQL: BM25F over the weights that each document keeps of its words.

The same sums as `projections/search/answering/matching.py` has over posting lists, in SQL. A
document's weights are JSON by a short key for each word: all that a query needs of them is taken
out in one go, since to fetch them is what costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from sqlalchemy import Connection

from wiki.database.search.conditions import Has, Where
from wiki.database.search.indexed import NEVER, State


@dataclass(frozen=True, slots=True)
class ScoredWord:
    """A word: its form as it was typed, its stems with how much each counts, and its rarity."""

    exact: str
    stems: tuple[tuple[str, float], ...]
    rarity: float


@dataclass(frozen=True, slots=True)
class ScoredLeaf:
    """Words whose scores are added (none: it is there, or not), times a factor.

    `guard` has to hold besides; `needs_all`: it counts only where all of its words are.
    """

    words: tuple[ScoredWord, ...]
    factor: float = 1.0
    guard: Has | None = None
    needs_all: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """The constants of BM25F: see `matching.py`, which gives them."""

    k1: float
    short: float
    long: float
    exact: float
    otherwise: float
    recent: float
    year: float
    kinds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How what was found is ordered.

    `passage` finds what stands before all else; of more than `most` documents those are scored
    that `about` finds and the newest; the rest follows by date.
    """

    groups: tuple[tuple[ScoredLeaf, ...], ...]
    curve: Curve
    most: int
    passage: str = ""
    about: str = ""


def key(field: str, word: str) -> str:
    """The key of a word's weight in a document."""
    return f"{crc32((field + word).encode()):08x}"


def newest(connection: Connection, of: State, where: Where, offset: int, limit: int) -> list[int]:
    """What was found, the newest first."""
    rows = connection.exec_driver_sql(
        f"SELECT id FROM {of.documents} WHERE {where.sql} ORDER BY at DESC, id DESC"
        f" OFFSET {int(offset)} LIMIT {int(limit)}",
        where.values,
    )
    return [row.id for row in rows]


def best(
    connection: Connection,
    of: State,
    where: Where,
    ranking: Ranking,
    total: int,
    offset: int,
    limit: int,
) -> list[int]:
    """What was found, the best first."""
    clause = where.copy()
    scored = _scored(of, clause, ranking, _tier(of, clause, ranking, total))
    first = ""
    if ranking.passage:
        query = clause.bind(ranking.passage, "tsquery")
        first = f"f.id IN (SELECT id FROM {of.documents} WHERE words @@ {query}) DESC, "
    rows = connection.exec_driver_sql(
        f"WITH found AS MATERIALIZED (SELECT id, at FROM {of.documents} WHERE {clause.sql}),"
        f" scored AS ({scored})"
        " SELECT f.id FROM found AS f LEFT JOIN scored AS s USING (id)"
        f" ORDER BY {first}s.score DESC NULLS LAST, f.at DESC, f.id DESC"
        f" OFFSET {int(offset)} LIMIT {int(limit)}",
        clause.values,
    )
    return [row.id for row in rows]


def _tier(of: State, where: Where, ranking: Ranking, total: int) -> str:
    """The select of the ids that are scored."""
    if total <= ranking.most:
        return "SELECT id FROM found"
    newest = f"(SELECT id FROM found ORDER BY at DESC, id DESC LIMIT {int(ranking.most) // 4})"
    if not ranking.about:
        return newest
    about = where.bind(ranking.about, "tsquery")
    return (
        f"(SELECT id FROM found WHERE id IN (SELECT id FROM {of.documents} WHERE words @@ {about})"
        f" ORDER BY at DESC, id DESC LIMIT {int(ranking.most)}) UNION {newest}"
    )


def _scored(of: State, where: Where, ranking: Ranking, tier: str) -> str:
    """The select of ids with their scores."""
    curve = ranking.curve
    keys = dict.fromkeys(_keys(leaf for group in ranking.groups for leaf in group))
    weights = ", ".join(f'"{one}" real' for one in keys)
    given = f", jsonb_to_record(d.weights) AS w ({weights})" if keys else ""
    each = [_group(group, curve, where) for group in ranking.groups]
    columns = "".join(f", {sql} AS g{number}" for number, sql in enumerate(each))
    names = [f"g{number}" for number in range(len(each))]
    have = " + ".join(f"({name} > 0)::integer" for name in names)
    kinds = " ".join(f"WHEN '{kind}' THEN {weight}" for kind, weight in curve.kinds.items())
    newest = where.bind(of.newest, "bigint")
    # OFFSET 0 keeps the planner from working each sum out twice.
    return (
        f"SELECT id, ({' + '.join(names)}) * power(({have}) / {len(names)}.0, 2)::float8"
        f" * CASE kind {kinds} ELSE 1.0 END"
        f" * CASE WHEN at = {NEVER} THEN 1.0 ELSE 1.0 + {curve.recent}"
        f" / (1.0 + greatest(0, {newest} - at) / {curve.year}) END AS score"
        f" FROM (SELECT d.id, d.kind, d.at{columns} FROM {of.documents} AS d{given}"
        f" WHERE d.id IN ({tier}) OFFSET 0) AS x"
    )


def _keys(leaves: Iterable[ScoredLeaf]) -> Iterator[str]:
    for leaf in leaves:
        for word in leaf.words:
            yield word.exact
            for stem, _ in word.stems:
                yield stem


def _group(leaves: Sequence[ScoredLeaf], curve: Curve, where: Where) -> str:
    each = [_leaf(leaf, curve, where) for leaf in leaves]
    return each[0] if len(each) == 1 else f"greatest({', '.join(each)})"


def _leaf(leaf: ScoredLeaf, curve: Curve, where: Where) -> str:
    words = [_word(word, curve) for word in leaf.words]
    score = f"{leaf.factor} * ({' + '.join(words)})" if words else f"{leaf.factor}"
    guards = [f"{one} > 0" for one in words] if leaf.needs_all else []
    if leaf.guard is not None:
        guards.append(f"({where.has(leaf.guard)})")
    return f"CASE WHEN {' AND '.join(guards)} THEN {score} ELSE 0.0 END" if guards else score


def _word(word: ScoredWord, curve: Curve) -> str:
    """The score of one word; 0 where the document does not have it."""
    # A phrase has its words as they were typed: their stems are not asked for.
    typed = curve.exact if word.stems else 1 + curve.exact
    weight = " + ".join(
        [f'{typed} * coalesce(w."{word.exact}", 0)']
        + [f'{share} * coalesce(w."{stem}", 0)' for stem, share in word.stems]
    )
    best = word.rarity * (curve.k1 + 1)
    return (
        f"({best} * ({weight}) / (({weight}) + {curve.short} + {curve.long} * d.length)"
        f' * CASE WHEN w."{word.exact}" IS NULL THEN {curve.otherwise} ELSE 1.0 END)'
    )


def counts(connection: Connection, of: State, where: Where, groups: Any) -> dict[int, int]:
    """How many documents have how many of the groups."""
    clause = where.copy()
    counted = clause.counted(of.documents, groups)
    rows = connection.exec_driver_sql(
        f"SELECT number, count(*) AS documents FROM ({counted}) AS c GROUP BY number", clause.values
    )
    return {row.number: row.documents for row in rows}
