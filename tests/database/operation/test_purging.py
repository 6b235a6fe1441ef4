"""After a purge every text in the truth names the new ids, also in tables that were added since."""

from __future__ import annotations

from sqlalchemy import Boolean, Date, Integer, LargeBinary, String, delete, insert, select

from tests.database.engine.test_dump import value
from wiki.database.engine import tables
from wiki.database.engine.database import Database
from wiki.database.engine.schema import Moment, truth
from wiki.database.history import moved_revisions
from wiki.database.operation import purging
from wiki.domain.operation.purging import Ids

OLD, NEW = "0123456789abcdef0123456789abcdef01234567", "f" * 40
OPAQUE = {
    *("avatars.data", "draft_files.data", "logos.data", "passkeys.key"),
    *("git_base.data", "git_log.oids", "git_log.pack"),
}
"""Columns of bytes, in which no id can stand, or which a purge writes anew as a whole."""


def test_every_column_that_can_hold_an_id_is_mapped(database: Database) -> None:
    tables.load()
    holds = {
        f"{table.name}.{column.name}"
        for table in truth.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and (column.type.length or 99) >= len(OLD)
    }
    with database.write() as connection:
        for table in reversed(truth.sorted_tables):
            connection.execute(delete(table))
        for table in truth.sorted_tables:
            row = {
                column.name: OLD if f"{table.name}.{column.name}" in holds else value(column)
                for column in table.columns
            }
            connection.execute(insert(table).values(row))
        # Who has an editor open is nobody while the wiki stands still.
        purging.change_ids(connection, Ids({OLD: NEW}))
        left = {
            f"{table.name}.{column.name}"
            for table in truth.sorted_tables
            for column in table.columns
            if f"{table.name}.{column.name}" in holds
            and OLD in connection.scalars(select(column)).all()
        }
    assert left == {"moved_revisions.commit", "moved_revisions.became"}


def test_no_column_is_of_a_kind_that_nobody_decided_on() -> None:
    tables.load()
    known = (String, Integer, Boolean, Moment, Date)
    odd = {
        f"{table.name}.{column.name}"
        for table in truth.sorted_tables
        for column in table.columns
        if not isinstance(column.type, known)
    }
    assert odd == OPAQUE, "bytes or JSON may hold ids: see database/operation/purging.py"
    assert all(
        isinstance(truth.tables[name.split(".")[0]].c[name.split(".")[1]].type, LargeBinary)
        for name in OPAQUE
    )


def test_what_moved_twice_is_found(database: Database) -> None:
    first, second, third = ("1" * 40, "2" * 40, "3" * 40)
    with database.write() as connection:
        moved_revisions.move(connection, {first: second})
        moved_revisions.move(connection, {second: third})
        assert {moved_revisions.now(connection, id) for id in (first, second, first[:9])} == {third}
        assert moved_revisions.now(connection, "abcdef12") == ""
