"""Pages over HTTP: reading, redirects, old versions, what is not there or not for this reader."""

from __future__ import annotations

import re
from typing import Any

import pygit2
import pytest
from pygit2.enums import FileMode

from wiki.domain.access.rights import Right, Role, Rule
from wiki.services.editing.renaming import rename

QUESTION = "---\ntitle: Wat nu?\nkind: question\nstatus: open\n---\nTekst met [[later]].\n"


def test_a_page_is_read_and_says_what_it_is(client: Any, page: Any, wiki: Any) -> None:
    revision = page("vragen/a", QUESTION)
    answer = client.get("/wiki/vragen/a")
    blob = wiki.store.entry("vragen/a.md").blob
    assert answer.status_code == 200
    assert f'data-path="vragen/a" data-revision="{revision}" data-blob="{blob}"' in answer.text
    assert ">Wat nu?</h1>" in answer.text
    assert 'method="post"' not in answer.text


def test_a_wanted_link_comes_alive(client: Any, page: Any) -> None:
    page("a", QUESTION)
    assert re.search(r'class="wanted" href="/new\?[^"]*later"', client.get("/wiki/a").text)
    page("later", "Nu wel.\n")
    shown = client.get("/wiki/a").text
    assert 'class="wanted"' not in shown
    assert 'href="/wiki/later"' in shown
    assert "/wiki/a" in client.get("/wiki/later").text  # mentioned in


@pytest.mark.parametrize("name", ["index", "README"])
def test_a_folder_shows_its_index(client: Any, page: Any, name: str) -> None:
    page(f"map/{name}", "# Hier\n")
    assert f'data-path="map/{name}"' in client.get("/wiki/map").text
    assert f'data-path="map/{name}"' in client.get("/wiki/map/").text


