"""The form of a dialogue: days as people type them, participants in rows, questions by title."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest

from tests.conftest import token_in

QUESTION = "---\ntitle: Hoe blijft het?\nkind: question\nstatus: open\n---\nTekst.\n"
FORM = {"kind": "dialogue", "title": "Over systemen", "status": "announced", "date": "2026-12-15"}
WRITTEN = """---
title: Over systemen
kind: dialogue
status: announced
date: 2026-12-15
participants:
  - {name: Anna de Boer, role: bouwer}
questions: [vragen/a]
---
Tekst.
"""


@pytest.fixture
def anna(app: Any, member: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "anna")
    return browser


def send(browser: Any, url: str, *more: tuple[str, str], **form: str) -> Any:
    token = token_in(browser.get("/new?kind=dialogue").text)
    data: dict[str, Any] = {"csrf_token": token, **form}
    for name, value in more:
        data.setdefault(name, []).append(value)
    return browser.post(url, data=data)


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the editor's form, by name."""
    root = lxml.html.fromstring(page).find_class("editor")[0]
    found: dict[str, list[str]] = {}
    for name, value in root.form_values():
        # Browsers drop the first newline of a textarea.
        found.setdefault(name, []).append(value.removeprefix("\n"))
    return found


def text(wiki: Any, path: str) -> str:
    return str(wiki.store.read(f"{path}.md").data.decode())


def test_a_day_is_taken_as_people_type_it(anna: Any, wiki: Any) -> None:
    typed = {"date": "dinsdag 15 december 2026, 19.30 uur", "end": "21.30 uur"}
    answer = send(anna, "/new", **{**FORM, **typed})
    assert answer.status_code == 303
    written = text(wiki, "gesprekken/over-systemen")
    assert "date: 2026-12-15T19:30\nend: 2026-12-15T21:30\n" in written


def test_a_wrong_beginning_leaves_the_end_alone(anna: Any) -> None:
    for end in ("21.30 uur", "15 december 2026 21.30"):
        answer = send(anna, "/new", **{**FORM, "date": "morgenavond", "end": end})
        assert answer.status_code == 400
        assert 'id="error-date"' in answer.text
        assert 'id="error-end"' not in answer.text
        assert fields(answer.text)["end"] == [end]


def test_participants_are_rows(anna: Any, wiki: Any) -> None:
    rows = [
        ("participants.1.name", "Anna de Boer"),
        ("participants.1.role", "wethouder"),
        ("participants.1.organisation", "Gemeente"),
        ("participants.3.name", "Vis, K."),
        ("participants.3.member", "@anna"),
        ("participants.2.name", " "),
        ("participants.4.name", "Jan"),
    ]
    assert send(anna, "/new", *rows, **FORM).status_code == 303
    assert (
        "participants:\n"
        "  - {name: Anna de Boer, role: wethouder, organisation: Gemeente}\n"
        '  - {name: "Vis, K.", member: anna}\n'
        "  - {name: Jan}\n"
    ) in text(wiki, "gesprekken/over-systemen")
    shown = anna.get("/wiki/gesprekken/over-systemen").text
    assert "wethouder, Gemeente" in shown


def test_rows_come_and_go_without_script(anna: Any, wiki: Any, page: Any) -> None:
    page("d", WRITTEN)
    before = fields(anna.get("/edit/d").text)
    assert before["field.participants.1.name"] == ["Anna de Boer"]
    assert "field.participants.2.name" in before
    sent = {name: values for name, values in before.items() if name != "csrf_token"}
    sent["field.participants.2.name"] = ["Karel Vis"]
    more = [(name, value) for name, values in sent.items() for value in values]
    added = fields(send(anna, "/edit/d", *more, do="participant.add").text)
    assert added["field.participants.2.name"] == ["Karel Vis"]
    assert "field.participants.3.name" in added
    less = fields(send(anna, "/edit/d", *more, do="participant.remove.1").text)
    assert less["field.participants.1.name"] == ["Karel Vis"]
    assert text(wiki, "d") == WRITTEN


def test_an_untouched_form_changes_nothing(anna: Any, wiki: Any, page: Any) -> None:
    page("vragen/a", QUESTION)
    page("d", WRITTEN)
    head = wiki.store.head()
    form = fields(anna.get("/edit/d").text)
    form.pop("csrf_token")
    send(anna, "/edit/d", *[(name, value) for name, values in form.items() for value in values])
    assert wiki.store.head() == head


@pytest.mark.parametrize("prefix", ["", "field."])
def test_questions_are_picked_by_title(anna: Any, wiki: Any, page: Any, prefix: str) -> None:
    page("vragen/a", QUESTION)
    page("vragen/b", QUESTION.replace("Hoe blijft het", "Wat dan").replace("open", "answered"))
    page("d", WRITTEN)
    address = "/edit/d" if prefix else "/new?kind=dialogue&questions=vragen/a"
    shown = anna.get(address).text
    assert "Hoe blijft het?" in shown
    assert '<option value="Wat dan?">' in shown
    form = fields(shown)
    assert form[prefix + "questions"] == ["", "vragen/a"]
    form[prefix + "questions.more"] = ["Wat dan?"]
    form.pop("csrf_token")
    for name, value in FORM.items():
        form.setdefault(prefix + name if name != "kind" else name, [value])
        form[prefix + name if name != "kind" else name] = [value]
    answer = send(anna, address, *[(n, v) for n, values in form.items() for v in values])
    assert answer.status_code == 303
    assert "questions: [vragen/a, vragen/b]" in text(wiki, answer.location.removeprefix("/wiki/"))


def test_enter_in_a_field_saves(anna: Any) -> None:
    buttons = lxml.html.fromstring(anna.get("/new?kind=dialogue").text).find_class("editor")[0]
    first = next(one for one in buttons.iter("button") if one.get("type") == "submit")
    assert first.get("name") is None
