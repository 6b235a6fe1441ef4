"""Reporting, moderating and being warned, through a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import token_in
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.engine import Wiki
from wiki.services.moderation import cautions, reports
from wiki.services.talk import comments
from wiki.settings import Settings

Login = Callable[..., None]
XSS = "<script>alert('x')</script>"


@pytest.fixture
def said(wiki: Wiki, page: Callable[..., str], member: Actor) -> int:
    page("map/a b", "# A\n")
    return comments.post(wiki, member, "map/a b", "Wat een onzin").id


def send(client: Any, form: str, path: str = "", **fields: Any) -> Any:
    token = token_in(client.get(form).text)
    return client.post(path or form, data={"csrf_token": token, **fields})


def cases(wiki: Wiki) -> list[reports.CaseView]:
    return reports.queue(wiki, SYSTEM_MODERATOR)


SYSTEM_MODERATOR = Actor(0, "", "", "", SYSTEM.role)


def test_a_reader_reports_from_every_page(client: Any, wiki: Wiki, said: int) -> None:
    for address in ("/wiki/map/a b", "/questions", "/wiki/bestaat-niet"):
        shown = client.get(address).text
        assert '<form method="post"' not in shown
        assert "csrf_token" not in shown
        link = re.search(r'href="(/report[^"]*)"', shown)
        assert link
        form = client.get(link[1].replace("&amp;", "&"))
        assert form.status_code == 200
        assert "noindex" in form.text
        action = re.search(r'action="(/report[^"]*)"', form.text)
        origin = re.search(r'name="from" value="([^"]*)"', form.text)
        assert action
        assert origin
        assert origin[1] == address.replace("a b", "a%20b").replace("a%20b", "a b")
        fields = {"reason": f"{address}: {XSS}", "from": origin[1], "email": "l@example.org"}
        answer = client.post(action[1], data={"csrf_token": token_in(form.text), **fields})
        assert answer.status_code == 303
    found = cases(wiki)
    assert [shown.case.subject.noun.value for shown in found] == ["site", "page"]
    assert [report.address for report in found[0].reports] == ["/questions", "/wiki/bestaat-niet"]


def test_a_machine_that_fills_every_field_learns_nothing(
    client: Any, wiki: Wiki, said: int
) -> None:
    form = f"/comment/{said}/report"
    answer = send(client, form, reason="spam", website="http://spam.example")
    assert answer.status_code == 303
    assert cases(wiki) == []
    wrong = send(client, form, reason="", email="lezer@example.org")
    assert wrong.status_code == 400
    assert 'value="lezer@example.org"' in wrong.text
    away = send(client, "/report", **{"reason": "x", "from": "https://evil.example/"})
    assert away.location == "/"


def test_the_queue(
    client: Any, app: Any, wiki: Wiki, said: int, member: Actor, moderator: Actor, login: Login
) -> None:
    send(client, f"/comment/{said}/report", reason=XSS)
    guard = app.test_client()
    login(guard, "mo")
    assert 'href="/admin"' in guard.get("/wiki/map/a b").text
    queue = guard.get("/admin/reports").text
    assert XSS not in queue
    assert "&lt;script&gt;" in queue
    case = re.search(r"/admin/reports/\d+", queue)
    assert case
    wrong = send(guard, case[0], reason="", acts=["hide", "warn"], answer="Dank je")
    assert wrong.status_code == 400
    assert "Dank je" in wrong.text
    assert len(re.findall(r'name="acts"[^>]* checked', wrong.text)) == 2
    date = send(guard, case[0], reason="x", acts=["suspend"], until="morgen")
    assert date.status_code == 400
    assert 'value="morgen"' in date.text
    done = send(guard, case[0], reason=XSS, acts=["hide", "warn"])
    assert done.status_code == 303
    assert "Wat een onzin" not in client.get("/wiki/map/a b").text
    assert XSS not in guard.get("/admin/reports?show=handled").text
    assert send(guard, case[0], f"{case[0]}/reopen").status_code == 303
    assert case[0] in guard.get("/admin/reports").text


def test_a_warning_is_on_every_page_until_read(
    client: Any, app: Any, wiki: Wiki, said: int, member: Actor, moderator: Actor, login: Login
) -> None:
    login(client, "anna")
    other = app.test_client()
    login(other, "mo")
    for browser in (client, other):
        assert browser.get("/questions").status_code == 200, "kept from here on"
    cautions.warn(wiki, moderator, "anna", f"Let op {XSS}")
    for address in ("/questions", "/wiki/map/a b", "/account"):
        shown = client.get(address).text
        assert "Let op" in shown
        assert XSS not in shown
        assert "Let op" not in other.get(address).text
    seen = re.search(r"/account/cautions/\d+/seen", shown)
    assert seen
    answer = send(client, "/account", seen[0], next="/questions")
    assert answer.location == "/questions"
    assert "Let op" not in client.get("/questions").text
    assert send(client, "/account", seen[0]).status_code == 404


def test_a_closed_talk_says_so(
    client: Any, app: Any, said: int, member: Actor, moderator: Actor, login: Login
) -> None:
    login(client, "anna")
    assert 'id="talk-form"' in client.get("/wiki/map/a b").text
    guard = app.test_client()
    login(guard, "mo")
    assert send(guard, "/close/map/a b", reason=XSS).status_code == 303
    for browser in (client, app.test_client()):
        shown = browser.get("/wiki/map/a b").text
        assert "data-closed" in shown
        assert XSS not in shown
        assert 'id="talk-form"' not in shown
    late = send(client, "/account", "/comments/map/a b", text="Nog iets moois")
    assert late.status_code == 403
    assert "Nog iets moois" in late.text, "nothing typed is lost"
    assert send(guard, "/close/map/a b", "/reopen/map/a b").status_code == 303
    assert 'id="talk-form"' in client.get("/wiki/map/a b").text


class TestHeld:
    """With first comments held."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        from dataclasses import replace

        return replace(settings, hold_first_comments=1)

    def test_the_writer_sees_what_waits(
        self, client: Any, app: Any, said: int, person: Any, moderator: Actor, login: Login
    ) -> None:
        person("bea")
        other, guard = app.test_client(), app.test_client()
        login(client, "anna")
        login(other, "bea")
        login(guard, "mo")
        for browser in (other, app.test_client()):
            assert "Wat een onzin" not in browser.get("/wiki/map/a b").text
        mine = client.get("/wiki/map/a b").text
        assert "Wat een onzin" in mine
        assert f'id="comment-{said}"' in mine
        assert "Wat een onzin" not in other.get("/wiki/map/a b").text
        assert other.get(f"/comment/{said}").status_code == 404
        wrong = send(guard, "/admin/held", f"/admin/held/{said}/decline", reason="")
        assert wrong.status_code == 400
        let = send(guard, "/admin/held", f"/admin/held/{said}/approve")
        assert let.status_code == 303
        assert "Wat een onzin" in app.test_client().get("/wiki/map/a b").text
