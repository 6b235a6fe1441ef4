"""Pictures of other sites: who is asked for them, and when."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from PIL import Image

from wiki.domain.access.rights import SYSTEM
from wiki.services.content import other_pictures, outside
from wiki.services.editing import saving
from wiki.services.editing.saving import Sent

TEXT = (
    'Zie ![een kaart](https://e.example:8443/a/k.png?b=1&c=2 "De kaart") en '
    "<img src='http://f.example/x.gif' alt='x'>, [![m](https://g.example/m.svg)](doel).\n\n"
    '`<a class="external other-picture" href="https://h.example/">`\n'
)


@pytest.fixture
def page(wiki, client):
    """The answer with the page on which the pictures stand, for a way to show them."""
    saving.save(wiki, SYSTEM, "plaat", Sent(TEXT, "", ""))

    def ask(way: str, address: str = "/wiki/plaat", **query: str):
        wiki.settings = replace(wiki.settings, other_pictures=way)
        # A page that is kept knows nothing of a setting that only a restart changes.
        return client.get(address, query_string={"way": way, **query})

    return ask


def images(answer) -> str:
    """Say of which sites pictures may come on a page."""
    policy = answer.headers["Content-Security-Policy"]
    return policy.partition("img-src ")[2].partition(";")[0]


@pytest.mark.parametrize("way", ["never", "click"])
def test_a_picture_of_another_site_is_a_link_that_says_so(page, way: str) -> None:
    article = page(way).text.partition("<article")[2].partition("</article>")[0]
    assert "<img" not in article
    assert 'href="https://e.example:8443/a/k.png?b=1&amp;c=2"' in article
    assert 'title="De kaart"' in article
    assert "een kaart</span>" in article
    assert "(picture of e.example:8443)" in article or "(afbeelding van e.example:8443)" in article
    assert "g.example" not in article


def test_only_a_click_brings_it_and_only_of_the_sites_on_the_page(page) -> None:
    assert images(page("never")) == "'self' data:"
    assert "other-pictures.js" not in page("never").text
    shown = page("click")
    assert images(shown) == "'self' data: https://e.example:8443 http://f.example"
    assert "other-pictures.js" in shown.text
    assert images(page("click", "/pages")) == "'self' data:"


def test_a_page_that_is_kept_says_the_same(page, wiki, client) -> None:
    kept = [images(page("click")) for _ in range(2)]
    assert kept[0] == kept[1] != "'self' data:"


def test_many_sites_fit_in_a_header(wiki, client) -> None:
    many = "\n".join(f"![x](https://s{number}.example/x.png)" for number in range(60))
    saving.save(wiki, SYSTEM, "veel", Sent(many, "", ""))
    assert images(client.get("/wiki/veel")) == "'self' data: https:"


@pytest.mark.parametrize(
    "url", ["https://a;b.example/x.png", "https://[::1/x.png", "https:///x.png"]
)
def test_no_address_writes_in_the_policy(wiki, client, url: str) -> None:
    saving.save(wiki, SYSTEM, "raar", Sent(f"![x]({url})", "", ""))
    answer = client.get("/wiki/raar")
    assert (answer.status_code, images(answer)) == (200, "'self' data:")


def test_what_is_taken_along_asks_nobody(page) -> None:
    assert (
        "other-picture" not in page("click", "/export/plaat", format="html").text.split("<code>")[0]
    )


# -- fetched by the wiki itself --


def png(width: int = 40, height: int = 30) -> bytes:
    """A picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


