"""What an administrator sets on the screen holds at once; until there is one, where the link is."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from tests.conftest import token_in
from wiki.app import create_app
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki, open_wiki

Login = Callable[..., None]
SETTINGS = "/admin/settings"


def send(client: Any, path: str = SETTINGS, **fields: Any) -> Any:
    return client.post(path, data={"csrf_token": token_in(client.get(SETTINGS).text), **fields})


@pytest.fixture
def chef(client: Any, admin: Actor, login: Login) -> Any:
    """An administrator's browser."""
    login(client, admin.username)
    return client


def test_what_is_chosen_holds_at_once_in_every_process(wiki: Wiki, app: Any, chef: Any) -> None:
    beside = open_wiki(wiki.configured)
    try:
        reader = create_app(beside.settings, beside).test_client()
        assert '<html lang="nl"' in reader.get("/").text
        sent = {"site_name": "Het Beraad", "tagline": "Samen wijzer", "language": "en"}
        assert send(chef, read="member", registration="closed", **sent).status_code == 303
        for client in (reader, app.test_client()):
            shown = client.get("/login").text
            assert "Het Beraad" in shown
            assert "Samen wijzer" in shown
            assert '<html lang="en"' in shown
            assert client.get("/").status_code == 303
            assert "takes no new members" in client.get("/register").text
        assert 'data-act="setting"' in chef.get("/admin/audit").text
    finally:
        beside.close()


def test_a_page_that_was_kept_for_readers_is_not_shown_any_more(app: Any, chef: Any) -> None:
    reader = app.test_client()
    for _ in range(2):
        assert "Denktank" in reader.get("/").text
    send(chef, site_name="Anders")
    assert "Anders" in reader.get("/").text


def test_what_stands_in_file_or_environment_wins_and_says_so(wiki: Wiki, chef: Any) -> None:
    wiki.settings = replace(wiki.settings, site_name="Vast", fixed=frozenset({"site_name"}))
    (wiki.settings.data / "denktank.cfg").write_text("SITE_NAME = Vast\n")
    shown = chef.get(SETTINGS).text
    assert 'name="site_name"' not in shown
    assert "Staat in het bestand als SITE_NAME" in shown
    assert send(chef, site_name="Los", tagline="x").status_code == 303
    assert wiki.settings.site_name == "Vast"
    assert wiki.settings.tagline == "x"


def test_who_may_comment(wiki: Wiki, chef: Any, member: Actor, page: Callable[..., str]) -> None:
    page("plan", "# Plan\n")
    assert send(chef, comment="editor").status_code == 303
    assert not wiki.rights.may(member, "comment", "plan")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("site_name", "  "),
        ("site_name", "x" * 61),
        ("tagline", "a\x00b"),
        ("language", "fr"),
        ("read", "admin"),
        ("door_question", "Welk jaar?"),
    ],
)
def test_what_cannot_be_chosen_is_said_beside_its_field(
    wiki: Wiki, chef: Any, field: str, value: str
) -> None:
    before = wiki.settings
    answer = send(chef, **{field: value})
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert wiki.settings == before


def test_a_logo_is_made_small_and_stands_on_every_page(app: Any, chef: Any) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (900, 300), (200, 0, 0, 128)).save(out, "PNG")
    assert send(chef, "/admin/logo", logo=(io.BytesIO(b"no picture"), "a.png")).status_code == 422
    sent = {"logo": (io.BytesIO(out.getvalue()), "logo.png")}
    assert send(chef, "/admin/logo", **sent).status_code == 303
    shown = app.test_client().get("/").text
    address = shown.partition('<img class="logo" src="')[2].partition('"')[0]
    answer = app.test_client().get(address)
    assert answer.content_type == "image/png"
    with Image.open(io.BytesIO(answer.data)) as logo:
        assert logo.size == (256, 256)
        assert logo.mode == "RGBA"
    assert send(chef, "/admin/logo", remove="yes").status_code == 303
    assert '<img class="logo"' not in app.test_client().get("/").text


def test_first_screens_say_where_the_link_is_until_there_is_an_administrator(
    wiki: Wiki, client: Any, person: Callable[..., Actor]
) -> None:
    from wiki.domain.access.rights import Role
    from wiki.services.members import members

    link = members.setup_link(wiki)
    for path in ("/", "/login", "/register"):
        shown = client.get(path).text
        assert "data-setup" in shown
        assert "setup-link" in shown
        assert link not in shown
        assert str(wiki.settings.data) not in shown
    person("joke", Role.ADMIN)
    for path in ("/", "/login", "/register"):
        assert "data-setup" not in client.get(path).text
