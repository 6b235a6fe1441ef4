"""A new page: files before its first save, another kind, several drafts; nothing typed is lost."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import lxml.html
import pytest

from tests.conftest import token_in
from wiki.domain.history.revisions import Event
from wiki.services.content import commits, files
from wiki.services.editing import draft_files, drafts
from wiki.services.operation import jobs
from wiki.store.store import Change


@pytest.fixture
def anna(app: Any, member: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "anna")
    return browser


def draft_of(page: str) -> str:
    return given(page)["draft"][0]


def given(page: str) -> dict[str, list[str]]:
    """What the form would send, as a browser reads it."""
    form = lxml.html.fromstring(page).get_element_by_id("editor")
    found: dict[str, list[str]] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value.removeprefix("\n"))
    return found


def post(browser: Any, url: str, sent: dict[str, Any], *some: str, json: bool = False) -> Any:
    token = token_in(browser.get("/new").text)
    data = {**sent, "csrf_token": token}
    if some:
        data["file"] = [(io.BytesIO(name.encode()), name) for name in some]
    return browser.post(url, data=data, headers={"Accept": "application/json"} if json else {})


def test_files_wait_for_the_page_and_come_with_it(
    anna: Any, app: Any, editor: Any, login: Any, wiki: Any
) -> None:
    form = anna.get("/new?kind=question")
    draft = draft_of(form.text)
    assert f'data-url="/new/files?draft={draft}"' in form.text
    sent = {"draft": draft, "kind": "question", "title": "Met beeld"}
    added = post(anna, "/new/files", sent, "Een foto.png", "C++ gids.txt", "C# gids.txt", json=True)
    assert [one["name"] for one in added.json] == ["een-foto.png", "c-gids.txt", "c-gids-2.txt"]
    assert added.json[0]["markdown"] == "![een-foto.png](een-foto.png)"
    again = post(anna, "/new/files", sent, "Een foto.png", json=True)
    assert [one["name"] for one in again.json] == ["een-foto.png"]
    listed = anna.get(f"/new/files?draft={draft}").json
    assert [one["name"] for one in listed] == ["c-gids-2.txt", "c-gids.txt", "een-foto.png"]

    url = f"/new/files/{draft}/een-foto.png"
    seen = anna.get(url)
    assert (seen.data, seen.content_type) == (b"Een foto.png", "image/png")
    assert "default-src 'none'" in seen.headers["Content-Security-Policy"]
    text = "Zie ![kaart](een-foto.png) en [gids](c-gids-2.txt)."
    for path in ("", "map/nieuw"):
        shown = post(anna, "/preview", {**sent, "text": text, "path": path}).text
        assert f'<img src="{url}" alt="kaart"' in shown
        assert f'href="/new/files/{draft}/c-gids-2.txt"' in shown
    bram = app.test_client()
    login(bram, "bram")
    assert bram.get(url).status_code == 404
    assert bram.get(f"/new/files?draft={draft}").json == []
    assert app.test_client().get(url).status_code in (303, 401)
    assert post(bram, "/new", {**sent, "title": "Van een ander", "text": "x"}).status_code == 303
    assert not list(wiki.store.files_in("vragen/van-een-ander"))

    post(anna, "/draft", {**sent, "text": text})
    made = post(anna, "/new", {**sent, "text": text})
    assert (made.status_code, made.location) == (303, "/wiki/vragen/met-beeld")
    beside = {
        one.file: wiki.store.blob(one.blob) for one in wiki.store.files_in("vragen/met-beeld")
    }
    assert beside == {
        "vragen/met-beeld/een-foto.png": b"Een foto.png",
        "vragen/met-beeld/c-gids.txt": b"C++ gids.txt",
        "vragen/met-beeld/c-gids-2.txt": b"C# gids.txt",
    }
    assert wiki.store.get(wiki.store.head()).message.startswith("create vragen/met-beeld.md")
    assert 'src="/files/vragen/met-beeld/een-foto.png"' in anna.get("/wiki/vragen/met-beeld").text
    assert anna.get(url).status_code == 404
    assert f"draft={draft}" not in anna.get("/new").text
    # The next file of that name is a version of the one that came with the page.
    token = token_in(anna.get("/new").text)
    sent_now = {"csrf_token": token, "file": (io.BytesIO(b"nieuw"), "C# gids.txt")}
    assert anna.post("/upload/vragen/met-beeld", data=sent_now).status_code == 303
    assert wiki.store.read("vragen/met-beeld/c-gids-2.txt").data == b"nieuw"


def test_a_file_that_is_there_is_never_replaced(anna: Any, member: Any, wiki: Any) -> None:
    there = [Change("map/kaart.txt", b"oud"), Change("titel/kaart.txt", b"oud")]
    head = commits.commit(wiki, member, Event.EDIT, there, expect={}).revision
    form = given(anna.get("/new?kind=page").text)
    sent = {"draft": form["draft"][0], "kind": "page", "title": "Titel", "text": "Mijn tekst"}
    shown = post(anna, "/new/files", sent, "kaart.txt", "weg.txt")
    assert "[kaart.txt](kaart.txt)" in shown.text
    assert "Mijn tekst</textarea>" in shown.text
    out = post(anna, "/new", {**sent, "do": "file.remove:weg.txt"}).text
    assert "[kaart.txt](kaart.txt)" in out
    assert "[weg.txt](weg.txt)" not in out
    refused = post(anna, "/new/files", sent)
    assert refused.status_code == 400
    assert "Mijn tekst</textarea>" in refused.text
    taken = post(anna, "/new", {**sent, "path": "map"})
    assert taken.status_code == 409
    assert "Mijn tekst</textarea>" in taken.text
    assert "een bestand met de naam kaart.txt" in taken.text
    assert wiki.store.head() == head
    assert post(anna, "/new", sent).location == "/wiki/titel-2"
    assert wiki.store.read("titel/kaart.txt").data == b"oud"
    assert wiki.store.read("titel-2/kaart.txt").data == b"kaart.txt"


def test_what_is_never_saved_does_not_stay(
    anna: Any, member: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_files, "MOST_FILES", 2)
    monkeypatch.setattr(files, "MOST_AT_ONCE", 2)
    large = "a" * 12 + ".txt"
    object.__setattr__(wiki.configured, "max_file_bytes", len(large))
    sent = {"draft": "een-concept", "kind": "page", "text": "x"}
    assert post(anna, "/new/files", sent, large, json=True).status_code == 200
    assert post(anna, "/new/files", sent, "b" + large, json=True).status_code == 413
    assert post(anna, "/new/files", sent, "a.txt", "b.txt", json=True).status_code == 400
    post(anna, "/draft", {**sent, "draft": "ander-concept"})
    assert post(anna, "/new/files", {**sent, "draft": "ander"}, large, json=True).status_code == 200
    full = post(anna, "/new/files", {**sent, "draft": "ander"}, "c.txt", json=True)
    assert full.status_code == 422
    assert "groot" in full.json["message"]
    assert post(anna, "/new/files", {**sent, "draft": "x y"}, "c.txt", json=True).status_code == 400

    post(anna, "/draft", {"draft": "ander", "kind": "page", "do": "drop"})
    assert not draft_files.listing(wiki, member, "ander")
    assert "ander-concept" in anna.get("/new").text
    assert post(anna, "/new/files", {**sent, "draft": "ander"}, large, json=True).status_code == 200

    began = wiki.clock()
    wiki.clock = lambda: began + draft_files.KEPT - timedelta(hours=1)
    drafts.keep(wiki, member, "", base="", text="x", fields={"draft": "een-concept"})
    wiki.clock = lambda: began + draft_files.KEPT + timedelta(hours=1)
    jobs.tidy(wiki)
    assert draft_files.listing(wiki, member, "een-concept")
    assert not draft_files.listing(wiki, member, "ander")


def test_another_kind_takes_along_what_was_typed(anna: Any, wiki: Any, page: Any) -> None:
    page("vragen/een", "---\ntitle: Een\nkind: question\n---\n")
    page("vragen/twee", "---\ntitle: Twee\nkind: question\n---\n")
    sent: dict[str, Any] = given(anna.get("/new?kind=dialogue").text)
    draft = sent["draft"]
    sent |= {
        "title": "Mijn titel",
        "tags": "a, b",
        "text": "Mijn\r\ntekst",
        "path": "hier",
        "location": "Zaal 3",
        "date": "morgen",
        "summary": "zo",
        "questions": ["", "vragen/een", "vragen/twee"],
        "participants.1.name": "An",
        "participants.1.role": "gast",
        "participants.2.name": "Bo",
    }
    for kind in ("question", "page"):
        turned = post(anna, f"/new?kind={kind}", {**sent, "do": f"kind:{kind}"}).text
        assert f'value="kind:{kind}" formnovalidate formaction="/new?kind={kind}" aria-current' in (
            re.sub(r"\s+", " ", turned)
        )
        assert "Zaal 3</textarea>" in turned
        sent = given(turned)
        assert sent["kind"] == [kind]
        assert (sent["title"], sent["text"]) == (["Mijn titel"], ["Mijn\ntekst"])
        # What a browser sends has other line endings.
        sent["participants"] = [sent["participants"][0].replace("\n", "\r\n")]
    back = post(anna, "/new?kind=dialogue", {**sent, "do": "kind:dialogue"}).text
    found = given(back)
    for name, value in {
        "draft": draft[0],
        "kind": "dialogue",
        "tags": "a, b",
        "path": "hier",
        "location": "Zaal 3",
        "date": "morgen",
        "summary": "zo",
        "status": "announced",
        "participants.1.role": "gast",
        "participants.2.name": "Bo",
    }.items():
        assert found[name] == [value], name
    assert {"vragen/een", "vragen/twee"} <= set(found["questions"])
    assert "data-changed-here" in back
    assert post(anna, "/new", {**sent, "do": "kind:boek"}).status_code == 400
    made = post(anna, "/new?kind=page", {**sent, "kind": "page"})
    assert made.location == "/wiki/hier"
    written = wiki.store.read("hier.md").data.decode()
    assert "Mijn titel" in written
    assert "Zaal 3" not in written, "a plain page has no such field"


def test_each_new_page_has_a_draft_of_its_own(anna: Any) -> None:
    ids = [draft_of(anna.get("/new?kind=question").text) for _ in range(2)]
    assert ids[0] != ids[1]
    for number, draft in enumerate(ids):
        fields = {"draft": draft, "kind": "question", "title": f"Vraag {number}", "text": "t"}
        assert post(anna, "/draft", fields).status_code == 200
    offered = anna.get("/new?kind=page").text
    assert all(f"/new?draft={draft}" in offered for draft in ids)
    on = given(anna.get(f"/new?draft={ids[0]}").text)
    assert (on["kind"], on["title"], on["draft"]) == (["question"], ["Vraag 0"], [ids[0]])
    assert post(anna, "/new", on).status_code == 303
    offered = unescape(anna.get("/new?kind=page").text)
    assert f"/new?draft={ids[0]}" not in offered
    assert f"/new?draft={ids[1]}" in offered
    assert anna.get("/new?draft=unknown").status_code == 200
