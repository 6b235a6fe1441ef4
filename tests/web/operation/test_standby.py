"""Strict mode: without its standby a wiki is read and saves nothing, and gives back what was typed.

With a real primary and a real standby.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.running import value_of
from tests.fixtures.standby import Databases, pair
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.settings import Settings

pytestmark = pytest.mark.postgres
READ = ("/", "/wiki/a", "/edit/a", "/history/a", "/recent", "/search?q=eerst", "/notifications")
READY = ("/readyz", "/metrics", "/admin/health")


@pytest.fixture
def databases() -> Iterator[Databases]:
    """A primary that answers once its standby has it."""
    with pair(flush=False) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, databases: Databases) -> Settings:
    """Settings of a node."""
    url = databases.url()
    return Settings(
        data=tmp_path / "wiki", secret_key="only for tests", database_url=url, shared_pages=True
    )


def test_without_its_standby_a_wiki_is_read_and_keeps_what_is_typed(
    databases: Databases,
    wiki: Wiki,
    client: Any,
    admin: Actor,
    login: Callable[..., None],
    page: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = page("a", "# A\n\nEerst.\n")
    login(client, admin.username)
    assert client.get("/readyz").json["node"]["standby"] == "synchronous"
    form = client.get("/edit/a").text
    sent = {name: value_of(form, name) for name in ("base", "csrf_token")}
    saved = {**sent, "text": "# A\n\nGetypt.\n"}
    said = {"csrf_token": sent["csrf_token"], "text": "Gezegd."}
    databases.leave()
    with monkeypatch.context() as hasty:
        hasty.setattr("wiki.database.engine.postgres.PATIENCE", 1.0)
        hasty.setattr("wiki.store.shared.store._PATIENCE", 1.0)
        for path, typed in (("/edit/a", saved), ("/comments/a", said), ("/edit/a", saved)):
            answer = client.post(path, data=typed)
            assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
            assert typed["text"].split()[-1] in answer.text
        # Somebody who comes back leaves a trace of it in passing.
        now = wiki.clock() + timedelta(hours=1)
        hasty.setattr(wiki, "clock", lambda: now)
        assert {path: client.get(path).status_code for path in (*READ, *READY)} == dict.fromkeys(
            (*READ, *READY), 200
        )
        assert "Eerst." in client.get("/wiki/a").text
        assert wiki.store.head() == old
    databases.come_back()
    assert client.post("/edit/a", data=saved).status_code == 303
    assert client.post("/comments/a", data=said).status_code == 303
    shown = client.get("/wiki/a").text
    assert "Getypt." in shown
    # What nobody was told is saved may be made after all, and is not made twice.
    assert len(list(wiki.store.log(old, wiki.store.head()))) == 1
