"""Drafts and presence, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wiki.database.editing import drafts
from wiki.database.engine.database import Database
from wiki.database.members import members
from wiki.database.members.members import NewMember
from wiki.domain.access.rights import Role
from wiki.domain.editing.drafts import Draft, Writer
from wiki.domain.members.members import Status

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def people(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database with the members 1 and 2."""
    database = Database.open(database_url, tmp_path)
    with database.write() as connection:
        for name in ("een", "twee"):
            new = NewMember(name, name, "", "", Role.MEMBER, Status.ACTIVE, NOW)
            members.add(connection, new)
    yield database
    database.close()


def test_a_draft_is_kept_once_for_each_member_and_page(people: Database) -> None:
    first, second = (Draft("b", text, {"summary": "é"}, NOW) for text in ("een", "twee"))
    with people.write() as connection:
        drafts.keep(connection, 1, "page:x", first)
        drafts.keep(connection, 1, "page:x", second)
        assert drafts.get(connection, 1, "page:x") == second
        assert drafts.get(connection, 2, "page:x") is None
        assert drafts.keys(connection, 1) == {"page:x"}
        drafts.drop(connection, 1, "page:x")
        assert drafts.keys(connection, 1) == set()


def test_who_was_seen_just_now_is_present(people: Database) -> None:
    with people.write() as connection:
        drafts.arrive(connection, 2, "page:x", Writer("lid2", "Twee", NOW))
        later = NOW + timedelta(seconds=44)
        assert [w.name for w in drafts.others(connection, 1, "page:x", later)] == ["Twee"]
        assert drafts.others(connection, 2, "page:x", later) == []
        assert drafts.others(connection, 1, "page:x", NOW + timedelta(seconds=46)) == []
