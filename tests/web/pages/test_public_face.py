"""What search engines and other programs read of the site."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest

from wiki.database.access import rules
from wiki.domain.access.rights import Right, Role, Rule
from wiki.engine import Wiki
from wiki.services.exports import sitemap
from wiki.services.talk import comments

DIALOGUE = (
    "---\ntitle: Gesprek\nkind: dialogue\nstatus: cancelled\ndate: 2026-12-15T19:30+01:00\n"
    "location: Utrecht\nparticipants: [{name: Ada Lovelace, role: rekenaar}]\n"
    "questions: [vraag]\n---\n**Ada Lovelace:** </script><b>Hoi\n"
)
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"

Page = Callable[..., str]


def addresses(client: Any, path: str = "/sitemap.xml") -> list[str]:
    found = ElementTree.fromstring(client.get(path).data)
    return [str(loc.text) for loc in found.iter(f"{SPACE}loc")]


def data_of(client: Any, path: str) -> Any:
    shown = client.get(path).text
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown, re.S)
    return json.loads(data)


def test_the_map_has_what_anybody_may_read(wiki: Wiki, client: Any, page: Page) -> None:
    for path in ("a b/één", "gesloten/geheim", "vraag"):
        page(path, "# Titel\n")
    page("weg", "---\nredirect: vraag\n---\n")
    with wiki.database.write() as connection:
        rules.put(connection, Rule("gesloten", Right.READ, Role.EDITOR))
    assert addresses(client) == [
        "http://localhost/wiki/a%20b/%C3%A9%C3%A9n",
        "http://localhost/wiki/vraag",
    ]
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


def test_a_large_site_has_a_map_in_parts(
    client: Any, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("a", "b", "c"):
        page(path, "# Titel\n")
    monkeypatch.setattr(sitemap, "MOST", 2)
    parts = addresses(client)
    assert parts == [f"http://localhost/sitemap.xml?part={n}" for n in (1, 2)]
    listed = [each for part in parts for each in addresses(client, part)]
    assert listed == [f"http://localhost/wiki/{path}" for path in "abc"]
    assert client.get("/sitemap.xml?part=3").status_code == 404


def test_a_site_that_not_everybody_may_read_keeps_robots_out(wiki: Wiki, client: Any) -> None:
    wiki.settings = replace(wiki.settings, read="member")
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    assert client.get("/sitemap.xml").status_code == 404


def test_a_page_has_one_address_and_old_versions_are_not_kept(client: Any, page: Page) -> None:
    revision = page("map/index", "# Een & twee\n\nWat hier staat.\n")
    page("map/index", "# Een & twee\n\nWat er nu staat.\n")
    shown = client.get("/wiki/map").text
    assert '<link rel="canonical" href="http://localhost/wiki/map/index">' in shown
    assert 'property="og:title" content="Een &amp; twee"' in shown
    assert 'property="og:description" content="Wat er nu staat."' in shown
    assert "noindex" not in shown
    for path in (
        f"/wiki/map/index?at={revision}",
        "/history/map/index",
        "/diff/map/index",
        "/blame/map/index",
        "/search?q=een",
    ):
        answer = client.get(path)
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_a_dialogue_is_an_event_and_a_question_has_answers(
    wiki: Wiki, client: Any, page: Page, member: Any
) -> None:
    page("vraag", "---\nkind: question\ntitle: Hoe?\n---\nEen vraag.\n")
    page("gesprek", DIALOGUE)
    comments.post(wiki, member, "vraag", "Zo </script> dus.")
    event = data_of(client, "/wiki/gesprek")
    assert event["@type"] == "Event"
    assert event["startDate"] == "2026-12-15T19:30:00+01:00"
    assert event["eventStatus"].endswith("EventCancelled")
    assert event["performer"] == [
        {"@type": "Person", "name": "Ada Lovelace", "jobTitle": "rekenaar"}
    ]
    assert event["about"][0]["name"] == "Hoe?"
    question = data_of(client, "/wiki/vraag")["mainEntity"]
    assert question["name"] == "Hoe?"
    assert question["answerCount"] == 1
    (answer,) = question["suggestedAnswer"]
    assert answer["author"]["name"] == "anna"
    assert unescape(answer["text"]).startswith("Zo")
    assert data_of(client, "/people/ada-lovelace")["name"] == "Ada Lovelace"
    assert data_of(client, "/members/anna")["@type"] == "Person"
    assert "script" not in client.get("/wiki/gesprek").headers["Content-Security-Policy"]


def test_the_site_has_its_signs(client: Any) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.content_type == "application/manifest+json"
    for icon in manifest.json["icons"]:
        with client.get(icon["src"]) as drawn:
            assert drawn.status_code == 200
    icon = client.get("/favicon.ico")
    assert icon.data[:4] == b"\0\0\1\0"
