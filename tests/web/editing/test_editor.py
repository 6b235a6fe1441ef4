"""Writing over HTTP: saves, merges, conflicts, new pages, drafts; nothing typed is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import PASSWORD, token_in

TEXT = "# Titel\n\nEen alinea.\n\nTwee alinea.\n\nDrie alinea.\n"


@pytest.fixture
def anna(app: Any, member: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "anna")
    return browser


@pytest.fixture
def bram(app: Any, editor: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "bram")
    return browser


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return html.unescape(found[1])


def area(page: str, name: str) -> str:
    found = re.search(
        rf'<textarea[^>]*name="{re.escape(name)}"[^>]*>\n?(.*?)</textarea>', page, re.S
    )
    assert found, f"no text {name}"
    return html.unescape(found[1])


def send(browser: Any, url: str, **form: Any) -> Any:
    """Post a form with the token of this browser."""
    page = browser.get("/new?kind=page").text
    return browser.post(url, data={"csrf_token": token_in(page), **form})


def blob(wiki: Any, path: str) -> str:
    return str(wiki.store.entry(f"{path}.md").blob)


def text(wiki: Any, path: str) -> str:
    return str(wiki.store.read(f"{path}.md").data.decode())


def test_a_save_is_a_commit_by_its_writer(anna: Any, wiki: Any, page: Any) -> None:
    page("a", TEXT)
    form = anna.get("/edit/a").text
    assert area(form, "text") == TEXT
    base = hidden(form, "base")
    answer = send(anna, "/edit/a", text=TEXT.replace("Een", "1"), base=base, summary="Cijfers")
    assert (answer.status_code, answer.location) == (303, "/wiki/a")
    assert text(wiki, "a") == TEXT.replace("Een", "1")
    commit = wiki.store.get(wiki.store.head())
    assert commit.author.name == "anna"
    assert commit.message.startswith("Cijfers\n\nDenktank: edit")


def test_unchanged_text_makes_no_commit(anna: Any, wiki: Any, page: Any) -> None:
    head = page("a", TEXT)
    answer = send(anna, "/edit/a", text=TEXT.replace("\n", "\r\n"), base=blob(wiki, "a"))
    assert answer.status_code == 303
    assert wiki.store.head() == head


def test_the_bytes_that_nobody_touched_stay(anna: Any, wiki: Any, page: Any) -> None:
    page("a", b"\xef\xbb\xbfeen\r\ntwee\r\ndrie")
    send(anna, "/edit/a", text="een\r\n2\r\ndrie\r\n", base=blob(wiki, "a"))
    assert wiki.store.read("a.md").data == b"\xef\xbb\xbfeen\r\n2\r\ndrie"


def test_edits_of_other_paragraphs_are_merged(
    anna: Any, bram: Any, wiki: Any, page: Any, client: Any
) -> None:
    page("a", TEXT)
    base = blob(wiki, "a")
    send(anna, "/edit/a", text=TEXT.replace("Een", "1"), base=base, summary="Eerste")
    answer = send(bram, "/edit/a", text=TEXT.replace("Drie", "3"), base=base)
    assert answer.status_code == 303
    assert text(wiki, "a") == TEXT.replace("Een", "1").replace("Drie", "3")
    shown = bram.get(answer.location).text
    assert "anna" in shown
    assert "Eerste" in shown
    assert "Denktank: merge" in wiki.store.get(wiki.store.head()).message
    listed = client.get("/history/a").text
    assert listed.count("data-revision=") == 3


def conflict(anna: Any, bram: Any, wiki: Any, page: Callable[..., str]) -> Any:
    page("a", TEXT)
    base = blob(wiki, "a")
    send(anna, "/edit/a", text=TEXT.replace("Een", "Anna's").replace("Drie", "3"), base=base)
    mine = TEXT.replace("Een", "Brams").replace("# Titel", "# Kop")
    return send(bram, "/edit/a", text=mine, base=base, summary="Van bram")


def test_a_conflict_is_shown_and_chosen(anna: Any, bram: Any, wiki: Any, page: Any) -> None:
    answer = conflict(anna, bram, wiki, page)
    assert answer.status_code == 409
    shown = answer.text
    assert "Anna's" in html.unescape(shown)
    assert "Brams" in shown
    assert "Brams" in area(shown, "text")
    [number] = re.findall(r'data-hunk="(\d+)"', shown)
    form = {name: hidden(shown, name) for name in ("csrf_token", "base", "ancestor", "summary")}
    form |= {"text": area(shown, "text"), f"hunk.{number}": "theirs"}
    done = bram.post("/edit/a", data=form)
    assert done.status_code == 303
    expected = TEXT.replace("Een", "Anna's").replace("Drie", "3").replace("# Titel", "# Kop")
    assert text(wiki, "a") == expected


@pytest.mark.parametrize(
    ("take", "found"),
    [
        ("mine", ["Brams alinea."]),
        ("both", ["Anna's alinea.", "Brams alinea."]),
        ("edit", ["Van ons beiden."]),
    ],
)
def test_every_choice_does_what_it_says(
    anna: Any, bram: Any, wiki: Any, page: Any, take: str, found: list[str]
) -> None:
    shown = conflict(anna, bram, wiki, page).text
    [number] = re.findall(r'data-hunk="(\d+)"', shown)
    form = {name: hidden(shown, name) for name in ("csrf_token", "base", "ancestor", "summary")}
    form |= {"text": area(shown, "text"), f"hunk.{number}": take}
    form[f"hunk.{number}.text"] = "Van ons beiden."
    assert bram.post("/edit/a", data=form).status_code == 303
    for said in found:
        assert said in text(wiki, "a")
    assert ("Anna's alinea." in text(wiki, "a")) == ("Anna's alinea." in found)


def test_of_a_conflict_each_sentence_is_chosen(anna: Any, bram: Any, wiki: Any, page: Any) -> None:
    before = "Zin een hier. Zin twee daar. Zin drie ginds.\n"
    page("a", before)
    base = blob(wiki, "a")
    send(anna, "/edit/a", text=before.replace("een", "1").replace("drie", "III"), base=base)
    late = send(bram, "/draft/a", text="Half", base=base)
    assert (late.json["stale"], late.json["saved_by"]) == (True, "anna")
    mine = before.replace("een", "één").replace("drie", "3")
    shown = send(bram, "/edit/a", text=mine, base=base).text
    first, second = dict.fromkeys(re.findall(r'name="(hunk\.\d+\.\d+)"', shown))
    form = {name: hidden(shown, name) for name in ("csrf_token", "base", "ancestor", "summary")}
    form |= {"text": area(shown, "text"), first.rpartition(".")[0]: "parts"}
    assert bram.post("/edit/a", data=form | {first: "theirs", second: "mine"}).status_code == 303
    assert text(wiki, "a") == "Zin 1 hier. Zin twee daar. Zin 3 ginds.\n"


def lines(word: str, count: int = 1_500) -> str:
    """So many paragraphs, every other one with a word that is the writer's."""
    return "".join(f"regel {n} {word if n % 2 else ''}\n\n" for n in range(count)) + "slot\n"


