"""Comments through a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import token_in
from wiki.domain.rights import Actor
from wiki.engine import Wiki
from wiki.services import comments

Login = Callable[..., None]


@pytest.fixture(autouse=True)
def there(page: Callable[..., str], client: Any, member: Actor, login: Login) -> None:
    page("map/a b", "# A\n")
    login(client, "anna")


def post(client: Any, text: str, **fields: str) -> str:
    token = token_in(client.get("/wiki/map/a b").text)
    answer = client.post("/comments/map/a b", data={"text": text, "csrf_token": token, **fields})
    assert answer.status_code == 303
    return str(answer.location)


def test_a_comment_is_posted_and_shown(client: Any) -> None:
    place = post(client, "Wat een *goed* idee")
    assert re.fullmatch(r"/wiki/map/a%20b#comment-\d+", place)
    page = client.get(place).text
    assert f'id="{place.partition("#")[2]}"' in page and "<em>goed</em>" in page


def test_the_form_gives_one_comment(client: Any, wiki: Wiki, member: Actor) -> None:
    page = client.get("/wiki/map/a b").text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)
    assert nonce
    assert post(client, "Eén", nonce=nonce[1]) == post(client, "Eén", nonce=nonce[1])
    assert len(comments.latest(wiki, member)) == 1


def test_answering_without_scripts(client: Any) -> None:
    id = post(client, "Vraag").partition("comment-")[2]
    link = re.search(r'href="([^"]+)" data-reply', client.get("/wiki/map/a b").text)
    assert link
    form = client.get(link[1].replace("&amp;", "&")).text
    assert "Vraag" in form and f'name="parent" value="{id}"' in form
    place = post(client, "Antwoord", parent=id)
    assert 'class="comment level-1"' in client.get(place).text


def test_changing_and_deleting(client: Any) -> None:
    place = post(client, "Eerst")
    id = place.partition("comment-")[2]
    form = client.get(f"/comment/{id}/edit").text
    assert "Eerst" in form
    data = {"text": "Daarna", "csrf_token": token_in(form)}
    assert client.post(f"/comment/{id}/edit", data=data).location == place
    assert "Daarna" in client.get(place).text
    ask = client.get(f"/comment/{id}/delete").text
    gone = client.post(f"/comment/{id}/delete", data={"csrf_token": token_in(ask)})
    assert gone.status_code == 303 and "Daarna" not in client.get("/wiki/map/a b").text


def test_the_permalink_knows_the_screen(client: Any, wiki: Wiki, member: Actor) -> None:
    from tests.services.test_comments import many

    ids = many(wiki, member, "map/a b", 150)
    answer = client.get(f"/comment/{ids[-1]}")
    assert answer.location == f"/wiki/map/a%20b?talk=2#comment-{ids[-1]}"
    page = client.get(answer.location).text
    assert f'id="comment-{ids[-1]}"' in page and f'id="comment-{ids[0]}"' not in page
    assert client.get("/comment/999").status_code == 404


def test_a_reader_is_asked_to_log_in(app: Any) -> None:
    reader = app.test_client()
    assert reader.get("/comments/map/a b").status_code == 303
    page = reader.get("/wiki/map/a b").text
    assert "/login?next=" in page and 'name="nonce"' not in page


def test_a_moderator_hides(client: Any, app: Any, moderator: Actor, login: Login) -> None:
    place = post(client, "Gescheld")
    id = place.partition("comment-")[2]
    assert client.get(f"/comment/{id}/hide").status_code == 403
    guard = app.test_client()
    login(guard, "mo")
    ask = guard.get(f"/comment/{id}/hide").text
    data = {"reason": "schelden", "csrf_token": token_in(ask)}
    assert guard.post(f"/comment/{id}/hide", data=data).status_code == 303
    assert "Gescheld" not in client.get(place).text
    shown = guard.get(place).text
    assert "Gescheld" in shown and f"/comment/{id}/show" in shown


@pytest.mark.parametrize("parent", ["x", "-1", "9" * 40, "0"])
def test_odd_parents(client: Any, parent: str) -> None:
    token = token_in(client.get("/wiki/map/a b").text)
    form = {"text": "x", "csrf_token": token, "parent": parent}
    assert client.post("/comments/map/a b", data=form).status_code == 404
