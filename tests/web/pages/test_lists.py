"""Lists over HTTP: questions, dialogues, agenda, tags."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from icalendar import Calendar

from wiki.database.access import rules
from wiki.domain.access.rights import Right, Role, Rule


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


SPOKEN = """---
title: {title}
kind: dialogue
status: held
date: {date}
tags: [{tag}]
participants: [{name}]
questions: [{question}]
---
Tekst.
"""


def titles(client: Any, address: str) -> list[str]:
    return re.findall(r'<h2><a href="[^"]*">([^<]*)</a>', client.get(address).text)


def chips(client: Any, address: str) -> list[str]:
    found = re.findall(r'<a class="chip".*?</a>', client.get(address).text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", "", one).split()) for one in found]


def test_lists_are_narrowed_and_ordered(client: Any, page: Any) -> None:
    page("vragen/a", question("open", "Alfa", "[wonen, zorg]"))
    page("vragen/b", question("answered", "Beta", "[zorg]"))
    page("vragen/oud", "---\nredirect: vragen/a\n---\n")
    for path, day, tag, name, about in (
        ("g/1", "2009-12-31T23:30+01:00", "zorg", "Anna de Wit", "vragen/oud"),
        ("g/2", "2010-01-01T00:10+01:00", "Zorg", "Bert", "vragen/b"),
        ("g/3", "2011-06-01", "wonen", "Anna de Wit", "vragen/b"),
    ):
        title = f"Gesprek {path[-1]}"
        page(path, SPOKEN.format(title=title, date=day, tag=tag, name=name, question=about))
    first, second, third = "Gesprek 1", "Gesprek 2", "Gesprek 3"
    for address, wanted in (
        ("/dialogues", [third, second, first]),
        ("/dialogues?sort=oldest", [first, second, third]),
        ("/dialogues?year=2009", [first]),
        ("/dialogues?year=2010", [second]),
        ("/dialogues?tag=ZORG&sort=title", [first, second]),
        ("/dialogues?person=anna-de-wit", [third, first]),
        ("/dialogues?person=anna-de-wit&tag=zorg", [first]),
        ("/dialogues?status=announced", []),
        ("/dialogues?status=nonsense&year=-3&sort=nonsense&page=0", [third, second, first]),
        ("/questions?sort=title", ["Alfa", "Beta"]),
        ("/questions?person=anna-de-wit&sort=title", ["Alfa", "Beta"]),
        ("/questions?person=bert", ["Beta"]),
        ("/questions?tag=wonen", ["Alfa"]),
        ("/questions?year=1999", []),
    ):
        assert titles(client, address) == wanted, address
    left = ["alle 2", "open 1", "beantwoord 1", "Trefwoord: zorg ✕"]
    assert chips(client, "/questions?tag=zorg") == left
    assert chips(client, "/dialogues?person=nobody") == ["alle 0", "Persoon: nobody ✕"]
    shown = client.get("/questions?status=open&tag=zorg").text
    assert '<option value="anna-de-wit">Anna de Wit (1)</option>' in shown
    assert '<option value="zorg" selected>zorg (1)</option>' in shown
    assert 'name="robots" content="noindex"' in shown
    assert "noindex" not in client.get("/questions").text
    assert "Zonder filters" in client.get("/questions?tag=none").text


def test_counts_know_only_what_the_reader_may_read(client: Any, page: Any, wiki: Any) -> None:
    page("vragen/a", question("open", "Alfa"))
    about = {"date": "2009-12-02", "tag": "intern", "question": "vragen/a"}
    page("geheim/1", SPOKEN.format(title="Geheim", name="Zora Zwaluw", **about))
    with wiki.database.write() as connection:
        rules.put(connection, Rule("geheim", Right.READ, Role.EDITOR))
    for address in ("/questions", "/dialogues"):
        shown = client.get(address).text
        assert "Zora Zwaluw" not in shown
        assert "intern" not in shown
    assert titles(client, "/questions?person=zora-zwaluw") == []


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
    past = client.get("/agenda?past=yes").text
    assert "Geweest" in past
    assert "Eerder" not in past


def test_the_agenda_says_what_a_dialogue_asks(client: Any, page: Any) -> None:
    page("vragen/a", question("open", "Hoe blijft het?"))
    page(
        "d",
        dialogue("2190-05-01 15:00").replace(
            "---\nTekst",
            "central_question: Is de burger een schakel?\nquestions: [vragen/a]\n"
            "participants: [Anna de Wit]\n---\nTekst",
        ),
    )
    for address in ("/agenda", "/agenda?view=month&month=2190-05"):
        shown = client.get(address).text
        assert "Is de burger een schakel?" in shown
        assert "Hoe blijft het?" in shown
        assert "Anna de Wit" in shown
    assert "Is de burger een schakel?" in client.get("/wiki/d").text
    assert "Gesprek" not in client.get("/agenda?view=month&month=2190-06").text.split("<main")[1]


@pytest.mark.parametrize(
    "month", ["", "2190-13", "0001-01", "9999-12", "9998-12", "0002-01", "x-1"]
)
def test_every_month_can_be_asked_for(client: Any, month: str) -> None:
    assert client.get("/agenda", query_string={"view": "month", "month": month}).status_code == 200


def test_past_dialogues_are_paged(client: Any, page: Any) -> None:
    for n in range(31):
        page(f"d{n}", dialogue(f"2009-01-{n % 28 + 1:02}", f"Gesprek {n}", "held"))
    assert "page=2" in client.get("/agenda?past=yes").text
    assert client.get("/agenda?past=yes&page=2").text.count("<li data-path=") == 1


def test_a_calendar_reads_the_instants_that_were_meant(client: Any, page: Any) -> None:
    page(
        "winter",
        dialogue("2190-01-15 15:00", "Winter").replace(
            "\n---\nT", "\nend: 2190-01-15 17:00\n---\nT"
        ),
    )
    page("zomer", dialogue("2190-07-15 15:00", "Zomer"))
    page("elders", dialogue("2190-07-16T15:00-05:00", "Elders"))
    page("kal/één uur #1", dialogue("2190-08-01", "Dag", "cancelled"))
    page("winter", dialogue("2190-01-15 16:00", "Winter"))
    data = client.get("/agenda.ics").data
    assert b"TZID" not in data
    winter, zomer, elders, dag = Calendar.from_ical(data).walk("VEVENT")
    assert winter.decoded("dtstart") == datetime(2190, 1, 15, 15, tzinfo=UTC)
    assert zomer.decoded("dtstart") == datetime(2190, 7, 15, 13, tzinfo=UTC)
    assert elders.decoded("dtstart") == datetime(2190, 7, 16, 20, tzinfo=UTC)
    assert (dag.decoded("dtstart"), dag.decoded("dtend")) == (date(2190, 8, 1), date(2190, 8, 2))
    assert (winter["sequence"], zomer["sequence"]) == (1, 0)
    assert (str(winter["status"]), str(dag["status"])) == ("CONFIRMED", "CANCELLED")
    assert str(dag["url"]).endswith("/wiki/kal/%C3%A9%C3%A9n%20uur%20%231")


@pytest.mark.parametrize(
    "date", ["0001-01-01 00:00", "9999-12-31", "9999-12-31T23:00-05:00", "0001-01-01T00:00+14:00"]
)
def test_a_date_at_the_end_of_time_is_unreadable(client: Any, page: Any, date: str) -> None:
    page("ver", dialogue(date, "Ver weg"))
    for address in ("/", "/agenda", "/agenda.ics", "/dialogues", "/wiki/ver", "/agenda?past=yes"):
        assert client.get(address).status_code == 200
    assert "Ver weg" not in client.get("/agenda.ics").text


def test_tags(client: Any, page: Any) -> None:
    page("a", question("open", "Met", "[wonen en zorg]"))
    page("b", question("open", "Zonder"))
    assert "/tags/wonen%20en%20zorg" in client.get("/tags").text
    shown = client.get("/tags/wonen en zorg").text
    assert "Met" in shown
    assert "Zonder" not in shown
    assert client.get("/tags/niets").status_code == 404
    assert "nog geen gesprek" in shown
    page("over", dialogue("2020-01-02").replace("kind: d", "questions: [a]\nkind: d"))
    assert "1 gesprek" in client.get("/tags/wonen en zorg").text