def test_of_thousands_of_conflicts_one_is_made(anna: Any, bram: Any, wiki: Any, page: Any) -> None:
    page("a", "begin\n\n" + lines("eerst"))
    base = blob(wiki, "a")
    send(anna, "/edit/a", text="Begin!\n\n" + lines("anna"), base=base)
    shown = send(bram, "/edit/a", text="begin\n\n" + lines("bram"), base=base).text
    [number] = re.findall(r'data-hunk="(\d+)"', shown)
    form = {name: hidden(shown, name) for name in ("csrf_token", "base", "ancestor", "summary")}
    form |= {"text": area(shown, "text"), f"hunk.{number}": "mine"}
    assert bram.post("/edit/a", data=form).status_code == 303
    assert text(wiki, "a") == "Begin!\n\n" + lines("bram")


def test_of_many_merged_places_the_first_are_shown(
    anna: Any, bram: Any, wiki: Any, page: Any
) -> None:
    page("a", "begin\n\n" + lines("eerst", 500))
    base = blob(wiki, "a")
    send(anna, "/edit/a", text="Anna\n\n" + lines("anna", 500), base=base)
    shown = send(bram, "/edit/a", text="Bram\n\n" + lines("eerst", 500), base=base).text
    assert "Al samengevoegd (250)" in shown
    assert shown.count("data-merged=") == 200
    assert "Nog 50 staan er niet bij." in shown


