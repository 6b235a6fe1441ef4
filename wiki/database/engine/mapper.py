"""Data classes from rows: each field from the column of its name."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, get_type_hints

Data = TypeVar("Data")


def filled(kind: type[Data], row: Any, **others: object) -> Data:
    """Make a data class of a row; `others` are the fields that no column holds as they are.

    A field that is an enum gets the member of the column's value.
    """
    shape: Any = kind
    columns = row._mapping
    values = {name: columns[name] for name in _names(shape) if name not in others}
    for name, enum in _enums(shape):
        if name in values:
            values[name] = enum(values[name])
    return kind(**values, **others)


@lru_cache(maxsize=256)
def _names(kind: Any) -> list[str]:
    return [field.name for field in fields(kind) if field.init]


@lru_cache(maxsize=256)
def _enums(kind: Any) -> list[tuple[str, type[Enum]]]:
    hints = get_type_hints(kind).items()
    return [
        (name, hint) for name, hint in hints if isinstance(hint, type) and issubclass(hint, Enum)
    ]
