"""A disk or a database that fails: 503 with what was typed, and reading goes on."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from html import unescape
from typing import Any

import pytest

from tests.conftest import token_in
from tests.fixtures.access import set_rule
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki

TYPED = 'Woorden van een uur & een "kwartier"'


@contextmanager
def away(wiki: Wiki) -> Iterator[None]:
    """The database's file is not where it was."""
    file = wiki.settings.data / "wiki.db"
    aside = file.rename(file.with_suffix(".aside"))
    try:
        yield
    finally:
        aside.rename(file)


@pytest.fixture
def browser(client: Any, member: Actor, page: Callable[..., str], login: Any) -> Any:
    """A member's browser and a page."""
    page("vragen/a", "# Een vraag\n\nZie [[vragen/b]].\n")
    page("vragen/b", "# Nog een\n")
    login(client, "anna")
    return client


def kept(answer: Any) -> None:
    """That an answer says when to come back and holds what was typed, with a token."""
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert TYPED in unescape(answer.text)
    assert token_in(answer.text)


def test_every_address_that_writes_keeps_what_was_typed(wiki: Wiki, app: Any, browser: Any) -> None:
    token = token_in(browser.get("/account").text)
    form = {"csrf_token": token, "text": TYPED, "title": TYPED, "base": "", "reason": TYPED}
    with away(wiki):
        for rule in app.url_map.iter_rules():
            if "POST" not in rule.methods or "oidc" in rule.rule:
                continue
            if rule.endpoint.startswith(("api.", "git.")):
                # A program has its text still, and is told in a form of its own.
                continue
            _, address = rule.build({name: _value(rule, name) for name in rule.arguments})
            kept(browser.post(address, data=form))


def _value(rule: Any, name: str) -> object:
    is_number = "IdConverter" in type(rule._converters[name]).__name__
    return 1 if is_number else "vragen/a" if name == "path" else "a"


def test_reading_goes_on_without_the_database(wiki: Wiki, app: Any, browser: Any) -> None:
    reader = app.test_client()
    kept_page = reader.get("/wiki/vragen/a").text
    with away(wiki):
        assert reader.get("/wiki/vragen/a").text == kept_page
        for one in (reader, browser):
            fresh = one.get("/wiki/vragen/b")
            assert (fresh.status_code, "Nog een" in fresh.text) == (200, True)
            assert fresh.headers["Cache-Control"] == "no-store"
        for address in ("/search?q=een", "/wiki/niets", "/wiki/vragen/b?at=0123456", "/account"):
            answer = browser.get(address)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert reader.get("/healthz").status_code == 200
        ready = reader.get("/readyz")
        assert (ready.status_code, ready.json["problem"]) == (503, "database_replaced")
    assert "Geschiedenis" in reader.get("/wiki/vragen/b").text
    assert browser.get("/account").status_code == 200


def test_machines_are_told_that_lists_are_made_anew(
    wiki: Wiki, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiki.database, "is_blank", lambda: True)
    monkeypatch.setattr(wiki, "_rebuild", lambda: None)
    reader = app.test_client()
    assert reader.get("/recent").status_code == 503
    ready = reader.get("/readyz")
    assert (ready.status_code, ready.json["problem"]) == (503, "lists_rebuilding")
    assert reader.get("/metrics").status_code == 200


def test_a_closed_page_stays_closed_without_the_database(
    wiki: Wiki, app: Any, page: Callable[..., str], admin: Actor
) -> None:
    page("redactie/plan", "# Geheim plan\n")
    set_rule(wiki, admin, prefix="redactie/", right="read", role="editor")
    reader = app.test_client()
    reader.get("/")
    with away(wiki):
        answer = reader.get("/wiki/redactie/plan")
    # As with the database: whoever may not read is sent to log in.
    assert answer.status_code == 303
    assert "Geheim" not in answer.text


def test_locked_from_outside_a_comment_is_kept_and_pages_are_read(wiki: Wiki, browser: Any) -> None:
    token = token_in(browser.get("/comments/vragen/a").text)
    form = {"csrf_token": token, "text": TYPED}
    with closing(sqlite3.connect(wiki.settings.data / "wiki.db", isolation_level=None)) as outside:
        outside.execute("BEGIN IMMEDIATE")
        kept(browser.post("/comments/vragen/a", data=form))
        assert browser.get("/wiki/vragen/a").status_code == 200
        outside.execute("ROLLBACK")
    assert browser.post("/comments/vragen/a", data=form).status_code == 303


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
def test_a_disk_that_refuses_a_save(
    wiki: Wiki, browser: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    token = token_in(browser.get("/edit/vragen/a").text)
    base = wiki.store.entry("vragen/a.md").blob

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(wiki.store, "commit", fail)
    form = {"csrf_token": token, "text": TYPED, "base": base, "summary": ""}
    kept(browser.post("/edit/vragen/a", data=form))