def test_back_to_my_text(anna: Any, bram: Any, wiki: Any, page: Any) -> None:
    shown = conflict(anna, bram, wiki, page).text
    form = {name: hidden(shown, name) for name in ("csrf_token", "base", "ancestor", "summary")}
    form |= {"text": area(shown, "text"), "do": "back"}
    back = bram.post("/edit/a", data=form)
    assert "Brams" in area(back.text, "text")
    assert hidden(back.text, "base") == form["ancestor"]


def test_a_choice_sent_after_the_session_ended_is_carried_on(
    anna: Any, bram: Any, client: Any, wiki: Any, page: Any
) -> None:
    shown = conflict(anna, bram, wiki, page).text
    [number] = re.findall(r'data-hunk="(\d+)"', shown)
    form = {name: hidden(shown, name) for name in ("base", "ancestor", "summary")}
    form |= {"text": area(shown, "text"), f"hunk.{number}": "theirs"}
    refused = client.post("/edit/a", data=form)
    assert refused.status_code in (400, 401)
    again = {name: hidden(refused.text, name) for name in ("csrf_token", "base", "ancestor")}
    again |= {f"hunk.{number}": hidden(refused.text, f"hunk.{number}")}
    again |= {"text": area(refused.text, "text"), "username": "bram", "password": PASSWORD}
    assert client.post("/edit/a", data=again).status_code == 303
    assert "Anna's" in text(wiki, "a")
    assert "# Kop" in text(wiki, "a")


def test_a_conflict_that_moved_on_is_merged_again(
    anna: Any, bram: Any, wiki: Any, page: Any
) -> None:
    shown = conflict(anna, bram, wiki, page).text
    [number] = re.findall(r'data-hunk="(\d+)"', shown)
    now = text(wiki, "a")
    send(anna, "/edit/a", text=now.replace("Twee", "2"), base=blob(wiki, "a"))
    form = {name: hidden(shown, name) for name in ("csrf_token", "base", "ancestor", "summary")}
    form |= {"text": area(shown, "text"), f"hunk.{number}": "mine"}
    assert bram.post("/edit/a", data=form).status_code == 303
    assert "Brams" in text(wiki, "a")
    assert "2 alinea" in text(wiki, "a")


@pytest.mark.parametrize(
    ("base", "status"), [(None, 400), ("0" * 40, 400), ("other", 400), ("-x", 400), ("", 409)]
)
def test_a_base_that_cannot_be_keeps_the_text(
    anna: Any, wiki: Any, page: Any, base: str | None, status: int
) -> None:
    page("a", TEXT)
    page("b", "Iets anders.\n")
    form = {"text": "Mijn werk\n"} | ({} if base is None else {"base": base})
    if base == "other":
        form["base"] = blob(wiki, "b")
    answer = send(anna, "/edit/a", **form)
    assert answer.status_code == status
    assert "Mijn werk" in area(answer.text, "text")
    assert text(wiki, "a") == TEXT


