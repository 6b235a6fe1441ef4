"""A robot that follows every link is slowed down; who reads notices nothing of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from itertools import cycle
from typing import Any

import pytest
from flask import request, request_started

from wiki.app import create_app
from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.domain.errors import TooFast
from wiki.engine import Wiki, open_wiki
from wiki.services.access import rates

ROBOT = {"REMOTE_ADDR": "203.0.113.9"}
READER = {"REMOTE_ADDR": "198.51.100.7"}
READING = ("/", "/wiki/map/p1", "/questions")
LOOKING_BACK = ("/history/map/p1", "/blame/map/p1", "/search?q=pagina")
"""What a person clicks on meanwhile, and what costs something, which is theirs to spend."""
LINK = re.compile(r'href="(/[^"#]*)')


@pytest.fixture
def site(page: Callable[..., str]) -> None:
    """Pages with a past."""
    for number in range(4):
        for version in range(5):
            page(
                f"map/p{number}", f"# Pagina {number}\n\nVersie {version}. [[map/p{number + 1}]]\n"
            )


def test_a_robot_gets_429_before_it_costs_much(wiki: Wiki, site: None, app: Any) -> None:
    robot, waiting, seen = app.test_client(), ["/wiki/map/p0"], set()
    reader, clicks = app.test_client(), cycle(READING)
    # What is done once in a process (templates, the index) is nobody's to pay.
    for path in LOOKING_BACK:
        assert reader.get(path, environ_base=READER).status_code == 200
    wiki.settings = replace(wiki.settings, costly_ms_per_minute=300)
    costly = refused = 0
    spent = 0.0
    while waiting and refused < 10 and len(seen) < 500:
        path = waiting.pop(0)
        if path in seen or path.startswith(("/static", "/feed", "/language", "/theme")):
            continue
        seen.add(path)
        if len(seen) % 5 == 0:
            assert reader.get(next(clicks), environ_base=READER).status_code == 200
        began = time.thread_time()
        answer = robot.get(path, environ_base=ROBOT)
        took = time.thread_time() - began
        if answer.status_code == 429:
            refused += 1
            assert int(answer.headers["Retry-After"]) > 0
            assert "error." not in answer.text
            continue
        if path.startswith(("/diff", "/blame", "/history", "/export", "/search")) or "at=" in path:
            costly += 1
            spent += took
        waiting += [unescape(link) for link in LINK.findall(answer.text)]
    assert refused == 10, f"{costly} of {len(seen)} were costly"
    assert costly > 1
    assert spent < 2, "what was allowed, a step of it, and the last answer"
    # As much as a site gives by itself: how fast this machine is does not matter.
    wiki.settings = replace(wiki.settings, costly_ms_per_minute=10_000)
    for path in LOOKING_BACK:
        assert reader.get(path, environ_base=READER).status_code == 200
    for path in READING:
        assert robot.get(path, environ_base=ROBOT).status_code == 200, "reading goes on"


def let_wait(wiki: Wiki) -> None:
    """The robot had all that it gets."""
    with pytest.raises(TooFast):
        rates.count(wiki, rates.costly(wiki), ANONYMOUS, ROBOT["REMOTE_ADDR"], weight=10**6)


def test_who_has_to_wait_is_sent_away_before_flask(
    wiki: Wiki, site: None, app: Any, member: Actor, login: Callable[..., None]
) -> None:
    inside, nobody, robot = (app.test_client() for _ in range(3))
    login(inside, "anna")
    nobody.get("/login")
    let_wait(wiki)
    reached: list[str] = []
    with request_started.connected_to(lambda *_, **__: reached.append(request.path), app):
        for address in (*LOOKING_BACK, "/wiki/map/p1?at=1", "/wiki/map/p1?n=1&at=1"):
            answer = robot.get(address, environ_base=ROBOT)
            assert answer.status_code == 429
            assert 0 < int(answer.headers["Retry-After"]) <= 60
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
            assert "Wacht" in answer.text
        english = {"Accept-Language": "en"}
        assert "Wait" in robot.get("/search", environ_base=ROBOT, headers=english).text
        assert not reached
        assert nobody.get("/blame/map/p1", environ_base=ROBOT).status_code == 429
        assert inside.get("/blame/map/p1", environ_base=ROBOT).status_code == 200
        assert robot.get("/wiki/map/p1?n=1", environ_base=ROBOT).status_code == 200
        assert len(reached) == 3
        with_token = {"Authorization": "Bearer none"}
        robot.get("/api/v1/pages/map/p1?at=1", environ_base=ROBOT, headers=with_token)
        assert len(reached) == 4
    assert 'status="429"} 8' in robot.get("/metrics").text, "this one too: its token is none"


def test_who_has_to_wait_finds_the_way_under_a_path(wiki: Wiki, site: None) -> None:
    wiki.settings = replace(wiki.settings, base_url="http://localhost/denktank")
    robot = create_app(wiki.settings, wiki).test_client()
    let_wait(wiki)
    answer = robot.get("/denktank/blame/map/p1", environ_base=ROBOT)
    assert answer.status_code == 429
    assert 'href="/denktank/"' in answer.text


def test_processes_count_together_and_members_are_not_counted(
    wiki: Wiki, site: None, app: Any, member: Actor, login: Callable[..., None]
) -> None:
    wiki.settings = replace(wiki.settings, costly_ms_per_minute=20)
    beside = open_wiki(wiki.settings)
    try:
        clients = [app.test_client(), create_app(beside.settings, beside).test_client()]
        statuses = [
            clients[turn % 2].get(f"/diff/map/p{turn % 4}", environ_base=ROBOT).status_code
            for turn in range(40)
        ]
        assert statuses.count(200) < 30
        assert 429 in statuses
    finally:
        beside.close()
    inside = app.test_client()
    login(inside, "anna")
    asked = [inside.get("/diff/map/p1", environ_base=ROBOT).status_code for _ in range(15)]
    assert set(asked) == {200}
