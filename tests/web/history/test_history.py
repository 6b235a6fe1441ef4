"""History over HTTP: paged, compared, recent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from wiki.domain.history.revisions import Author
from wiki.projections import history
from wiki.store.store import Change


def test_history_is_paged_newest_first(client: Any, page: Any) -> None:
    revisions = [page("a", f"{n}\n") for n in range(53)]
    first = client.get("/history/a").text
    listed = re.findall(r'data-revision="(\w+)"', first)
    assert listed == revisions[:2:-1]
    older = re.search(r'href="(/history/a\?before=\w+)"', first)
    assert older
    assert re.findall(r'data-revision="(\w+)"', client.get(older[1]).text) == revisions[2::-1]


@pytest.mark.parametrize("view", ["words", "side", "rendered", "source", "onzin", ""])
def test_two_versions_are_compared(client: Any, page: Any, view: str) -> None:
    first = page("a", "---\ntitle: Oud\n---\n\nDe burger als klant.\n")
    page("a", "---\ntitle: Oud\n---\n\nIets tussendoor.\n")
    last = page("a", "---\ntitle: Nieuw\n---\n\nDe burger als buur.\n")
    query = {"from": first, "to": last, "view": view}
    shown = client.get("/diff/a", query_string=query)
    assert shown.status_code == 200
    assert "klant" in shown.text
    assert "buur" in shown.text
    assert "tussendoor" not in shown.text
    turned = client.get("/diff/a", query_string={**query, "from": last, "to": first})
    assert turned.text.index(f"at={first}") < turned.text.index(f"at={last}")


def test_what_is_too_long_to_compare_as_it_reads_is_compared_in_words(
    client: Any, page: Any
) -> None:
    page("a", "- regel\n" * 20_000)
    page("a", "- regel\n" * 10_000 + "- iets nieuws\n" + "- regel\n" * 10_000)
    shown = client.get("/diff/a?view=rendered").text
    assert 'data-view="words"' in shown
    assert "te lang om te vergelijken" in shown
    assert "iets nieuws" in shown


def test_a_row_is_made_anew_when_anything_about_it_changes(
    app: Any, client: Any, wiki: Any, page: Any, member: Any, login: Any
) -> None:
    """Rows are kept by all that they show: another language, other rights, counted words."""
    page("a", "een\n", member)
    page("a", "een twee\n", member)
    for _ in range(2):
        assert "Wat er veranderde" in client.get("/history/a").text
        assert "/restore/a" not in client.get("/history/a?since=2020-01-01").text
    assert "What changed" in client.get("/history/a", headers={"Accept-Language": "en"}).text
    login(anna := app.test_client(), "anna")
    assert "/restore/a" in anna.get("/history/a").text
    assert "words-added" not in client.get("/history/a").text
    while history.count_words(wiki.store, wiki.database):
        pass
    assert "words-added" in client.get("/history/a").text


def test_without_from_the_change_itself_is_shown(client: Any, page: Any) -> None:
    page("a", "een\n")
    page("a", "twee\n")
    assert client.get("/diff/a").status_code == 200
    first = page("b", "alleen\n")
    assert "alleen" in client.get(f"/diff/b?to={first}").text


@pytest.mark.parametrize("bad", ["-x", "--output=/tmp/x", "0" * 40, "HEAD", "é", "other"])
def test_what_is_no_version_is_refused(client: Any, page: Any, bad: str) -> None:
    page("a", "een\n")
    other = page("b", "b\n")
    query = {"from": other if bad == "other" else bad}
    assert client.get("/diff/a", query_string=query).status_code == 404
    query = {"before": query["from"]}
    assert client.get("/history/a", query_string=query).status_code == 404


def test_recent_changes(client: Any, page: Any) -> None:
    assert client.get("/recent").status_code == 200
    for n in range(55):
        page(f"p{n}", "x\n")
    shown = client.get("/recent").text
    assert shown.count("data-revision=") == 50
    older = re.search(r'href="(/recent\?before=[^"]+)"', shown)
    assert older
    assert client.get(older[1]).text.count("data-revision=") == 5
    assert client.get("/recent?before=-x").status_code == 404


def test_a_patch_has_the_bytes_of_the_file(client: Any, wiki: Any) -> None:
    for data in (b"\xef\xbb\xbfEen\r\ncaf\xe9\r\n", b"\xef\xbb\xbfEen\r\nkoffie\r\n"):
        author = Author("Anna", "anna@example.org")
        changes = [Change("a.md", data)]
        wiki.store.commit(changes, author=author, message="m", trailers={}, expect={})
    wiki.follow()
    answer = client.get("/diff/a?patch=yes")
    assert b" \xef\xbb\xbfEen\r\n-caf\xe9\r\n+koffie\r\n" in answer.data


def test_history_leads_to_the_file_that_a_page_was_made_of(client: Any, wiki: Any) -> None:
    def commit(**files: str | None) -> None:
        wiki.store.commit(
            [
                Change(
                    name.replace("_", "/", 1).replace("__", "."), text.encode() if text else None
                )
                for name, text in files.items()
            ],
            author=Author("Proef", "p@voorbeeld.nl"),
            message="x",
            trailers={},
            expect={},
        )
        wiki.follow()

    commit(doc_een__textile="h1. Een\n\nbq. Oud.\n", oud_twee__rst="Twee\n====\n", doc_a__png="x")
    commit(doc_een__textile="h1. Een\n\nbq. Ouder.\n")
    gone = dict.fromkeys(["doc_een__textile", "oud_twee__rst", "doc_a__png"])
    commit(**gone, doc_een__md="# Een\n\n> Ouder.\n", nieuw_twee__md="# Twee\n", doc_a__md="# A\n")
    commit(doc_een__md="# Een\n\n> Nog ouder.\n")
    shown = client.get("/history/doc/een").text
    address = re.search(r'href="([^"]*doc/een\.textile)">doc/een\.textile</a>\s*\((\d) ', shown)
    assert address
    assert address[2] == "2"
    assert client.get(address[1]).status_code == 200
    assert "oud/twee.rst</a>" in client.get("/history/nieuw/twee").text
    assert "ander bestand" not in client.get("/history/doc/a").text
    assert "een.textile" not in client.get("/history/doc/een?since=2020-01-01").text
