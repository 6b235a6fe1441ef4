"""The steps lead to the tables in the code, on both databases."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, inspect

from wiki.database import migrations
from wiki.database.engine.database import Database
from wiki.database.engine.schema import truth
from wiki.database.members import members
from wiki.database.members.members import NewMember
from wiki.database.notices import notifications
from wiki.domain.access.rights import Role
from wiki.domain.members.members import Status
from wiki.domain.notices.notifications import Kind, NewNotification

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


def test_what_was_told_before_there_was_mail_of_it_is_never_mailed(database: Database) -> None:
    step = importlib.import_module("wiki.database.migrations.versions.0014_mail_of_notifications")
    with engine_of(database).begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            step.downgrade()
        member = members.add(connection, NEW)
        told = NewNotification(Kind.WARNED, NEW.joined)
        notifications.add(connection, [member.id], told)
        with Operations.context(MigrationContext.configure(connection)):
            step.upgrade()
        assert notifications.waiting(connection) == []
        notifications.add(connection, [member.id], told)
        assert [one.number for one in notifications.waiting(connection)] == [1]
