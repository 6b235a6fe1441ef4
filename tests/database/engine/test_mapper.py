"""A row becomes a data class, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pytest
from sqlalchemy import create_engine, literal, select

from wiki.database.engine.mapper import filled


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    values: str
    colour: Colour
    parts: tuple[str, ...] = ()


def row(**columns: str):
    with create_engine("sqlite://").connect() as connection:
        return connection.execute(
            select(*(literal(value).label(name) for name, value in columns.items()))
        ).one()


def test_fields_come_from_columns_of_their_name() -> None:
    made = filled(Thing, row(colour="red", values="a", more="x", parts="b,c"), parts=("b", "c"))
    assert made == Thing("a", Colour.RED, ("b", "c"))


def test_a_field_without_a_column_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled(Thing, row(colour="red", values="a"))
    with pytest.raises(ValueError, match="green"):
        filled(Thing, row(colour="green", values="a"), parts=())