class Site(BaseHTTPRequestHandler):
    """Another site: a picture, and what is none or too much."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer."""
        self.asked.append(f"{self.headers['Host']}{self.path}")
        if self.path == "/leads.png":
            self.send_response(302)
            self.send_header("Location", "http://near.example/secret.png")
            self.end_headers()
            return
        name = self.path.rstrip("?")
        body = {"/large.png": b"\0" * 9_000_000, "/words.png": b"<script>"}.get(name, png())
        self.send_response(404 if name == "/gone.png" else 200)
        self.send_header("Content-Type", "text/html" if self.path == "/x.html" else "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch) -> Iterator[str]:
    """The address of another site; a name beside it is at no public address."""

    def resolve(host: str, port: int) -> str:
        if host == "far.example":
            return "127.0.0.1"
        raise OSError(f"{host} is at no public address")

    Site.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setattr(outside, "public_address", resolve)
    yield f"http://far.example:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def source(wiki, client):
    """The address of ours at which a picture stands on a page."""
    wiki.settings = replace(wiki.settings, other_pictures="proxy")

    def of(url: str) -> str:
        path = f"plaat-{len(url)}"
        saving.save(wiki, SYSTEM, path, Sent(f'![Een "plaat"]({url} "t")\n', "", ""))
        shown = client.get(f"/wiki/{path}")
        assert images(shown) == "'self' data:"
        pattern = r'<a href="([^"]*)"[^>]* title="t"><img src="([^"]*)" alt="([^"]*)"'
        found = re.search(pattern, shown.text)
        assert found
        assert (found[1], found[3]) == (url, "Een &quot;plaat&quot;")
        return unescape(found[2])

    return of


def test_the_wiki_fetches_a_picture_once(wiki, client, site: str, source) -> None:
    address = source(f"{site}/a.png?b=1")
    assert Site.asked == []
    for _ in range(2):
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        with Image.open(io.BytesIO(answer.data)) as picture:
            assert picture.size == (40, 30)
    assert Site.asked == [f"{site.removeprefix('http://')}/a.png?b=1"]


def test_what_is_no_picture_is_not_sent_on(client, site: str, source) -> None:
    # Each name is as long as no other: that is what the pages are called by.
    for name in ("/leads.png", "/large.png?", "/words.png??", "/gone.png????", "/x.html"):
        Site.asked.clear()
        address = source(site + name)
        answers = [client.get(address).status_code for _ in range(2)]
        assert answers == [404, 404], name
        assert len(Site.asked) == 1, "what fails is not asked for at every view"


def test_only_what_stands_on_a_page_is_fetched(wiki, client, site: str, source) -> None:
    address = source(f"{site}/a.png")
    code = re.search("code=([0-9a-f]{40})", address)[1]
    for other in (
        address.replace(code, "0" * 40),
        address.replace(code, "%C3%A9"),
        address.replace(f"code={code}&", ""),
        address + "1",
        address.replace("/plaat-", "/plaat-1"),
    ):
        assert client.get(other).status_code == 404
    wiki.settings = replace(wiki.settings, other_pictures="click")
    assert client.get(address).status_code == 404
    wiki.settings = replace(wiki.settings, other_pictures="proxy", read="member")
    assert client.get(address).status_code in (302, 303, 401)
    assert Site.asked == []


def test_a_picture_in_a_link_leads_where_the_link_does(wiki, client, source) -> None:
    saving.save(wiki, SYSTEM, "merk", Sent("[![m](https://g.example/m.png)](/agenda)", "", ""))
    shown = client.get("/wiki/merk").text
    assert re.search(r'<a href="/agenda"><img src="/picture/[^"]*" alt="m"[^>]*></a>', shown)


def test_no_more_is_kept_than_fits(wiki, client, site: str, source, monkeypatch) -> None:
    monkeypatch.setattr(other_pictures, "MOST_FILES", 2)
    for name in ("/a.png", "/ab.png", "/abc.png"):
        assert client.get(source(site + name)).status_code == 200
    assert len(list((wiki.settings.data / other_pictures.FOLDER).iterdir())) <= 2


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.1.2.3 192.168.1.1 172.16.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 "
    "::1 fe80::1 fc00::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::1 ff02::1 "
    "fe80::1%eth0 x".split(),
)
def test_machines_near_us_are_not_asked(address: str) -> None:
    assert not outside.is_public(address)


def test_the_internet_at_large_is() -> None:
    assert outside.is_public("93.184.216.34")
    assert outside.is_public("2606:4700::1111")


@pytest.mark.parametrize(
    "url", ["http://localhost/x.png", "http://127.1/x", "file:///etc/passwd", "http://a:99999/x"]
)
def test_a_name_of_a_machine_near_us_is_refused(url: str) -> None:
    with pytest.raises((OSError, ValueError)):
        other_pictures.fetch(url, outside.public_address)