def test_a_page_that_was_renamed_meanwhile_is_found(
    anna: Any, bram: Any, wiki: Any, page: Any
) -> None:
    page("a", TEXT)
    base = blob(wiki, "a")
    assert send(bram, "/rename/a", new_path="nieuw/b").status_code == 303
    answer = send(anna, "/edit/a", text=TEXT.replace("Een", "1"), base=base)
    assert (answer.status_code, answer.location) == (303, "/wiki/nieuw/b")
    assert "1 alinea" in text(wiki, "nieuw/b")


def test_a_page_that_was_deleted_meanwhile_can_be_put_back(anna: Any, wiki: Any, page: Any) -> None:
    page("a", TEXT)
    base = blob(wiki, "a")
    page("a", None)
    answer = send(anna, "/edit/a", text=TEXT.replace("Een", "1"), base=base)
    assert answer.status_code == 409
    form = {name: hidden(answer.text, name) for name in ("csrf_token", "base", "restores")}
    form["text"] = area(answer.text, "text")
    assert anna.post("/edit/a", data=form).status_code == 303
    assert "1 alinea" in text(wiki, "a")
    assert anna.get("/history/a").text.count("data-revision=") == 3


def test_one_section_is_edited(anna: Any, wiki: Any, page: Any) -> None:
    page("a", "# T\n\n## Een\n\neen\n\n## Twee\n\ntwee\n")
    form = anna.get("/edit/a?section=2").text
    assert area(form, "part").strip() == "## Een\n\neen"
    answer = send(
        anna, "/edit/a", part="## Een\r\n\r\n1\r\n", section="2", base=hidden(form, "base")
    )
    assert answer.status_code == 303
    assert text(wiki, "a") == "# T\n\n## Een\n\n1\n\n## Twee\n\ntwee\n"


QUESTION = (
    "---\ntitle:   'Wat nu?'  # de vraag\nkind: question\nstatus: open\n"
    "extra: {x: 1}\n---\nTekst.\n"
)


def test_a_field_changes_its_own_line_only(anna: Any, wiki: Any, page: Any) -> None:
    page("vragen/a", QUESTION)
    form = anna.get("/edit/vragen/a").text
    sent = {f"was.{name}": area(form, f"was.{name}") for name in ("title", "status", "tags")}
    sent |= {"field.title": "Wat nu?", "field.status": "answered", "field.tags": ""}
    sent |= {"text": area(form, "text"), "base": hidden(form, "base")}
    assert send(anna, "/edit/vragen/a", **sent).status_code == 303
    assert text(wiki, "vragen/a") == QUESTION.replace("status: open", "status: answered")


def test_no_value_stands_in_a_field_and_in_the_text(anna: Any, wiki: Any, page: Any) -> None:
    page("a", "---\ntitle: Een plan\nseries: een\n---\nTekst.\n")
    shown = anna.get("/edit/a").text
    assert area(shown, "text") == "Tekst.\n"
    form = {name: area(shown, name) for name in ("text", "front", "was.title", "was.tags")}
    assert 'value="Een plan"' in shown
    form |= {"base": hidden(shown, "base"), "field.title": "Een plan", "field.tags": "b, c"}
    as_source = send(anna, "/edit/a", do="source", **form).text
    whole = "---\ntitle: Een plan\nseries: een\ntags: [b, c]\n---\nTekst.\n"
    assert area(as_source, "text") == whole
    assert "field.title" not in as_source
    changed = {"text": whole.replace("een", "twee"), "source": "yes", "base": form["base"]}
    again = send(anna, "/edit/a", do="fields", **changed).text
    assert 'value="b, c"' in again
    assert area(again, "text") == "Tekst.\n"
    assert send(anna, "/edit/a", **changed).status_code == 303
    assert text(wiki, "a") == changed["text"]
    # A file that is pasted whole is the whole file; front matter may be taken away.
    base = blob(wiki, "a")
    assert send(anna, "/edit/a", **form | {"text": QUESTION, "base": base}).status_code == 303
    assert text(wiki, "a").startswith("---\ntitle:   'Wat nu?'")
    bare = {"text": "Kaal.\n", "source": "yes", "base": blob(wiki, "a")}
    assert send(anna, "/edit/a", **bare).status_code == 303
    assert text(wiki, "a") == "Kaal.\n"


