"""Kept pages are exact: never older than the wiki, never another reader's."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from flask import Flask, Response, g, request, session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wiki.engine import Wiki
from wiki.i18n.languages import choose
from wiki.settings import Settings
from wiki.web.http import cache
from wiki.web.http.context import THEMES

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@dataclass
class Versioned:
    """Stands for the store and the database: its version is what a test says."""

    number: int = 0

    def version(self) -> int:
        return self.number

    def stamp(self) -> int:
        return self.number


@dataclass
class FakeWiki:
    """The parts of a wiki that the cache looks at."""

    settings: Settings = field(default_factory=lambda: Settings(language="nl"))
    store: Versioned = field(default_factory=Versioned)
    database: Versioned = field(default_factory=Versioned)
    clock: Callable[[], datetime] = lambda: NOW

    def renew(self) -> bool:
        return True


@pytest.fixture
def wiki(monkeypatch: pytest.MonkeyPatch) -> FakeWiki:
    """A wiki of which only the version matters; the time is NOW."""
    monkeypatch.setattr(cache.time, "time", lambda: NOW.timestamp())
    return FakeWiki()


@pytest.fixture
def app(wiki: FakeWiki) -> Flask:
    """An application that counts how often it is asked."""
    app = Flask("test")
    app.config.update(SECRET_KEY="x", SESSION_COOKIE_NAME="denktank")
    app.asked = 0

    def page(name: str) -> str:
        app.asked += 1
        return f"{name}: answer {app.asked} " + "x" * 500

    def in_time() -> str:
        cache.fresh_until(NOW + timedelta(minutes=1))
        return page("timed")

    def personal() -> str:
        session["seen"] = True
        return page("personal")

    def changing() -> str:
        wiki.database.number += 1
        return page("changing")

    def broken() -> Response:
        return Response(page("broken"), status=404)

    app.add_url_rule("/<name>", "page", page)
    for view in (in_time, personal, changing, broken):
        app.add_url_rule(f"/-{view.__name__}", view.__name__, view)
    app.add_url_rule("/other/<name>", "other", page)
    kept = {"page", "in_time", "personal", "changing", "broken"}
    cache.install(app, cast(Wiki, wiki), frozenset(kept))
    return app


def text(app: Flask, path: str, **headers: str) -> str:
    """The body of the answer, as a reader without cookies gets it."""
    client = app.test_client(use_cookies=False)
    return client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()}).text


def test_second_answer_is_the_first(app):
    assert text(app, "/a") == text(app, "/a")
    assert app.asked == 1


def test_every_part_of_the_key_counts(app):
    variants = [
        text(app, "/a"),
        text(app, "/b"),
        text(app, "/a?at=1"),
        text(app, "/a", Accept_Language="en"),
        text(app, "/a", Cookie="language=en; theme=dark"),
        text(app, "/a", Host="elsewhere.example"),
    ]
    assert len(set(variants)) == len(variants)
    # A browser that prefers Dutch and one that says nothing get the same page.
    assert text(app, "/a", Accept_Language="nl-NL,nl;q=0.9") == variants[0]


def test_a_new_version_is_seen_at_once(app, wiki):
    before = text(app, "/a")
    wiki.store.number += 1
    assert text(app, "/a") != before
    wiki.database.number += 1
    assert "answer 3" in text(app, "/a")


def test_a_change_during_the_request_is_not_kept(app):
    assert text(app, "/-changing") != text(app, "/-changing")


def test_time_ends_a_page(app, monkeypatch):
    before = text(app, "/-in_time")
    assert text(app, "/-in_time") == before
    monkeypatch.setattr(cache.time, "time", lambda: NOW.timestamp() + 61)
    assert text(app, "/-in_time") != before


def test_midnight_ends_every_page(app, monkeypatch):
    before = text(app, "/a")
    # 23:00 UTC is midnight in Amsterdam in winter.
    monkeypatch.setattr(cache.time, "time", lambda: NOW.timestamp() + 11 * 3600 - 1)
    assert text(app, "/a") == before
    monkeypatch.setattr(cache.time, "time", lambda: NOW.timestamp() + 11 * 3600)
    assert text(app, "/a") != before


@pytest.mark.parametrize("path", ["/-personal", "/-broken", "/other/a"])
def test_what_is_not_kept(app, path):
    assert text(app, path) != text(app, path)


def test_members_are_not_served_from_it(app):
    before = text(app, "/a")
    assert text(app, "/a", Cookie="denktank=somebody") != before
    assert text(app, "/a") == before


@pytest.fixture
def told(wiki) -> Flask:
    """An application whose page says how Flask read the cookies."""
    app = Flask("test")
    app.config.update(SECRET_KEY="x", SESSION_COOKIE_NAME="denktank")

    def page() -> str:
        cookies = request.cookies
        # Other values than these look like none.
        language = choose("", cookies.get("language", ""), "", "nl")
        theme = cookies.get("theme", "auto")
        session = "denktank" in cookies
        return f"{language} {theme if theme in THEMES else 'auto'} {session}"

    app.add_url_rule("/", "page", page)
    cache.install(app, wiki, frozenset({"page"}))
    return app


WRITTEN = st.sampled_from(
    (
        'language=en|language=nl|language="en"|language=en | language = en|Language=en|theme=dark'
        '|theme="dark"|theme=light|theme=|"theme=dark|theme=\\144ark|denktank=a|denktank="a"'
        '|denktank =a|xdenktank=a|x=denktank=a|denktank|a="b; theme=dark"|a=b, theme=dark'
        '|\ttheme=dark|a||=|"'
    ).split("|")
)


@given(st.lists(WRITTEN, max_size=4), st.sampled_from([";", "; ", " ;", ",", ";;"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_cookies_are_read_as_flask_reads_them(told, cookies, between):
    header = between.join(cookies)
    environ = {"HTTP_COOKIE": header}
    kept = told.test_client(use_cookies=False).get("/", environ_overrides=environ).text
    told.extensions[cache.PAGES]._pages.clear()
    assert told.test_client(use_cookies=False).get("/", environ_overrides=environ).text == kept


def test_posts_pass_through(app):
    assert app.test_client().post("/a").status_code == 405


def test_browser_asks_briefly(app):
    client = app.test_client()
    first = client.get("/a")
    again = client.get("/a", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "no-cache" in first.headers["Cache-Control"]


def test_head_and_gzip(app):
    client = app.test_client()
    page = client.get("/a")
    head = client.head("/a")
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(page.data)))
    packed = client.get("/a", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == page.data


def test_memory_is_bounded(app):
    pages = app.extensions["denktank-pages"]
    pages.limit = 10_000
    for number in range(50):
        text(app, f"/page-{number}")
    assert pages._bytes <= 10_000
    asked = app.asked
    text(app, "/page-49")
    assert app.asked == asked


def test_session_is_not_needed(app):
    with app.test_request_context("/"):
        cache.fresh_until(NOW)
        cache.fresh_until(NOW + timedelta(hours=1))
        assert g.fresh_until == NOW.timestamp()
