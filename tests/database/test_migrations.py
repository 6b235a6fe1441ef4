"""The steps lead to the tables in the code, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from wiki.database import migrations
from wiki.database.database import Database
from wiki.database.schema import truth


def engine_of(database: Database) -> Engine:
    return database._backend.truth


def test_the_steps_lead_to_the_tables_in_the_code(database: Database) -> None:
    with engine_of(database).connect() as connection:
        options = {"compare_type": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, truth) == []
        assert set(inspect(connection).get_table_names()) == {*truth.tables, "alembic_version"}


def ours(name: str | None, kind: str, parents: object) -> bool:
    return name != "alembic_version"


def test_a_database_that_is_up_to_date_is_left_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "_run", None)
    migrations.upgrade(engine_of(database))


def test_opening_twice_keeps_what_is_there(tmp_path: Path) -> None:
    for _ in range(2):
        Database.open("", tmp_path).close()
