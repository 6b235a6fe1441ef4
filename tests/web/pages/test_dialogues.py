"""A dialogue as it is read: its next step, its recording."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import token_in
from tests.domain.pages.test_turns import MINUTES

PAST = "2009-12-02 15:00"
AHEAD = "2190-05-02 15:00"


def dialogue(date: str, status: str = "announced", more: str = "", text: str = "Tekst.") -> str:
    return (
        f"---\ntitle: Gesprek\nkind: dialogue\nstatus: {status}\ndate: {date}\n"
        f"participants: [Anna, Karel]\n{more}---\n{text}\n"
    )


QUESTION = "---\ntitle: Vraag\nkind: question\nstatus: open\n---\nTekst.\n"


@pytest.fixture
def anna(app: Any, member: Any, login: Any) -> Any:
    browser = app.test_client()
    login(browser, "anna")
    return browser


def test_a_dialogue_that_has_been_asks_for_its_minutes(anna: Any, client: Any, page: Any) -> None:
    page("d", dialogue(PAST))
    shown = anna.get("/wiki/d").text
    assert "/edit/d?status=held" in shown
    assert "/agenda.ics" not in shown
    reader = client.get("/wiki/d").text
    assert "/edit/d?status=held" not in reader
    assert "/agenda.ics" not in reader
    assert '<option value="held" selected>' in anna.get("/edit/d?status=held").text
    page("d", dialogue(AHEAD))
    assert "/agenda.ics" in anna.get("/wiki/d").text
    assert "status=held" not in anna.get("/wiki/d").text
    page("d", dialogue(PAST, "held"))
    assert "status=held" not in anna.get("/wiki/d").text


def test_a_status_is_given_by_one_button(anna: Any, page: Any, wiki: Any) -> None:
    page("vragen/a", QUESTION)
    assert "/status/vragen/a" not in anna.get("/wiki/vragen/a").text
    page("d", dialogue(PAST, more="questions: [vragen/a]\n"))
    shown = anna.get("/wiki/vragen/a").text
    assert 'action="/status/vragen/a"' in shown
    form = {"csrf_token": token_in(shown), "status": "in dialogue"}
    assert anna.post("/status/vragen/a", data=form).location == "/wiki/vragen/a"
    text = wiki.store.read("vragen/a.md").data.decode()
    assert text == QUESTION.replace("open", "in dialogue")
    assert "/status/vragen/a" not in anna.get("/wiki/vragen/a").text
    assert anna.post("/status/vragen/a", data={**form, "status": "held"}).status_code == 400


def test_a_recording_of_the_page_plays_at_a_turn(client: Any, page: Any, wiki: Any) -> None:
    text = "Anna (0:01:14): Dag.\n\nKarel (15.04): Dag."
    page("d", dialogue(PAST, "held", "recording: opname van nu.mp3\n", text))
    shown = client.get("/wiki/d").text
    assert '<audio controls preload="metadata" src="/files/d/opname%20van%20nu.mp3"' in shown
    assert '<a href="/files/d/opname%20van%20nu.mp3#t=74">0:01:14</a>' in shown
    assert shown.count("#t=") == 1
    page("e", dialogue(PAST, "held", "recording: https://e.example/a.mp3\n", text))
    elsewhere = client.get("/wiki/e").text
    assert "<audio" not in elsewhere
    assert "#t=" not in elsewhere
    assert 'href="https://e.example/a.mp3"' in elsewhere


def test_a_part_of_a_file_can_be_asked_for(client: Any, wiki: Any, page: Any) -> None:
    page("d", dialogue(PAST))
    from wiki.domain.history.revisions import Author
    from wiki.store.store import Change

    wiki.store.commit(
        [Change("d/a.mp3", b"0123456789")],
        author=Author("Anna", "anna@example.org"),
        message="m",
        trailers={},
        expect={},
        when=wiki.clock(),
    )
    wiki.follow()
    answer = client.get("/files/d/a.mp3", headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.data) == (206, b"234")
    assert answer.content_type == "audio/mpeg"


def test_minutes_without_front_matter_are_offered_to_become_a_dialogue(
    anna: Any, client: Any, page: Any
) -> None:
    page("verslagen/2025-05-28", MINUTES)
    assert "/adopt/" not in client.get("/wiki/verslagen/2025-05-28").text
    shown = anna.get("/wiki/verslagen/2025-05-28").text
    assert 'action="/adopt/verslagen/2025-05-28"' in shown
    form = {"csrf_token": token_in(shown)}
    assert anna.post("/adopt/verslagen/2025-05-28", data=form).status_code == 303
    shown = anna.get("/wiki/verslagen/2025-05-28").text
    assert 'id="turn-3"' in shown
    assert "28 mei 2025" in shown
    assert "/adopt/" not in shown
    assert anna.post("/adopt/verslagen/2025-05-28", data=form).status_code == 400


@pytest.mark.parametrize("recording", ["javascript:alert(1)", "//e.example/a.mp3", "../x.mp3"])
def test_a_recording_is_no_address_that_does_harm(client: Any, page: Any, recording: str) -> None:
    page("d", dialogue(PAST, "held", f'recording: "{recording}"\n', "Anna (0:01:14): Dag."))
    shown = client.get("/wiki/d").text
    assert f'href="{recording}' not in shown
    assert "<audio" not in shown
