"""Views are counted from the cache too, for people only, and written down together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wiki.domain.access.rights import Actor
from wiki.domain.pages.views import is_robot
from wiki.engine import Wiki
from wiki.services.editing import renaming
from wiki.services.pages import views
from wiki.web.http.counting import EXTENSION

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def look(client: Any, path: str, agent: str = FIREFOX, **headers: str) -> None:
    client.get(path, headers={"User-Agent": agent, **headers})


@pytest.fixture
def counter(app: Any) -> Any:
    return app.extensions[EXTENSION]


def test_people_count_and_others_do_not(
    client: Any, counter: Any, wiki: Wiki, editor: Actor, page: Callable[..., str]
) -> None:
    revision = page("vragen/één", "# Eén\n")
    for _ in range(3):
        look(client, "/wiki/vragen/één")
    look(client, "/wiki/vragen/één", "Mozilla/5.0 (compatible; Googlebot/2.1)")
    look(client, "/wiki/vragen/één", "curl/8.0")
    look(client, "/wiki/vragen/één", **{"Sec-Purpose": "prefetch;prerender"})
    look(client, f"/wiki/vragen/één?at={revision}")
    client.head("/wiki/vragen/één", headers={"User-Agent": FIREFOX})
    look(client, "/wiki/bestaat-niet")
    before = wiki.database.version()
    counter.write()
    assert wiki.database.version() == before, "kept pages stay as they are"
    assert views.of_page(wiki, editor, "vragen/één").total == 3
    assert [one.path for one in views.most_read(wiki, editor).pages] == ["vragen/één"]


def test_numbers_follow_a_renamed_page(
    client: Any, counter: Any, wiki: Wiki, editor: Actor, page: Callable[..., str]
) -> None:
    page("oud", "# Oud\n")
    look(client, "/wiki/oud")
    counter.write()
    renaming.rename(wiki, editor, "oud", "nieuw")
    for path in ("/wiki/oud", "/wiki/nieuw"):
        look(client, path)
    counter.write()
    assert views.of_page(wiki, editor, "nieuw").total == 3


def test_editors_see_the_lists(
    client: Any, counter: Any, editor: Actor, login: Callable[..., None], page: Callable[..., str]
) -> None:
    page("a", "# Titel\n")
    look(client, "/wiki/a")
    counter.write()
    login(client, "bram")
    assert 'data-path="a"' in client.get("/views").text
    assert 'data-path="a"' in client.get("/views?period=ever").text
    assert "1 keer gelezen" in client.get("/views/a").text
    assert "/views/a" in client.get("/wiki/a").text


@pytest.mark.parametrize(
    "agent", ["", "python-requests/2.32", "Mozilla/5.0 (compatible; bingbot/2.0)"]
)
def test_robots(agent: str) -> None:
    assert is_robot(agent)
    assert not is_robot(FIREFOX)
