"""Lists follow a push in the background where it takes long: nobody waits for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from wiki import engine
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.projections import follow
from wiki.services.editing import saving
from wiki.services.editing.saving import Sent

Page = Callable[..., str]


@pytest.fixture
def slow(wiki: Wiki, page: Page, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A push came that takes until this is set to follow."""
    page("a", "# Een\n")
    page("b", "# Een\n")
    done, catch_up = threading.Event(), follow.catch_up

    def waiting(*args: Any, **options: Any) -> bool:
        assert done.wait(60)
        return catch_up(*args, **options)

    monkeypatch.setattr(engine, "PATIENCE", 0.2)
    monkeypatch.setattr(follow, "catch_up", waiting)
    with monkeypatch.context() as pushed:
        pushed.setattr(Wiki, "follow", lambda *_, **__: None)
        page("b", "# Twee\n")
    return done


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_readers_go_on_with_lists_as_they_are(client: Any, slow: threading.Event) -> None:
    for _ in range(2):
        assert "Twee" in client.get("/wiki/b").text
        assert "Twee" not in client.get("/pages").text
    slow.set()
    until(lambda: "Twee" in client.get("/pages").text)


def test_saving_goes_on_too(wiki: Wiki, client: Any, member: Actor, slow: threading.Event) -> None:
    client.get("/pages")
    first = wiki.store.entry("a.md")
    assert first is not None
    assert not saving.save(wiki, member, "a", Sent("# Twee\n", first.blob)).listed
    late = saving.save(wiki, member, "a", Sent("# Een\n\nLater.\n", first.blob))
    assert not late.listed
    slow.set()
    until(lambda: "Twee" in client.get("/pages").text)
    page = wiki.store.read("a.md")
    assert page is not None
    assert page.data == b"# Twee\n\nLater.\n"


@pytest.mark.parametrize("limit", ["LITTLE_TEXT", "LITTLE_CHANGES"])
def test_much_is_left_to_the_worker(
    wiki: Wiki, client: Any, member: Actor, page: Page, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All threads of this process would wait for each step of it."""
    page("a", "# Een\n")
    page("b", "# Een\n")
    client.get("/pages")
    monkeypatch.setattr(engine, "PATIENCE", 0.2)
    monkeypatch.setattr(follow, limit, 1)
    is_there = threading.Event()
    is_there.set()
    wiki.has_worker = is_there.is_set
    with monkeypatch.context() as pushed:
        pushed.setattr(Wiki, "follow", lambda *_, **__: None)
        page("b", "# Twee is veel\n")
    for _ in range(2):
        assert "Twee" in client.get("/wiki/b").text
        assert "Twee" not in client.get("/pages").text
    first = wiki.store.entry("a.md")
    assert first is not None
    assert not saving.save(wiki, member, "a", Sent("# Ook veel, en later\n", first.blob)).listed
    # The worker is killed, and everybody does it who is asked.
    is_there.clear()
    until(lambda: "Twee" in client.get("/pages").text)
    assert "Ook veel" in client.get("/pages").text


def test_one_who_saves_much_follows_it(
    wiki: Wiki, client: Any, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", "# Een\n")
    monkeypatch.setattr(follow, "LITTLE_TEXT", 10)
    wiki.has_worker = lambda: True
    page("b", "# Twee is veel\n")
    assert "Twee" in client.get("/pages").text
