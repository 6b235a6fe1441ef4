"""Whole pages over HTTP: rename, delete, restore, undo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.editing.test_editor import area, hidden, send, text
from wiki.domain.access.rights import SYSTEM
from wiki.render.frontmatter import read
from wiki.services.content.files import add
from wiki.services.editing import renaming


@pytest.fixture
def chef(app: Any, admin: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "chef")
    return browser


def test_a_rename_takes_links_and_files_along(chef: Any, wiki: Any, page: Any) -> None:
    page("vragen/a", "---\ntitle: A\nkind: question\nstatus: open\n---\n![x](f.png) [[b]]\n")
    page("b", "[[vragen/a|hier]] [daar](/wiki/vragen/a)\n")
    front = "kind: dialogue\ntitle: D\nstatus: held\ndate: 2009-12-02\nquestions: [vragen/a]"
    page("d", f"---\n{front}\n---\n")
    add(wiki, SYSTEM, "vragen/a", "f.png", b"png")
    before = wiki.store.head()
    answer = send(chef, "/rename/vragen/a", new_path="kwesties/z", summary="Beter")
    assert answer.location == "/wiki/kwesties/z"
    assert wiki.store.get(wiki.store.head()).parents == (before,)
    assert text(wiki, "vragen/a") == "---\nredirect: kwesties/z\n---\n"
    assert text(wiki, "b") == "[[kwesties/z|hier]] [daar](/wiki/kwesties/z)\n"
    assert "questions: [kwesties/z]" in text(wiki, "d")
    assert chef.get("/files/kwesties/z/f.png").data == b"png"
    assert "D" in chef.get("/wiki/kwesties/z").text
    message = wiki.store.get(wiki.store.head()).message
    assert message.endswith("Denktank: rename\nFrom: vragen/a\n")
    assert chef.get("/history/kwesties/z").text.count("data-revision=") == 2


def test_every_way_to_link_follows_a_rename(chef: Any, wiki: Any, page: Any) -> None:
    code = "1. stap\n\n    ```\n    [[rn/de pagina]]\n    ```\n"
    page(
        "rn/de pagina",
        '[a](<de buur.md>) [b](buur.md "titel (x)") [c](utrecht_(stad).md) ![p](beside.png)\n'
        "[v](b-v2.4) [[buur]]\n\n" + code,
    )
    for name in ("buur", "utrecht_(stad)", "b-v2.4"):
        page(f"rn/{name}", "x\n")
    table = "| a |\n|---|\n| [[rn/de pagina\\|hier]] |\n"
    page("rn/de buur", f"![p](<de pagina/foto-een.png>) [[de pagina]]\n\n{table}")
    add(wiki, SYSTEM, "rn/de pagina", "foto een.png", b"png")
    add(wiki, SYSTEM, "rn/de buur", "beside.png", b"png")
    ways = ('["[[rn/de pagina]]"]', '"rn/de pagina, hern/x"', "\n  - rn/de pagina")
    for number, written in enumerate(ways):
        front = f"kind: dialogue\ntitle: D\nstatus: held\ndate: 2024-01-01\nquestions: {written}"
        page(f"d{number}", f"---\n{front}\n---\n")
    assert send(chef, "/rename/rn/de pagina", new_path="2024 nieuw/1: een").status_code == 400
    assert send(chef, "/rename/rn/de pagina", new_path="2024 nieuw/z (x)").status_code == 303
    moved = text(wiki, "2024 nieuw/z (x)")
    assert moved == (
        '[a](<../rn/de%20buur.md>) [b](../rn/buur.md "titel (x)") '
        "[c](../rn/utrecht_%28stad%29.md) ![p](beside.png)\n[v](../rn/b-v2.4) [[buur]]\n\n" + code
    )
    assert text(wiki, "rn/de buur") == (
        "![p](<../2024%20nieuw/z%20%28x%29/foto-een.png>) [[z (x)]]\n\n"
        "| a |\n|---|\n| [[2024 nieuw/z (x)\\|hier]] |\n"
    )
    new = "2024 nieuw/z (x)"
    metas = [read(text(wiki, f"d{number}")) for number in range(3)]
    assert [meta.questions for meta in metas] == [(new,), (new, "hern/x"), (new,)]
    assert {meta.problems for meta in metas} == {()}


def test_a_rename_of_very_many_links_is_bounded(
    chef: Any, wiki: Any, page: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(renaming, "MOST_LINKS", 3)
    monkeypatch.setattr(renaming, "MOST_PAGES", 1)
    page("vol", " ".join(f"[x](doel{number})" for number in range(10)))
    answer = send(chef, "/rename/vol", new_path="elders/vol")
    assert answer.status_code == 400
    assert "elders/vol" in answer.text
    assert "te veel om ze" in answer.text
    page("a", "Zie [[doel]].\n")
    page("b", "Zie [[doel]].\n")
    page("doel", "# Doel\n")
    assert send(chef, "/rename/doel", new_path="elders/doel").status_code == 303
    assert [text(wiki, name) for name in "ab"] == ["Zie [[elders/doel]].\n", "Zie [[doel]].\n"]
    assert 'data-path="elders/doel"' in chef.get("/wiki/doel").text


def test_front_matter_in_toml_gets_none_of_ours_by_a_rename(
    chef: Any, wiki: Any, page: Any
) -> None:
    page("doel", "# Doel\n")
    front = '+++\ntitle = "A"\nquestions = ["doel"]\n+++\n'
    page("a", f"{front}Zie [[doel]].\n")
    assert send(chef, "/rename/doel", new_path="elders/plan").status_code == 303
    assert wiki.store.read("a.md").data.decode() == f"{front}Zie [[plan]].\n"


def test_a_change_of_case_leaves_no_stub(chef: Any, wiki: Any, page: Any) -> None:
    page("notitie", "x\n")
    assert send(chef, "/rename/notitie", new_path="Notitie").status_code == 303
    assert wiki.store.entry("notitie.md") is None
    assert text(wiki, "Notitie") == "x\n"


def test_a_rename_there_and_back(chef: Any, wiki: Any, page: Any) -> None:
    page("a", "x\n")
    send(chef, "/rename/a", new_path="b")
    assert send(chef, "/rename/b", new_path="a").status_code == 303
    assert text(wiki, "a") == "x\n"
    assert 'data-path="a"' in chef.get("/wiki/b").text
    assert chef.get("/history/a").text.count("data-revision=") == 3


@pytest.mark.parametrize(
    ("path", "status"), [("b", 409), ("../x", 400), ("a", 400), ("", 400), ("B", 409), ("con", 400)]
)
def test_a_rename_that_cannot_be(chef: Any, page: Any, path: str, status: int) -> None:
    page("a", "x\n")
    page("b", "y\n")
    answer = send(chef, "/rename/a", new_path=path)
    assert answer.status_code == status
    assert f'value="{path}"' in answer.text


def test_delete_and_restore(chef: Any, wiki: Any, page: Any, client: Any) -> None:
    first = page("a", "x\n")
    assert send(chef, "/delete/a", summary="Dubbel").status_code == 303
    offer = f'href="/restore/a?revision={wiki.store.head()}"'
    assert offer in chef.get("/history/a").text.split("<h1")[0], "undone where it was said"
    assert client.get("/wiki/a").status_code == 410
    assert 'data-path="a"' in chef.get("/trash").text
    assert send(chef, "/restore/a", revision=first).status_code == 303
    assert text(wiki, "a") == "x\n"
    assert chef.get("/history/a").text.count("data-revision=") == 3


def test_the_trash_puts_back_what_a_deletion_took(chef: Any, wiki: Any, page: Any) -> None:
    page("a", "x\n")
    send(chef, "/delete/a")
    deletion = wiki.store.head()
    assert f"/restore/a?revision={deletion}" in chef.get("/trash").text
    assert send(chef, "/restore/a", revision=deletion).status_code == 303
    assert text(wiki, "a") == "x\n"
    assert chef.get("/history/a").text.count("data-revision=") == 3


def test_restore_refuses_what_is_no_version_of_the_page(chef: Any, page: Any) -> None:
    page("a", "x\n")
    other = page("b", "y\n")
    for revision in (other, "-x", "", "0" * 40):
        assert send(chef, "/restore/a", revision=revision).status_code == 404


def test_undo_takes_one_change_back(chef: Any, wiki: Any, page: Any) -> None:
    page("a", "een\n\ntwee\n\ndrie\n")
    wrong = page("a", "EEN\n\ntwee\n\ndrie\n")
    page("a", "EEN\n\ntwee\n\nDRIE\n")
    assert send(chef, "/undo/a", revision=wrong).status_code == 303
    assert text(wiki, "a") == "een\n\ntwee\n\nDRIE\n"
    assert f"Reverts: {wrong}" in wiki.store.get(wiki.store.head()).message


def test_an_undo_in_conflict_lets_one_choose(chef: Any, wiki: Any, page: Any) -> None:
    page("a", "een\n")
    wrong = page("a", "twee\n")
    page("a", "drie\n")
    answer = send(chef, "/undo/a", revision=wrong)
    assert answer.status_code == 409
    form = {name: hidden(answer.text, name) for name in ("csrf_token", "base", "ancestor")}
    form |= {"text": area(answer.text, "text"), "hunk.0": "mine", "summary": ""}
    assert chef.post("/edit/a", data=form).status_code == 303
    assert text(wiki, "a") == "een\n"


def test_who_may_not_is_told(app: Any, member: Any, login: Any, page: Any) -> None:
    page("a", "x\n")
    browser = app.test_client()
    login(browser, "anna")
    assert browser.get("/rename/a").status_code == 403
    assert send(browser, "/rename/a", new_path="b").status_code == 403
    assert send(browser, "/delete/a").status_code == 403
    assert app.test_client().get("/rename/a").status_code == 303