def test_a_wrong_field_is_named_and_nothing_is_lost(anna: Any, wiki: Any, page: Any) -> None:
    page("vragen/a", QUESTION)
    new = QUESTION.replace("status: open", "status: misschien").replace("Tekst", "Nieuw")
    answer = send(anna, "/edit/vragen/a", text=new, base=blob(wiki, "vragen/a"))
    assert answer.status_code == 400
    assert "misschien" in answer.text
    assert area(answer.text, "text") == new


def test_a_question_is_asked(anna: Any, wiki: Any, client: Any) -> None:
    answer = send(
        anna,
        "/new?kind=question",
        kind="question",
        title="Hoe blijft het vitaal?",
        tags="groei, leden",
        text="Een netwerk groeit.",
    )
    assert answer.location == "/wiki/vragen/hoe-blijft-het-vitaal"
    assert text(wiki, "vragen/hoe-blijft-het-vitaal") == (
        "---\ntitle: Hoe blijft het vitaal?\nkind: question\nstatus: open\n"
        "tags: [groei, leden]\n---\nEen netwerk groeit.\n"
    ).replace(
        "Hoe blijft het vitaal?", text(wiki, "vragen/hoe-blijft-het-vitaal").split("\n")[1][7:]
    )
    assert "Hoe blijft het vitaal?" in client.get("/questions").text
    again = send(anna, "/new", kind="question", title="Hoe blijft het vitaal?", text="x")
    assert again.location == "/wiki/vragen/hoe-blijft-het-vitaal-2"


def test_a_path_that_is_taken_keeps_what_was_typed(anna: Any, page: Any) -> None:
    page("vragen/a", QUESTION)
    answer = send(anna, "/new", kind="question", title="Iets", path="vragen/a", text="Mijn werk")
    assert answer.status_code == 409
    assert "Mijn werk" in area(answer.text, "text")
    assert 'value="vragen/a"' in answer.text


DIALOGUE = {
    "kind": "dialogue",
    "title": "Over systemen",
    "status": "announced",
    "date": "2009-12-02 15:00",
    "end": "17:00",
    "location": "Utrecht",
    "perspective": "bestuurskunde",
    "participants": "Spreker A — hoogleraar\nSpreker B — bouwer @anna",
    "questions": "vragen/a",
    "text": "**Spreker A:** Dag.\n\n**Spreker B:** Dag.\n",
}


def test_a_dialogue_stands_under_its_question(anna: Any, page: Any, client: Any, wiki: Any) -> None:
    page("vragen/a", QUESTION)
    answer = send(anna, "/new", **DIALOGUE)
    assert answer.location == "/wiki/gesprekken/over-systemen"
    written = text(wiki, "gesprekken/over-systemen")
    assert "date: 2009-12-02T15:00\nend: 2009-12-02T17:00\n" in written
    assert "Over systemen" in client.get("/wiki/vragen/a").text
    shown = client.get(answer.location).text
    assert "Utrecht" in shown
    assert "hoogleraar" in shown
    assert "/wiki/vragen/a" in shown
    assert 'id="turn-2"' in shown
    assert "Over systemen" in client.get("/dialogues").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "misschien"),
        ("end", "2009-12-02 14:00"),
        ("participants", "— hoogleraar"),
        ("date", "gisteren"),
        ("title", ""),
    ],
)
def test_a_dialogue_says_which_field_is_wrong(anna: Any, field: str, value: str) -> None:
    answer = send(anna, "/new", **{**DIALOGUE, field: value})
    assert answer.status_code == 400
    assert f'id="error-{field}"' in answer.text
    assert "**Spreker A:** Dag." in area(answer.text, "text")


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../b", "a\x00b", "a\x07b", "x" * 300, ".git/config", "con", "a/aux.txt", "a//b"],
)
def test_impossible_paths_are_refused(anna: Any, wiki: Any, path: str) -> None:
    head = wiki.store.head()
    answer = send(anna, "/new", kind="page", path=path, title="X", text="Mijn werk")
    assert answer.status_code == 400
    assert "Mijn werk" in answer.text
    assert wiki.store.head() == head


