"""Atom feeds: well formed, complete by RFC 4287, and only what every reader may see."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from wiki.services.talk import comments

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Any, path: str) -> ET.Element:
    """A feed, checked for what every Atom feed and entry must have."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(answer.data)
    assert root.tag == ATOM + "feed"
    ids = set()
    for part in (root, *root.iter(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert len(part.findall(ATOM + name)) == 1, name
        assert datetime.fromisoformat(part.findtext(ATOM + "updated", "")).tzinfo
        ids.add(part.findtext(ATOM + "id"))
        for link in part.findall(ATOM + "link"):
            assert urlsplit(link.attrib["href"]).netloc, "addresses are absolute"
    assert len(ids) == len(list(root.iter(ATOM + "entry"))) + 1
    for entry in root.iter(ATOM + "entry"):
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
    return root


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext(ATOM + "title", "") for entry in root.iter(ATOM + "entry")]


@pytest.fixture
def talk(page: Any, wiki: Any, member: Any) -> None:
    page("map/a", "# Een & <twee>\n", member)
    page("map/a", "# Een & <twee>\n\nMeer.\n")
    page("b", "# B\n")
    comments.post(wiki, member, "b", "Goed <idee>")


def test_each_feed_tells_its_own(client: Any, talk: None) -> None:
    assert len(titles(feed(client, "/feed/site.atom"))) == 4
    assert titles(feed(client, "/feed/folder/map")) == ["Een & <twee>", "Een & <twee>"]
    assert len(titles(feed(client, "/feed/page/b"))) == 2
    assert len(titles(feed(client, "/feed/member/anna"))) == 2
    assert titles(feed(client, "/feed/folder/leeg")) == []
    assert client.get("/feed/page/weg").status_code == 404
    assert client.get("/feed/member/weg").status_code == 404


def test_json_tells_the_same(client: Any, talk: None) -> None:
    for atom, other in (("site.atom", "site.json"), ("page/b", "json/page/b")):
        found = client.get(f"/feed/{other}")
        assert found.content_type == "application/feed+json; charset=utf-8"
        told = found.get_json(force=True)
        assert told["version"] == "https://jsonfeed.org/version/1.1"
        assert told["feed_url"].endswith(f"/feed/{other}")
        assert [one["title"] for one in told["items"]] == titles(feed(client, f"/feed/{atom}"))
        assert all(one["id"] and one["authors"][0]["name"] for one in told["items"])
    assert client.get("/feed/json/folder/map").get_json(force=True)["items"]
    assert client.get("/feed/json/member/weg").status_code == 404


def test_addresses_that_a_feed_names_answer(client: Any, talk: None) -> None:
    for path in ("/feed/site.atom", "/feed/member/anna"):
        for link in feed(client, path).iter(ATOM + "link"):
            parts = urlsplit(link.attrib["href"])
            assert client.get(f"{parts.path}?{parts.query}").status_code in (200, 303)


def test_an_unchanged_feed_is_not_sent_again(client: Any, talk: None, page: Any) -> None:
    first = client.get("/feed/site.atom")
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/feed/site.atom", headers=again).status_code == 304
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get("/feed/site.atom", headers=since).status_code == 304
    page("c", "x\n")
    assert client.get("/feed/site.atom", headers=again).status_code == 200


def test_letters_that_xml_cannot_hold_do_not_break_it(client: Any, wiki: Any, page: Any) -> None:
    page("é \x0b&", "# x\x01\ufffe\n")
    assert len(titles(feed(client, "/feed/site.atom"))) == 1


def test_pages_name_their_feeds(client: Any, talk: None) -> None:
    assert 'href="/feed/site.atom"' in client.get("/recent").text
