"""The search page, for people and for scripts."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.fixtures.office import pdf
from wiki.services.content import files

DIALOGUE = """---
kind: dialogue
title: Gesprek over de wijk
status: held
date: 2009-12-02T15:00+01:00
participants: [{name: Anna}]
questions: [vragen/wijk]
---
**Anna:** Bewoners beginnen <b>zelf</b> & meteen.
"""
QUESTION = "---\nkind: question\ntitle: Wat wil de wijk?\nstatus: open\n---\nBewoners weten het.\n"


@pytest.fixture
def filled(page: Any, wiki: Any) -> None:
    page("vragen/wijk", QUESTION)
    page("gesprekken/wijk", DIALOGUE)
    wiki.search.update(wiki.store, wiki.database)


def hits(html: str) -> list[tuple[str, str]]:
    return re.findall(r'data-path="([^"]+)" data-kind="([^"]+)"', html)


@pytest.mark.usefixtures("filled")
def test_hits_are_marked_for_scripts_and_lead_to_the_turn(client: Any) -> None:
    html = client.get("/search?q=bewoner").text
    assert set(hits(html)) == {
        ("vragen/wijk", "question"),
        ("gesprekken/wijk", "dialogue"),
        ("gesprekken/wijk", "turn"),
    }
    assert 'href="/wiki/gesprekken/wijk#turn-1"' in html
    assert "<mark>Bewoners</mark>" in html
    assert "<b>zelf" not in html


@pytest.mark.usefixtures("filled")
def test_a_turn_of_a_page_that_moved_on_leads_to_what_was_indexed(
    client: Any, page: Any, wiki: Any
) -> None:
    indexed = wiki.store.head()
    page("gesprekken/wijk", DIALOGUE.replace("Bewoners", "Mensen"))
    html = client.get("/search?q=bewoner&kind=turn").text
    assert f'href="/wiki/gesprekken/wijk?at={indexed}#turn-1"' in html


@pytest.mark.usefixtures("filled")
def test_words_in_a_file_lead_to_the_file_and_name_its_page(
    client: Any, wiki: Any, editor: Any
) -> None:
    files.add(wiki, editor, "vragen/wijk", "Een verslag.pdf", pdf("Over fonteinkruid"))
    wiki.search.update(wiki.store, wiki.database)
    html = client.get("/search?q=fonteinkruid", headers={"Accept-Language": "nl"}).text
    assert hits(html) == [("vragen/wijk/een-verslag.pdf", "file")]
    assert 'href="/files/vragen/wijk/een-verslag.pdf"' in html
    beside = '<span>bestand bij <a href="/wiki/vragen/wijk">Wat wil de wijk?</a></span>'
    assert beside in " ".join(html.split())
    assert hits(client.get("/search?q=fonteinkruid&kind=turn").text) == []
    assert hits(client.get("/search?kind=file").text) == hits(html)
    (hit,) = client.get("/api/v1/search?q=fonteinkruid").json["items"]
    assert (hit["kind"], hit["url"]) == ("file", "/files/vragen/wijk/een-verslag.pdf")


@pytest.mark.usefixtures("filled")
def test_filters_are_chips_that_can_be_removed(client: Any) -> None:
    html = client.get("/search?q=bewoner+wie:Anna&from=2009-12&kind=turn").text
    assert hits(html) == [("gesprekken/wijk", "turn")]
    assert 'href="/search?q=bewoner&amp;kind=turn&amp;from=2009-12"' in html
    assert 'href="/search?q=bewoner+wie%3AAnna&amp;kind=turn"' in html


@pytest.mark.usefixtures("filled")
def test_dates_include_the_last_day(client: Any) -> None:
    inside = "/search?q=bewoner&kind=dialogue&from=2009-12-02&to=2009-12-02"
    assert hits(client.get(inside).text) == [("gesprekken/wijk", "dialogue")]
    assert hits(client.get("/search?q=bewoner&kind=dialogue&to=2009-12-01").text) == []


@pytest.mark.usefixtures("filled")
def test_what_is_not_understood_is_told_in_words(client: Any) -> None:
    html = client.get("/search?q=bewoner+na:gisteren", headers={"Accept-Language": "nl"}).text
    assert "Geen datum: after:gisteren" in html
    assert hits(html)


@pytest.mark.usefixtures("filled")
def test_a_slip_gets_a_better_word(client: Any) -> None:
    assert 'href="/search?q=bewoners"' in client.get("/search?q=bewoenrs").text


def test_before_there_is_an_index_titles_are_searched(client: Any, page: Any) -> None:
    page("vragen/wijk", QUESTION)
    html = client.get("/search?q=WIJK", headers={"Accept-Language": "en"}).text
    assert hits(html) == [("vragen/wijk", "question")]
    assert "being built" in html
    assert client.get("/suggest?q=wijk").json[0]["title"] == "Wat wil de wijk?"


@pytest.mark.usefixtures("filled")
def test_suggestions(client: Any) -> None:
    offered = client.get("/suggest?q=wij").json
    assert offered[0] == {
        "kind": "question",
        "title": "Wat wil de wijk?",
        "url": "/wiki/vragen/wijk",
    }
    assert client.get("/suggest?q=").json == []
    assert client.get("/suggest?q=wij&as=opensearch").json[1][0] == "Wat wil de wijk?"


@pytest.mark.usefixtures("filled")
def test_browsers_can_search_from_their_own_bar(client: Any) -> None:
    link = re.search(r'<link rel="search" type="([^"]+)"[^>]* href="([^"]+)"', client.get("/").text)
    assert link is not None
    answer = client.get(link[2])
    assert answer.content_type.split(";")[0] == link[1] == "application/opensearchdescription+xml"
    name = "{http://a9.com/-/spec/opensearch/1.1/}"
    root = ElementTree.fromstring(answer.data)
    assert root.tag == f"{name}OpenSearchDescription"
    assert 0 < len(root.findtext(f"{name}ShortName", "")) <= 16
    assert 0 < len(root.findtext(f"{name}Description", "")) <= 1024
    urls = {one.attrib["type"]: one.attrib["template"] for one in root.iter(f"{name}Url")}
    asked = {type: url.replace("{searchTerms}", "wijk") for type, url in urls.items()}
    assert hits(client.get(asked["text/html"]).text)
    offered = client.get(asked["application/x-suggestions+json"]).json
    assert offered[0] == "wijk"
    assert client.get(offered[3][0]).status_code == 200


ODD = (
    "/search",
    "/search?q=",
    "/search?q=%00%22*-",
    "/search?q=" + "a" * 10_000,
    "/search?q=a&page=-1&kind=x&from=x&to=9999-12-31&in=x&sort=x",
    "/search?q=bewoner&page=99999999999",
    "/search?q=bewoner&page=400",
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/search?q=in:history+bewoner",
    "/suggest?q=" + "%22" * 500,
)


@pytest.mark.usefixtures("filled")
def test_no_address_fails(client: Any) -> None:
    for address in ODD:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.text, address
