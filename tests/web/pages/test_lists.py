"""Lists over HTTP: questions, dialogues, agenda, tags."""

from __future__ import annotations

from typing import Any

from icalendar import Calendar


def question(status: str, title: str = "Vraag", tags: str = "[]") -> str:
    return f"---\ntitle: {title}\nkind: question\nstatus: {status}\ntags: {tags}\n---\nTekst.\n"


def dialogue(date: str, title: str = "Gesprek", status: str = "announced") -> str:
    return f"---\ntitle: {title}\nkind: dialogue\nstatus: {status}\ndate: {date}\n---\nTekst.\n"


def test_questions_by_status(client: Any, page: Any) -> None:
    assert client.get("/questions").status_code == 200
    page("a", question("open", "Eerste"))
    page("b", question("answered", "Tweede"))
    shown = client.get("/questions").text
    assert "Eerste" in shown
    assert "Tweede" in shown
    shown = client.get("/questions?status=answered").text
    assert "Eerste" not in shown
    assert "Tweede" in shown


def test_questions_are_paged(client: Any, page: Any) -> None:
    for n in range(31):
        page(f"v{n}", question("open", f"Vraag {n}"))
    assert "page=2" in client.get("/questions").text
    assert client.get("/questions?page=2").text.count('class="card question"') == 1


def test_the_agenda_holds_what_is_to_come(client: Any, page: Any, wiki: Any) -> None:
    page("was", dialogue("2009-12-02", "Geweest"))
    page("later", dialogue("2190-05-02T15:00+02:00", "Later"))
    page("eerder", dialogue("2190-05-01", "Eerder"))
    shown = client.get("/agenda").text
    assert "Geweest" not in shown
    assert shown.index("Eerder") < shown.index("Later")
    answer = client.get("/agenda.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["Eerder", "Later"]
    assert "Geweest" in client.get("/dialogues").text


def test_tags(client: Any, page: Any) -> None:
    page("a", question("open", "Met", "[wonen en zorg]"))
    page("b", question("open", "Zonder"))
    assert "/tags/wonen%20en%20zorg" in client.get("/tags").text
    shown = client.get("/tags/wonen en zorg").text
    assert "Met" in shown
    assert "Zonder" not in shown
    assert client.get("/tags/niets").status_code == 404
