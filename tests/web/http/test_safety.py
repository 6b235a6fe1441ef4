"""What every answer carries, and what a request may say of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from werkzeug.routing import Rule

from tests.conftest import PASSWORD, token_in
from wiki.app import create_app

PUBLIC = {"static", "files.house_style"}


def addresses(app: Any) -> list[str]:
    """Every address that can be asked for, with something in the place of each value."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and rule.endpoint not in PUBLIC:
                values = {name: example(rule, name) for name in rule.arguments}
                found.append(app.url_map.bind("localhost").build(rule.endpoint, values))
    return found


def example(rule: Rule, name: str) -> object:
    return 1 if type(rule._converters[name]).__name__ == "IdConverter" else "a"


SAME_FOR_ALL = ("/robots.txt", "/favicon.ico", "/manifest.webmanifest")
"""Whoever asks, and whatever rights say."""


def test_nothing_on_the_way_keeps_what_rights_decide(app, page, member, client, login):
    page("a", "# A\n")
    asked = addresses(app)
    assert len(asked) > 80
    for who in ("reader", "member"):
        if who == "member":
            login(client, "anna")
        for address in asked:
            if address in SAME_FOR_ALL:
                continue
            kept = client.get(address).headers.get("Cache-Control", "")
            assert "private" in kept or "no-store" in kept, (who, address, kept)
            assert "public" not in kept, (who, address, kept)


def test_static_files_may_be_kept(client):
    with client.get("/static/css/tokens.css?v=1") as answer:
        assert "public" in answer.headers["Cache-Control"]


@pytest.fixture
def seen(wiki):
    """What the application takes for the visitor's address, for these settings and headers."""

    def see(trusted: str, **environ: str) -> str:
        wiki.settings = replace(wiki.settings, trusted_proxies=trusted)
        app = create_app(wiki.settings, wiki)
        found = []
        app.before_request(lambda: found.append(visitor()))
        app.test_client().get("/robots.txt", environ_overrides=environ)
        return found[0]

    def visitor() -> str:
        from flask import request

        return f"{request.scheme}://{request.host} {request.remote_addr}"

    return see


def test_only_named_proxies_are_believed(seen):
    said = {
        "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "denk.example",
    }
    near, far = {"REMOTE_ADDR": "10.0.0.1"}, {"REMOTE_ADDR": "8.8.8.8"}
    believed = "https://denk.example 203.0.113.9"
    assert seen("", **said, **near) == "http://localhost 10.0.0.1"
    assert seen("1", **said, **near) == believed
    assert seen("10.0.0.0/24", **said, **near) == believed
    assert seen("1", **said, **far) == "http://localhost 8.8.8.8"
    assert seen("10.0.0.0/24", **said, **far) == "http://localhost 8.8.8.8"
    assert seen("8.8.8.8", **said, **far) == believed


def test_a_cookie_that_is_no_text_does_no_harm(client):
    overrides = {"HTTP_COOKIE": "theme=d\xe4rk; a=\xff"}
    assert client.get("/", environ_overrides=overrides).status_code == 200
    assert client.post("/login", environ_overrides=overrides).status_code == 400


def test_cookies_of_a_site_with_tls_are_its_own(wiki, member):
    wiki.settings = replace(wiki.settings, base_url="https://localhost")
    client = create_app(wiki.settings, wiki).test_client()
    old = {"HTTP_COOKIE": "denktank=whatever"}
    assert "Set-Cookie" not in client.get("/", environ_overrides=old).headers
    at = "https://localhost/login"
    token = token_in(client.get(at).text)
    form = {"username": "anna", "password": PASSWORD, "csrf_token": token}
    answer = client.post(at, data=form, headers={"Referer": at})
    assert answer.status_code == 303
    written = answer.headers.getlist("Set-Cookie")
    assert {line.partition("=")[0] for line in written} == {"__Host-denktank", "__Host-device"}
    for line in written:
        assert "; Secure" in line
        assert "Path=/" in line
        assert "Domain" not in line