@pytest.mark.parametrize("path", ["Vragen/A", "vragen/A", "vragen/e\u0301", "vragen/\u00c9"])
def test_twins_are_refused(anna: Any, page: Any, path: str) -> None:
    page("vragen/a", QUESTION)
    page("vragen/\u00e9", QUESTION)
    answer = send(anna, f"/edit/{path}", base="", text="Mijn werk")
    assert answer.status_code == 409
    assert "Mijn werk" in answer.text


def test_text_that_the_wiki_does_not_take_is_kept(anna: Any, wiki: Any, page: Any) -> None:
    page("a", TEXT)
    base = blob(wiki, "a")
    large = send(anna, "/edit/a", text="x" * 2_100_000, base=base)
    assert large.status_code == 413
    assert "x" * 1000 in large.text
    for bad in ("nul\x00hier", "bel\x07hier"):
        answer = send(anna, "/edit/a", text=bad, base=base)
        assert answer.status_code == 400
        assert "hier" in answer.text
    token = token_in(anna.get("/edit/a").text)
    latin = f"csrf_token={token}&base={base}&text=caf%E9".encode()
    answer = anna.post("/edit/a", data=latin, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "caf" in area(answer.text, "text")
    assert text(wiki, "a") == TEXT


def test_an_expired_session_logs_in_on_the_same_form(
    client: Any, member: Any, wiki: Any, page: Any
) -> None:
    page("a", TEXT)
    form = {"text": TEXT.replace("Een", "1"), "base": blob(wiki, "a"), "summary": "Zo"}
    refused = client.post("/edit/a", data=form)
    assert refused.status_code in (400, 401)
    assert area(refused.text, "text") == form["text"]
    form["csrf_token"] = token_in(refused.text)
    form |= {"username": "anna", "password": PASSWORD}
    answer = client.post("/edit/a", data=form)
    assert answer.status_code == 303
    assert "1 alinea" in text(wiki, "a")


def test_a_save_that_fails_keeps_the_text(
    anna: Any, wiki: Any, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", TEXT)
    base = blob(wiki, "a")

    def broken(*_: Any, **__: Any) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(type(wiki.store), "commit", broken)
    answer = send(anna, "/edit/a", text="Mijn werk\n", base=base)
    assert answer.status_code == 503
    assert area(answer.text, "text") == "Mijn werk\n"


def test_a_draft_is_kept_and_offered(anna: Any, bram: Any, wiki: Any, page: Any) -> None:
    page("a", TEXT)
    base = blob(wiki, "a")
    bram.get("/edit/a")
    kept = send(anna, "/draft/a", text="Half", base=base, summary="zo")
    assert kept.status_code == 200
    assert kept.json["others"] == ["bram"]
    assert kept.json["stale"] is False
    assert "?draft=yes" in anna.get("/edit/a").text
    assert area(anna.get("/edit/a?draft=yes").text, "text") == "Half"
    assert "?draft=yes" not in bram.get("/edit/a").text
    send(anna, "/edit/a", text="Heel\n", base=base)
    assert "?draft=yes" not in anna.get("/edit/a").text


def test_a_draft_can_be_thrown_away(anna: Any, wiki: Any, page: Any) -> None:
    page("a", TEXT)
    send(anna, "/draft/a", text="Half", base=blob(wiki, "a"))
    assert send(anna, "/draft/a", do="drop").status_code == 303
    assert "?draft=yes" not in anna.get("/edit/a").text


def test_a_preview_is_html(anna: Any, page: Any) -> None:
    page("a", TEXT)
    answer = send(anna, "/preview", text="**vet** [[a]] <script>", path="b")
    assert "<strong>vet</strong>" in answer.text
    assert 'href="/wiki/a"' in answer.text
    assert "<script>" not in answer.text


def test_a_file_that_is_not_utf8_is_converted(anna: Any, wiki: Any, page: Any) -> None:
    page("a", b"caf\xe9\n")
    assert "convert=yes" in anna.get("/wiki/a").text
    assert anna.get("/edit/a").status_code == 409
    form = anna.get("/edit/a?convert=yes").text
    sent = {"text": area(form, "text"), "base": hidden(form, "base")}
    assert send(anna, "/edit/a", **sent).status_code == 409
    assert send(anna, "/edit/a", convert="yes", **sent).status_code == 303
    assert text(wiki, "a") == "café\n"


def test_broken_front_matter_can_be_repaired(anna: Any, wiki: Any, page: Any) -> None:
    page("a", "---\ntitle: [stuk\n---\nTekst.\n")
    shown = anna.get("/wiki/a")
    assert shown.status_code == 200
    assert "Tekst." in shown.text
    form = anna.get("/edit/a").text
    sent = {"text": area(form, "text").replace("[stuk", "heel"), "base": hidden(form, "base")}
    assert send(anna, "/edit/a", **sent).status_code == 303
    assert ">heel</h1>" in anna.get("/wiki/a").text


BOMBS = {
    "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "keys": "".join(f"k{n}: 1\n" for n in range(10_000)),
    "depth": "a: " + "[" * 5_000 + "]" * 5_000 + "\n",
    "broken": "title: [stuk\n",
}


@pytest.mark.parametrize("front", BOMBS.values(), ids=BOMBS)
def test_front_matter_that_cannot_be_read_is_not_saved(
    anna: Any, wiki: Any, page: Any, front: str
) -> None:
    page("vragen/a", QUESTION)
    new = f"---\n{front}---\nMijn werk\n"
    answer = send(anna, "/edit/vragen/a", text=new, base=blob(wiki, "vragen/a"))
    assert answer.status_code == 400
    assert "Mijn werk" in area(answer.text, "text")
    assert text(wiki, "vragen/a") == QUESTION
    page("b", new)
    assert anna.get("/wiki/b").status_code == 200


def test_after_saving_there_is_a_way_back(anna: Any, wiki: Any, page: Any) -> None:
    page("a", "# A\n\nEen.\n\n## Twee\n\nTekst.\n")
    for came, way in (
        ("http://localhost/recent?page=2", 'href="/recent?page=2"'),
        ("http://localhost/wiki/a", ""),
        ("http://elsewhere.example/recent", ""),
    ):
        shown = anna.get("/edit/a?section=2", headers={"Referer": came}).text
        part = f"## Twee\n\n{len(came)}\n"
        form = {"part": part, "section": "2", "base": hidden(shown, "base")}
        form |= {"back": hidden(shown, "back")} if 'name="back"' in shown else {}
        assert send(anna, "/edit/a", **form).location == "/wiki/a"
        said = anna.get("/wiki/a").text
        assert "Bewaard." in said
        assert 'href="/wiki/a#h-twee"' in said
        assert (way or "Terug naar waar je was") in said if way else "waar je was" not in said


def test_pages_and_people_are_offered_as_links(anna: Any, bram: Any, page: Any, wiki: Any) -> None:
    page("hof/plan", "---\ntitle: Plan [2]\n---\nx\n")
    page("hof/plein", "# Plein\n")
    found = anna.get("/suggest/links?q=pl").json
    assert {one["text"] for one in found} == {
        r"[Plan \[2\]](/wiki/hof/plan)",
        "[[hof/plein|Plein]]",
    }
    assert [one["text"] for one in anna.get("/suggest/links?q=bra&first=people").json] == [
        "[bram](/members/bram)"
    ]
