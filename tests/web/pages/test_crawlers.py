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

from wiki.app import create_app
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki, open_wiki

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
    wiki.settings = replace(wiki.settings, costly_ms_per_minute=100)
    robot, waiting, seen = app.test_client(), ["/wiki/map/p0"], set()
    reader, clicks = app.test_client(), cycle(READING)
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
    assert spent < 1, "what was allowed, a step of it, and the last answer"
    for path in LOOKING_BACK:
        assert reader.get(path, environ_base=READER).status_code == 200
    for path in READING:
        assert robot.get(path, environ_base=ROBOT).status_code == 200, "reading goes on"


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
