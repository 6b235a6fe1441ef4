"""The steps lead to the tables in the code, on both databases."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from wiki.database.engine import migrations
from wiki.database.engine.database import Database
from wiki.database.engine.schema import truth
from wiki.database.members import members
from wiki.database.members.members import NewMember
from wiki.domain.access.rights import Role
from wiki.domain.errors import Unavailable
from wiki.domain.members.members import Status

NEW = NewMember(
    "abc",
    "anna",
    "anna@example.org",
    "",
    Role.MEMBER,
    Status.ACTIVE,
    datetime(2026, 1, 1, tzinfo=UTC),
)


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


@pytest.mark.parametrize("version", ["0024", "9999"])
def test_tables_of_a_version_that_is_not_known_are_refused_and_left_alone(
    database: Database, database_url: str, tmp_path: Path, version: str
) -> None:
    with engine_of(database).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    with pytest.raises(Unavailable) as refused:
        Database.open(database_url, tmp_path)
    assert refused.value.code == "database_unreadable"
    with engine_of(database).connect() as connection:
        assert migrations.taken(connection) == version


def test_the_next_step_starts_from_the_first_and_keeps_what_is_there(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "steps"
    shutil.copytree(migrations._FOLDER, folder)
    monkeypatch.setattr(migrations, "_FOLDER", folder)
    first = migrations.newest()
    with engine_of(database).begin() as connection:
        members.add(connection, NEW)
        connection.execute(text("DROP INDEX ix_attempts_at"))
    migrations.write(engine_of(database), "an index that was missing")
    assert migrations.newest() == f"{int(first) + 1:04}"
    Database.open(database_url, tmp_path).close()
    test_the_steps_lead_to_the_tables_in_the_code(database)
    with engine_of(database).connect() as connection:
        assert members.by_uid(connection, NEW.uid)
