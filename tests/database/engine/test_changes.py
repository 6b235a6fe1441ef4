"""Changes are numbered in the order in which they are committed: who follows misses none."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import event, insert

from wiki.database.engine import changes
from wiki.database.engine.database import Database
from wiki.database.notices import fan_out

LOOK = 0.4
"""Seconds in which a second writer would be through, if nothing held it."""


def test_a_number_is_never_committed_after_a_higher_one_was_seen(database: Database) -> None:
    def other() -> None:
        with database.write() as connection:
            changes.record(connection, "comment", 2)

    def interleave(*_: Any) -> None:
        if second.ident is None:
            second.start()
            second.join(LOOK)

    second = threading.Thread(target=other)
    with database.write() as first:
        event.listen(first, "after_cursor_execute", interleave)
        changes.record(first, "comment", 1)
        with database.read() as connection:
            seen = changes.pending(connection)
    second.join()
    with database.write() as connection:
        changes.done(connection, max((change.id for change in seen), default=0))
        left = changes.pending(connection)
        assert {change.key for change in [*seen, *left]} == {"1", "2"}
        assert [comment for _, comment in fan_out.waiting(connection, 9)] == [1, 2]


def test_numbers_of_rows_that_wait_are_not_given_again(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(changes.changes).values(id=7, noun="comment", key="1"))
        connection.execute(insert(changes.untold).values(id=9, comment=1))
        changes.begin(connection)
        changes.record(connection, "comment", 2)
        assert [change.id for change in changes.pending(connection)] == [7, 10]
