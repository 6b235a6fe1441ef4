"""Whatever is asked for, the answer is clear: never a traceback, never a 500."""

from __future__ import annotations

from typing import Any

import pytest

ADDRESSES = [
    "/wiki/%2e%2e/%2e%2e/etc/passwd",
    "/wiki/a%00b",
    "/wiki/" + "x" * 3000,
    "/wiki/.git/config",
    "/raw/.git/config",
    "/files/.git/config",
    "/files/a/..%2f..%2fsecret_key",
    "/wiki/con",
    "/wiki/%ff%fe",
    "/wiki/index?at=-x",
    "/wiki/index?at=--help",
    "/wiki/index?at=deadbeef",
    "/wiki/index?at=%00",
    "/raw/index?at=0000",
    "/diff/index",
    "/diff/index?from=-p&to=HEAD",
    "/diff/index?from=zz&view=nonsense",
    "/history/index?before=-1",
    "/history/nowhere",
    "/blame/index?at=--all",
    "/search?q=%00",
    "/search?q=" + "a" * 7000,
    "/search?q=%22(((&page=-1&from=x&to=9999999&sort=z&in=y&kind=q",
    "/search?q=a&page=99999999999999999999",
    "/suggest?q=%ff",
    "/recent?before=x",
    "/questions?page=abc&status=nonsense",
    "/tags/%00",
    "/comment/99999999999999999999",
    "/comment/abc",
    "/members/..",
    "/language?to=xx&next=//elsewhere.example",
    "/theme?to=nonsense",
    "/new?kind=nonsense",
    "/restore/index?revision=--hard",
    "/undo/index?revision=%00",
    "/login?next=https://elsewhere.example",
    "/feed/page/nowhere",
    "/feed/folder/..",
    "/account/reset/nonsense",
    "/setup/nonsense",
    "/%ff",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_readers_get_a_clear_answer(client: Any, page: Any, address: str) -> None:
    page("index", "De voorpagina.\n")
    answer = client.get(address)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_moderators_get_a_clear_answer(
    client: Any, page: Any, login: Any, moderator: Any, address: str
) -> None:
    page("index", "De voorpagina.\n")
    login(client, moderator.username)
    answer = client.get(address)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_not_served(client: Any, method: str) -> None:
    assert client.open("/wiki/index", method=method).status_code == 405


def test_a_failure_of_the_wiki_keeps_what_was_typed(
    app: Any, wiki: Any, login: Any, moderator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    client = app.test_client()
    login(client, moderator.username)
    token = client.get("/new").text.partition('name="csrf_token" value="')[2].partition('"')[0]

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(wiki.store, "commit", fail)
    typed = {"title": "Titel", "text": "Een uur <werk>.", "csrf_token": token}
    answer = client.post("/new?kind=page", data=typed)
    assert answer.status_code >= 500
    assert "Een uur &lt;werk&gt;." in answer.text
    assert "the disk is gone" not in answer.text


def test_a_site_brings_its_own_style(client: Any, wiki: Any) -> None:
    assert client.get("/house.css").status_code == 404
    (wiki.settings.data / "house.css").write_text(":root { --blue: teal }")
    assert "teal" in client.get("/house.css", buffered=True).text
    assert 'href="/house.css"' in client.get("/questions").text