def test_a_symbolic_link_reads_as_the_page_it_leads_to(
    client: Any,
    page: Any,
    wiki: Any,
    editor: Any,
    login: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page("map/doel", "# Het doel\n\nDe tekst zelf.\n")
    page("besloten/geheim", "# Geheim\n")
    page("a", "[[wijst]] en [daarheen](wijst.md) en [[uit]]\n")
    links = {
        "wijst.md": "map/doel.md",
        "verder.md": "./wijst.md",
        "index.md": "map/../map/doel.md",
        "uit.md": "../../etc/passwd.md",
        "vast.md": "/etc/passwd.md",
        "rond.md": "om.md",
        "om.md": "rond.md",
        "zelf.md": "zelf.md",
        "stil.md": "besloten/geheim.md",
        "geen.md": "map",
    }
    _link(wiki, links)
    rights = type(wiki.rights)(wiki.rights.site, (Rule("besloten/", Right.READ, Role.ADMIN),))
    monkeypatch.setattr(type(wiki), "rights", property(lambda _: rights))
    for path in ("wijst", "verder", "index"):
        shown = client.get(f"/wiki/{path}")
        assert shown.status_code == 200, path
        assert 'data-path="map/doel"' in shown.text, path
        assert "De tekst zelf." in shown.text, path
    assert "De tekst zelf." in client.get("/").text
    for path in ("uit", "vast", "rond", "om", "zelf", "geen"):
        assert client.get(f"/wiki/{path}").status_code == 404, path
    assert client.get("/wiki/stil").status_code == 303
    linking = client.get("/wiki/a").text
    assert linking.count('href="/wiki/map/doel"') == 2
    assert linking.count('class="wanted"') == 1
    assert "/wiki/a" in client.get("/wiki/map/doel").text  # mentioned in
    assert "wijst" not in client.get("/pages?view=wanted").text
    login(client, editor.username)
    assert 'name="base"' in client.get("/edit/wijst").text
    assert "De tekst zelf." in client.get("/edit/wijst").text
    assert client.get("/delete/wijst").status_code == 404
    assert client.get("/rename/wijst").status_code == 404
    rename(wiki, editor, "map/doel", "elders")
    written = wiki.store.read("a.md").data.decode()
    assert written == "[[elders]] en [daarheen](elders.md) en [[uit]]\n"


def _link(wiki: Any, links: dict[str, str]) -> None:
    """Commit symbolic links in the root, as a push may bring them."""
    repository = pygit2.Repository(str(wiki.store.git))
    head = repository.revparse_single(wiki.store.head()).peel(pygit2.Commit)
    tree = repository.TreeBuilder(head.tree)
    for name, target in links.items():
        tree.insert(name, repository.create_blob(target.encode()), FileMode.LINK)
    who = pygit2.Signature("Joke", "joke@example.org", int(wiki.clock().timestamp()), 0)
    branch = repository.references["HEAD"].resolve().name
    repository.create_commit(branch, who, who, "link pages", tree.write(), [head.id])
    wiki.follow()


def test_redirects_are_followed_and_said(client: Any, page: Any) -> None:
    page("nieuw", "# Nieuw\n")
    page("midden", "---\nredirect: nieuw\n---\n")
    page("oud", "---\nredirect: midden\n---\n")
    shown = client.get("/wiki/oud", follow_redirects=True).text
    assert 'data-path="nieuw"' in shown
    assert "oud" in shown
    assert 'data-path="oud"' in client.get("/wiki/oud?redirect=no").text


def test_redirects_that_go_round_end(client: Any, page: Any) -> None:
    page("a", "---\nredirect: b\n---\n")
    page("b", "---\nredirect: a\n---\n")
    page("weg", "---\nredirect: nergens\n---\n")
    for path in ("a", "b", "weg"):
        assert client.get(f"/wiki/{path}").status_code == 200


def test_a_page_as_it_was(client: Any, page: Any) -> None:
    first = page("a", "Eerst.\n")
    page("a", "Daarna.\n")
    elders = page("b", "Elders.\n")
    shown = client.get(f"/wiki/a?at={first}").text
    assert "Eerst." in shown
    assert "Daarna." not in shown
    assert client.get(f"/wiki/a?at={first[:8]}").status_code == 200
    for at in (elders, "0" * 40, "-n", "HEAD", "zz", "abcd"):
        assert client.get("/wiki/a", query_string={"at": at}).status_code == 404, at


def test_what_is_not_there(client: Any, page: Any) -> None:
    missing = client.get("/wiki/nergens/iets")
    assert missing.status_code == 404
    assert "/new?path=nergens/iets" in missing.text.replace("%2F", "/")
    page("a", "Weg.\n")
    page("a", None)
    deleted = client.get("/wiki/a")
    assert deleted.status_code == 410
    assert "/history/a" in deleted.text
    assert client.get("/history/a").text.count("data-revision=") == 2


@pytest.mark.parametrize("path", ["%2e%2e/x", ".git/config", "a%00b", "a%07", "a//b", "x" * 1200])
def test_impossible_addresses(client: Any, path: str) -> None:
    for verb in ("wiki", "raw", "history", "edit", "files"):
        assert client.get(f"/{verb}/{path}").status_code in (303, 308, 400, 401, 404)


def test_raw_bytes(client: Any, page: Any) -> None:
    data = b"\xef\xbb\xbfeen\r\n<script>\r\n"
    first = page("a", data)
    page("a", "anders\n")
    answer = client.get(f"/raw/a?at={first}")
    assert answer.data == data
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_closed_page_is_closed_everywhere(
    client: Any, page: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("redactie/plan", "---\ntitle: Geheim plan\nkind: question\nstatus: open\n---\nGeheim.\n")
    page("open", "Zie [[redactie/plan]] en [[Geheim plan]].\n")
    page("stub", "---\nredirect: redactie/plan\n---\n")
    rule = Rule("redactie/", Right.READ, Role.EDITOR)
    rights = type(wiki.rights)(wiki.rights.site, (rule,))
    monkeypatch.setattr(type(wiki), "rights", property(lambda _: rights))
    for verb in ("wiki", "raw", "history", "diff", "edit"):
        answer = client.get(f"/{verb}/redactie/plan")
        assert answer.status_code == 303
        assert answer.location.startswith("/login")
    assert client.get("/wiki/stub").status_code == 404
    assert client.get("/wiki/open").text.count('class="wanted"') == 2
    for url in ("/", "/questions", "/recent", "/tags", "/agenda", "/dialogues"):
        assert "Geheim" not in client.get(url).text, url


def test_the_front_page(client: Any, page: Any) -> None:
    assert client.get("/").status_code == 200
    page("index", "---\ntitle: Onze denktank\n---\nWelkom.\n")
    page("vragen/a", QUESTION)
    shown = client.get("/").text
    assert "Onze denktank" in shown
    assert "Welkom." in shown
    assert "Wat nu?" in shown


def test_an_address_in_other_letters_leads_to_the_page(client: Any, page: Any) -> None:
    page("Nieuwe-Plek", "Hier.\n")
    answer = client.get("/wiki/nieuwe-plek")
    assert answer.status_code == 303
    assert answer.location == "/wiki/Nieuwe-Plek"
