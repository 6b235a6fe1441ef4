"""A transcript in the form of a dialogue, without script."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.conftest import token_in
from tests.domain.pages.test_transcripts import VTT, document, packed
from tests.web.editing.test_dialogue_form import FORM, WRITTEN, fields


@pytest.fixture
def anna(app: Any, member: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "anna")
    return browser


def press(browser: Any, url: str, form: dict[str, list[str]], do: str, **more: Any) -> Any:
    token = token_in(browser.get("/new?kind=dialogue").text)
    return browser.post(url, data={**form, "csrf_token": token, "do": do, **more})


def test_a_transcript_is_looked_at_put_in_and_saved(anna: Any, wiki: Any, page: Any) -> None:
    page("d", WRITTEN)
    form = fields(anna.get("/edit/d").text)
    looked = press(anna, "/edit/d", form, "transcript.read", transcript=VTT)
    assert "2 beurten, 2 sprekers; onbekend: Karel Vis" in looked.text
    form = fields(looked.text)
    assert form["label.1"] == ["=Anna de Boer"]
    assert form["label.2"] == ["+"]
    put = press(anna, "/edit/d", form, "transcript.put")
    form = fields(put.text)
    assert form["text"][0].endswith(
        "Tekst.\n\n**Anna de Boer (0:00:01):** Welkom allemaal, fijn dat jullie er zijn.\n\n"
        "**Karel Vis (0:01:14):** Dank & ik heb een vraag.\n"
    )
    assert form["field.participants.2.name"] == ["Karel Vis"]
    assert wiki.store.read("d.md").data.decode() == WRITTEN
    out = fields(press(anna, "/edit/d", form, "transcript.undo").text)
    assert out["front"][0] + out["text"][0] == WRITTEN
    assert out["field.participants.2.name"] == [""]
    assert press(anna, "/edit/d", form, "").status_code == 303
    shown = anna.get("/wiki/d").text
    assert 'id="turn-2"' in shown
    assert "0:01:14" in shown


def test_one_label_is_somebody_and_another_is_nobody(anna: Any) -> None:
    form: dict[str, Any] = {**FORM, "participants.1.name": "Anna de Boer"}
    text = "Spreker 1: Dag.\nLet Wel: dit.\n"
    form |= {"label.1.name": "Spreker 1", "label.1": "=Anna de Boer"}
    form |= {"label.2.name": "Let Wel", "label.2": ""}
    answer = press(anna, "/new?kind=dialogue", form, "transcript.put", transcript=text)
    assert fields(answer.text)["text"] == ["**Anna de Boer:** Dag.\n\nLet Wel: dit.\n"]


def test_what_was_written_since_is_never_lost(anna: Any) -> None:
    form: dict[str, Any] = {**FORM, "text": "Vooraf.", "transcript": "Anna: Dag.\nKarel: Dag.\n"}
    sent = fields(press(anna, "/new?kind=dialogue", form, "transcript.put").text)
    sent["text"] = [sent["text"][0] + "\nNaschrift."]
    out = fields(press(anna, "/new?kind=dialogue", sent, "transcript.undo").text)
    assert out["text"] == ["Vooraf.\nNaschrift."]
    sent["text"] = ["Iets anders."]
    kept = press(anna, "/new?kind=dialogue", sent, "transcript.undo")
    assert fields(kept.text)["text"] == ["Iets anders."]
    assert 'id="error-transcript"' in kept.text


@pytest.mark.parametrize(
    "file",
    [
        packed(document("<w:t>Anna de Boer   0:03</w:t>", "<w:t>Dag.</w:t>")),
        "Anna de Boer: Dag.\r\n".encode("utf-16"),
        "Anna de Boer: Dag.".encode("latin-1"),
    ],
)
def test_a_file_is_read(anna: Any, file: bytes) -> None:
    form: dict[str, Any] = dict(FORM)
    sent = (io.BytesIO(file), "overleg.docx")
    answer = press(anna, "/new?kind=dialogue", form, "transcript.read", transcript_file=sent)
    assert "1 beurt, 1 spreker; onbekend: Anna de Boer" in answer.text


@pytest.mark.parametrize("file", [packed("<x"), b"PK\x03\x04", b"niemand", b"\xff\xfe\x00"])
def test_a_file_in_which_nobody_speaks_is_refused(anna: Any, file: bytes) -> None:
    form: dict[str, Any] = {**FORM, "text": "Mijn werk"}
    sent = (io.BytesIO(file), "overleg.docx")
    answer = press(anna, "/new?kind=dialogue", form, "transcript.read", transcript_file=sent)
    assert answer.status_code in (200, 400)
    assert 'id="error-transcript"' in answer.text
    assert fields(answer.text)["text"] == ["Mijn werk"]
