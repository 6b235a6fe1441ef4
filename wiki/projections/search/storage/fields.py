"""The fields of the index.

Terms are prepared by `entries.py`, so Whoosh analyses nothing: it keeps postings, columns and
stored values. A word's weight is the sum of its occurrences, heavier in titles and headings; that
sum is what BM25F puts through one curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wiki.projections.search.storage.whoosh_parts import (
    STORED,
    Column,
    Existence,
    FieldType,
    Format,
    NumericColumn,
    Positions,
    RefBytesColumn,
    Schema,
    VarBytesColumn,
)

VERSION = 14
"""Raised with every change of what is indexed: an older index is rebuilt."""

Posting = tuple[float, bytes]
"""A term in one document: its weight, and its positions as packed by `entries.py`."""

SEPARATOR = "\x1f"
NEVER = -(2**62)
"""The `when` of a document without a date."""


class Postings(FieldType):  # type: ignore[misc]
    """A field whose terms come ready made: `{term: (weight, positions)}`."""

    def __init__(self, form: Format) -> None:
        super().__init__(form, None)

    def index(
        self, value: Mapping[str, Posting], **options: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The terms as Whoosh wants them: bytes, frequency, weight, value."""
        for term, (weight, packed) in value.items():
            yield term.encode(), 1, weight, packed


class Cell(FieldType):  # type: ignore[misc]
    """A column: one value for each document, read all at once for filters and counts."""

    indexed = False

    def __init__(self, column: Column) -> None:
        super().__init__(None, None, sortable=column)

    def to_column_value(self, value: Any) -> Any:
        """The value as it is."""
        return value


TEXT_COLUMNS = ("kind", "status", "tags", "people", "authors", "questions")


def schema() -> Schema:
    """The fields.

    `owner` is what a document was made from; `under` its page and every folder above; `stem` and
    `exact` its words; `name` the words of its title; `tag` its tags; `label` path and title of what
    is offered while typing; `mark` tells a thing from all others.
    """
    return Schema(
        owner=Postings(Existence()),
        under=Postings(Existence()),
        stem=Postings(Positions()),
        exact=Postings(Existence()),
        name=Postings(Existence()),
        tag=Postings(Existence()),
        when=Cell(NumericColumn("q", default=NEVER)),
        length=Cell(NumericColumn("I")),
        mark=Cell(NumericColumn("I")),
        label=Cell(VarBytesColumn()),
        stored=STORED(),
        **{name: Cell(RefBytesColumn()) for name in TEXT_COLUMNS},
    )
