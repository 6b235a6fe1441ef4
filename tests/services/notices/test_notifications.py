"""Notifications: who is told of what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from wiki.database.notices import notifications as rows
from wiki.domain.access.rights import Actor
from wiki.domain.notices.notifications import Kind
from wiki.engine import Wiki, open_wiki
from wiki.services.notices import notifications
from wiki.settings import Settings


@pytest.fixture
def wiki(settings: Settings, database_url: str) -> Iterator[Wiki]:
    from dataclasses import replace

    opened = open_wiki(replace(settings, database_url=database_url))
    yield opened
    opened.close()


def test_told_are_all_but_who_did_it(wiki: Wiki, member: Actor, editor: Actor, page: Any) -> None:
    revision = page("vragen/a", "# A\n")
    assert member.id
    assert editor.id
    with wiki.database.write() as connection:
        both = [member.id, editor.id]
        notifications.tell(
            wiki, connection, both, Kind.WARNED, path="vragen/a", by=editor.id, values={"why": "x"}
        )
    with wiki.database.read() as connection:
        assert not rows.of_member(connection, editor.id)
        (told,) = rows.of_member(connection, member.id, unread=True)
    assert (told.kind, told.path, told.revision) == (Kind.WARNED, "vragen/a", revision)
    assert (told.actor, told.values, told.read) == (editor.id, {"why": "x"}, None)
