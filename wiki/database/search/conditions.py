"""Which documents a query on PostgreSQL may find: conditions in SQL, and the values they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wiki.domain.search.search import Found, Scope


@dataclass(frozen=True, slots=True)
class Has:
    """Documents whose words a tsquery finds; or, where they had to be read, these ones."""

    query: str = ""
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """What filters ask of documents, folded: one of the values of each that is not empty.

    `since` included, `until` not, in seconds since 1970.
    """

    tags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


class Where:
    """Conditions that all have to hold; `values` are what they are bound to."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._parts: list[str] = []

    @property
    def sql(self) -> str:
        """The conditions, as they stand behind WHERE."""
        return " AND ".join(f"({part})" for part in self._parts) or "TRUE"

    def bind(self, value: Any, kind: str = "text") -> str:
        """Give what stands for a value in SQL."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s::{kind}"

    def copy(self) -> Where:
        """The same conditions, to which others can be added."""
        made = Where()
        made.values, made._parts = dict(self.values), list(self._parts)
        return made

    def groups(self, wanted: Sequence[Sequence[Has]], refused: Iterable[Sequence[Has]]) -> None:
        """Of each group that is wanted one has to be there, of those refused none.

        What tsqueries can say they say together: one look at the index answers it.
        """
        words: list[str] = []
        for group in wanted:
            query, ids = _joined(group)
            if ids is None:
                words.append(f"({query})")
            else:
                self._parts.append(self.has(Has(query, ids)))
        for group in refused:
            query, ids = _joined(group)
            if query:
                words.append(f"!({query})")
            if ids is not None:
                self._parts.append(f"NOT (id = ANY({self.bind(list(ids), 'bigint[]')}))")
        if words:
            self.words(" & ".join(words))

    def words(self, query: str) -> None:
        """Its words are found by this tsquery."""
        self._parts.append(self.has(Has(query)))

    def has(self, documents: Has) -> str:
        """The condition that a document is among these."""
        parts = []
        if documents.query:
            parts.append(f"words @@ {self.bind(documents.query, 'tsquery')}")
        if documents.ids is not None:
            parts.append(f"id = ANY({self.bind(list(documents.ids), 'bigint[]')})")
        return " OR ".join(parts)

    def at_least(self, table: str, groups: Sequence[Sequence[Has]], number: int) -> None:
        """So many of the groups have to be there."""
        self._parts.append(
            f"id IN (SELECT id FROM ({self.counted(table, groups)}) AS c WHERE c.number >= "
            f"{self.bind(number, 'integer')})"
        )

    def counted(self, table: str, groups: Sequence[Sequence[Has]]) -> str:
        """The select of each document (id) with how many (number) of the groups it has."""
        each = " UNION ALL ".join(
            f"SELECT id FROM {table} WHERE {self.has(Has(*_joined(group)))}" for group in groups
        )
        return f"SELECT id, count(*) AS number FROM ({each}) AS e GROUP BY id"

    def kinds(self, chosen: Iterable[Found]) -> None:
        """It is of one of these kinds."""
        self._parts.append(f"kind = ANY({self.bind([k.value for k in chosen], 'text[]')})")

    def visible(self, scope: Scope) -> None:
        """It may be found: a page by the longest rule, a person by any page that names them."""
        if scope.is_whole:
            return
        page = self._by_rule(scope, "{0} = ANY(under)")
        path = self._by_rule(scope, "(p = {0} OR starts_with(p, {0} || '/'))")
        person = self.bind(Found.PERSON.value)
        self._parts.append(
            f"CASE WHEN kind = {person} THEN EXISTS (SELECT FROM unnest(paths) AS p WHERE {path})"
            f" ELSE {page} END"
        )

    def _by_rule(self, scope: Scope, under: str) -> str:
        cases: list[str] = []
        for prefix, may in reversed(scope.rules):
            if not prefix:
                return _case(cases, may)
            cases.append(f"WHEN {under.format(self.bind(prefix))} THEN {_truth(may)}")
        return _case(cases, scope.everywhere)

    def keys(self, wanted: Keys) -> None:
        """It is what filters ask for."""
        if wanted.tags:
            self._parts.append(f"tag_keys && {self.bind(list(wanted.tags), 'text[]')}")
        if wanted.statuses:
            self._parts.append(f"status_key = ANY({self.bind(list(wanted.statuses), 'text[]')})")
        for column, values, like in (
            ("name_keys", wanted.names, "starts_with(k, a) OR strpos(k, ' ' || a) > 0"),
            (
                "question_keys",
                wanted.questions,
                "k = a OR right(k, length(a) + 1) = '/' || a"
                " OR strpos(k, replace(a, ' ', '-')) > 0",
            ),
        ):
            if values:
                self._parts.append(
                    f"EXISTS (SELECT FROM unnest({column}) AS k,"
                    f" unnest({self.bind(list(values), 'text[]')}) AS a WHERE {like})"
                )
        if wanted.since is not None:
            self._parts.append(f"at >= {self.bind(wanted.since, 'bigint')}")
        if wanted.until is not None:
            self._parts.append(f"at < {self.bind(wanted.until, 'bigint')}")


def _joined(group: Sequence[Has]) -> tuple[str, tuple[int, ...] | None]:
    """Alternatives as one tsquery and the ids of those that had to be read."""
    query = " | ".join(f"({one.query})" for one in group if one.query)
    read = [one.ids for one in group if one.ids is not None]
    return query, tuple(id for ids in read for id in ids) if read else None


def _case(cases: list[str], otherwise: bool) -> str:
    return f"CASE {' '.join(cases)} ELSE {_truth(otherwise)} END" if cases else _truth(otherwise)


def _truth(may: bool) -> str:
    return "TRUE" if may else "FALSE"
