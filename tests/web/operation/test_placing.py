"""A wiki under a path of a site: every address on it leads back to it, whatever the proxy does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.exceptions import MethodNotAllowed

from tests.conftest import PASSWORD, token_in
from tests.web.access.test_rights import LINES, people, values
from wiki.app import create_app
from wiki.commands.serving.short_pages import page as short_page
from wiki.domain.access.rights import Actor
from wiki.domain.content.addresses import OWN
from wiki.engine import Wiki
from wiki.settings import Settings
from wiki.web.operation.placing import HELD_IN, in_html

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["people", "values"]
PREFIX = "/wiki"
"""The hardest: what pages begin with themselves."""
TEMPLATES = Path(__file__).parents[3] / "templates"
TYPED = {"value", "data-key"}
"""Attributes that hold what one typed, a key, or an address that a form sends back."""
FOR_TEXTS = f"{PREFIX}/suggest/links"
"""Offers what one writes in a text: links there begin at the root of the wiki."""
SKIPPED = re.compile(r"/(language|theme|logout)\b|/account/export|/diff/doorweg")
"""What changes the visit, and the difference of a redirect, which has no screen."""


class Stripping:
    """What a proxy that takes the prefix away does."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(PREFIX)
        return self.inner(environ, start_response)


class Attributes(HTMLParser):
    """Every attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value or "") for name, value in attrs]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, base_url=f"https://localhost{PREFIX}/", mail_url="smtp://127.0.0.1:9")


@pytest.fixture
def client(app: Any, people: dict[str, Actor]) -> Any:
    """A browser of the administrator; the proxy in between takes the prefix away."""
    app.wsgi_app = Stripping(app.wsgi_app)
    browser = app.test_client()
    at = f"https://localhost{PREFIX}/login"
    form = {"username": "a-admin", "password": PASSWORD, "next": "/agenda"}
    form["csrf_token"] = token_in(browser.get(at).text)
    answer = browser.post(at, data=form, headers={"Referer": at})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PREFIX}/agenda")
    cookies = answer.headers.getlist("Set-Cookie")
    assert {line.partition("=")[0] for line in cookies} == {"__Secure-denktank", "__Secure-device"}
    assert all(f"; Path={PREFIX};" in f"{line};" and "; Secure" in line for line in cookies)
    return browser


def test_every_address_on_every_page_leads_back(
    app: Any, client: Any, values: dict[str, str]
) -> None:
    routes = app.url_map.bind("localhost")
    ways: dict[object, str] = {}
    for line in [line for line in LINES if line.method == "GET"]:
        path = PREFIX + line.filled(values).path
        with client.get(path, base_url="https://localhost") as answer:
            found = addresses(answer, path)
        for name, address in sorted(found):
            assert re.match(rf"{PREFIX}(/|$)", address), (path, name, address)
            inside, _, query = address.removeprefix(PREFIX).partition("#")[0].partition("?")
            if inside == "/healthz":  # answered before there are routes
                continue
            method = "POST" if name in ("action", "formaction", "data-passkey") else "GET"
            try:
                way = routes.match(inside or "/", method)[0]
            except MethodNotAllowed:
                routes.match(inside, "GET" if method == "POST" else "POST")
                continue
            if method == "GET":
                ways.setdefault((way, tuple(re.findall(r"(?:^|&)(\w+)=", query))), address)
    assert len(ways) > 120
    for inner in (app.wsgi_app, app.wsgi_app.inner):
        app.wsgi_app = inner
        for address in [one for one in ways.values() if not SKIPPED.search(one)]:
            with client.get(address, base_url="https://localhost") as answer:
                assert answer.status_code < 400, address


def addresses(answer: Any, path: str) -> set[tuple[str, str]]:
    """The addresses from the root of the host that an answer names, and what they are called."""
    found = [("Location", answer.headers.get("Location", ""))]
    if answer.mimetype == "text/html":
        for name, value in Attributes(answer.text).found:
            if value.startswith("/") and name not in TYPED:
                assert name in HELD_IN, (path, name, value)
            if name in HELD_IN:
                found.append((name, value))
    if answer.is_json and not path.startswith(FOR_TEXTS):
        found += [("url", one) for one in _named(answer.json)]
    return {
        (name, one.removeprefix("https://localhost"))
        for name, one in found
        if one.startswith(("/", "https://localhost"))
    }


def _named(told: Any) -> Iterable[str]:
    """The addresses in JSON."""
    if isinstance(told, dict):
        for name, value in told.items():
            if isinstance(value, str) and name in ("url", "src", "start_url", "scope", "small"):
                yield value
            yield from _named(value)
    elif isinstance(told, list):
        for one in told:
            yield from _named(one)


def test_what_is_for_the_root_of_a_host_names_the_prefix(
    client: Any, page: Callable[..., str]
) -> None:
    page("a", '# A\n\n[b](/agenda) [c](/wiki/c) [d](https://e.example/x) ` href="/agenda"`\n')

    def get(path: str) -> Any:
        return client.get(PREFIX + path, base_url="https://localhost")

    shown = get("/wiki/a").text
    assert 'href="/wiki/agenda"' in shown
    assert 'href="https://e.example/x"' in shown
    assert re.search(r"<code>\s*href=(&quot;|\")/agenda", shown)
    assert f"Disallow: {PREFIX}/edit\n" in get("/robots.txt").text
    assert f"Sitemap: https://localhost{PREFIX}/sitemap.xml" in get("/robots.txt").text
    assert f"<loc>https://localhost{PREFIX}/wiki/a</loc>" in get("/sitemap.xml").text
    assert f'href="https://localhost{PREFIX}/feed/site.atom"' in get("/feed/site.atom").text
    assert get("/api/openapi.json").json["servers"] == [{"url": f"https://localhost{PREFIX}"}]
    assert f"git clone https://localhost{PREFIX}/git" in get("/git").text
    assert get("/api/v1").headers["Location"] == f"https://localhost{PREFIX}/api/v1/"
    assert get("/export/a?format=html").text.count(f'"https://localhost{PREFIX}/') > 2
    assert get("/healthz").text == "ok\n"
    refused = get("/edit/a?draft=yes")
    assert refused.status_code == 200
    anonymous = client.application.test_client()
    asked = anonymous.get(f"{PREFIX}/account?x=1", base_url="https://localhost")
    assert asked.headers["Location"] == f"{PREFIX}/login?next=%2Faccount%3Fx%3D1"
    for _ in range(2):  # made, then kept
        assert anonymous.get(f"{PREFIX}/wiki/a", base_url="https://localhost").text.count(
            'href="/wiki/agenda"'
        )


def test_a_path_that_may_be_either_is_settled_by_a_proxy_that_says_so(
    wiki: Wiki, page: Callable[..., str]
) -> None:
    page("agenda", "# Een pagina\n")
    wiki.settings = replace(wiki.settings, trusted_proxies="1")
    client = create_app(wiki.settings, wiki).test_client()
    said = {"X-Forwarded-Prefix": PREFIX}
    asked = {"base_url": "https://localhost"}
    assert "Een pagina" not in client.get("/wiki/agenda", **asked).text
    assert "Een pagina" in client.get("/wiki/agenda", headers=said, **asked).text
    far = {"REMOTE_ADDR": "8.8.8.8"}
    shown = client.get("/wiki/agenda", headers=said, environ_overrides=far, **asked)
    assert "Een pagina" not in shown.text


def test_first_parts_of_addresses_are_known(app: Any) -> None:
    assert {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} <= {"", *OWN}


def test_templates_hold_addresses_where_they_are_found() -> None:
    makers = r"(?:url|page_url|static|report_url|picture_of|hit_url|logo)\("
    found = {
        name
        for file in TEMPLATES.rglob("*.html")
        for name in re.findall(rf'([\w-]+)="\{{\{{ ?[^}}"]*?\b{makers}', file.read_text())
    }
    assert found - {"value"} <= set(HELD_IN)
    assert {"href", "src", "action", "data-suggest"} <= found


def test_only_addresses_of_the_wiki_in_tags_change() -> None:
    assert in_html('<a title="a > b" href="/c">', "/x") == '<a title="a > b" href="/x/c">'
    for html in (
        '<a href="//e.example/">',
        '<a href="#a" data-path="/b">',
        'text href="/a"',
        """<a title=' href="a'> href="/b" """,
    ):
        assert in_html(html, "/x") == html
    assert in_html("<" * 50_000 + '<a "' * 20_000, "/x").startswith("<<")
    assert f'href="{PREFIX}/"'.encode() in short_page(503, "nl", PREFIX)[0]
