"""A member's page, what they tell there, their data in a zip, and being erased."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from tests.conftest import PASSWORD, token_in
from wiki.domain.access.rights import Actor
from wiki.domain.members.members import FORMER
from wiki.engine import Wiki
from wiki.services.members import members, profiles
from wiki.services.search import saved_searches
from wiki.services.talk import comments

Login = Callable[..., None]


def send(client: Any, path: str, **form: Any) -> Any:
    token = token_in(client.get("/account/page").text)
    return client.post(path, data={"csrf_token": token, **form})


@pytest.fixture
def anna(client: Any, member: Actor, login: Login) -> Any:
    """A browser in which `anna` is logged in."""
    login(client, "anna")
    return client


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (900, 600), mode: str = "RGB", **extra: Any
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **extra)
    return out.getvalue()


def test_what_one_tells_is_on_ones_page(anna: Any) -> None:
    done = send(
        anna,
        "/account/page",
        work="Gemeente X",
        about="**Vet** <b onclick=x>plat</b> <form>in</form> [x](javascript:a)",
    )
    assert done.status_code == 303
    assert done.location == "/members/anna"
    page = anna.get("/members/anna").text
    assert "Gemeente X" in page
    assert "<strong>Vet</strong>" in page
    assert "<b>plat</b>" in page
    assert "<form>in" not in page
    assert "javascript:" not in page
    long = send(anna, "/account/page", work="x" * 121, about="Blijft staan.")
    assert long.status_code == 400
    assert "Blijft staan." in long.text


def test_a_page_has_dialogues_comments_and_changes(
    client: Any, wiki: Wiki, member: Actor, page: Callable[..., str]
) -> None:
    text = (
        "---\nkind: dialogue\nstatus: held\ndate: 2020-01-02\nquestions: [v]\n"
        "participants: [{name: Anna B, member: Anna}]\n---\n# Een gesprek\n\n**Anna B:** Ja.\n"
    )
    now = wiki.clock()
    wiki.clock = lambda: now - timedelta(days=400)
    page("gesprek", text, member)
    wiki.clock = lambda: now
    for number in range(25):
        page("a", f"# A\n\n{number}\n", member)
    for number in range(10):
        comments.post(wiki, member, "a", f"Reactie {number}.")
    found = client.get("/members/anna").text
    assert 'href="/people/anna-b"' in found
    assert 'data-path="gesprek"' in found
    assert found.count("data-revision=") == 20
    assert found.count("data-comment=") == 10
    assert 'aria-labelledby="activity-words"' in found
    assert found.count("<rect") == 2, "two months in which something was written"
    more = client.get("/members/anna?show=changes").text
    older = re.search(r'rel="next" href="([^"]+)"', more)
    assert older
    assert client.get(older[1].replace("&amp;", "&")).text.count("data-revision=") == 6
    assert "data-comment=" not in more
    assert "data-path" in client.get("/members/anna?show=dialogues").text
    assert client.get("/members/anna?show=comments&before=5").text.count("data-comment=") == 4
    digits = "9" * 5_000
    for odd in ("show=x", *(f"show={part}&before={digits}" for part in ("dialogues", "comments"))):
        assert client.get(f"/members/anna?{odd}").status_code == 200
    assert 'href="/members/anna"' in client.get("/people/anna-b").text


def test_a_picture_is_made_anew(anna: Any, wiki: Wiki) -> None:
    exif = Image.Exif()
    exif[0x010E] = "GEHEIM op de Dam"
    sent = picture(exif=exif) + b"<script>alert(1)</script>PK\x03\x04"
    done = send(anna, "/account/picture", picture=(io.BytesIO(sent), "x.jpg"))
    assert done.status_code == 303
    address = re.search(r'src="(/avatars/[0-9a-f]+\.webp)"', anna.get("/members/anna").text)
    assert address
    answer = anna.get(address[1])
    assert answer.content_type == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"GEHEIM" not in answer.data
    assert b"script" not in answer.data
    assert Image.open(io.BytesIO(answer.data)).size == (256, 256)
    assert send(anna, "/account/picture", remove="yes").status_code == 303
    assert "<img" not in anna.get("/members/anna").text.split("<main")[1]
    assert anna.get(address[1]).status_code == 404


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", 422),
        (b"GIF89a<html><script>alert(1)</script>", 422),
        (b"%PDF-1.4", 422),
        (picture("TIFF", (9, 9)), 422),
        (picture("PNG")[:200], 422),
        (picture("PNG", (6000, 5000), "1"), 413),
    ],
)
def test_what_is_no_picture_is_refused(anna: Any, data: bytes, status: int) -> None:
    sent = send(anna, "/account/picture", picture=(io.BytesIO(data), "x.png"))
    assert sent.status_code == status
    assert 'name="picture"' in sent.text


def test_everything_of_ones_own_comes_along(
    anna: Any, wiki: Wiki, member: Actor, editor: Actor, page: Callable[..., str]
) -> None:
    page("a", "# A\n\nVan Anna.\n", member)
    first = comments.post(wiki, member, "a", "Eerste tekst.")
    comments.edit(wiki, member, first.id, "Tweede tekst.")
    comments.post(wiki, editor, "a", "Van iemand anders.")
    saved_searches.save(wiki, member, {"q": "beweging"})
    send(anna, "/account/page", work="Gemeente X", about="")
    send(anna, "/account/picture", picture=(io.BytesIO(picture()), "x.jpg"))
    assert send(anna, "/account/export", current_password="mis").status_code == 400
    answer = send(anna, "/account/export", current_password=PASSWORD)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as zip:
        files = {name: zip.read(name) for name in zip.namelist()}
    assert b"Gemeente X" in files["profile.md"]
    assert files["picture.webp"][:4] == b"RIFF"
    assert "Je gegevens" in files["README.md"].decode()
    assert [found["text"] for found in json.loads(files["comments.json"])] == ["Tweede tekst."]
    assert b"Tweede tekst." in files["comments.md"]
    assert b"| a |" in files["revisions.md"]
    assert json.loads(files["revisions.json"])[0]["page"] == "a"
    assert b"Eerste tekst." in files["data/comment_versions.json"]
    assert b"beweging" in files["data/saved_searches.json"]
    assert "data/sessions.json" in files
    whole = b"".join(files.values())
    assert b"iemand anders" not in whole
    assert b"bram" not in whole
    assert b"argon2" not in whole
    assert b'"hash"' not in whole


def test_erasing_oneself(anna: Any, wiki: Wiki, member: Actor, page: Callable[..., str]) -> None:
    page("a", "# A\n\nVan Anna.\n", member)
    comments.post(wiki, member, "a", "Zegt Anna niets.")
    asked = anna.get("/account/erase").text
    assert "git" in asked
    assert "1 reactie" in asked
    wrong = send(
        anna, "/account/erase", confirm="bram", current_password=PASSWORD, comments="remove"
    )
    assert wrong.status_code == 400
    assert re.search(r'value="remove" checked', wrong.text)
    done = send(anna, "/account/erase", confirm="anna", current_password=PASSWORD, comments="keep")
    assert done.status_code == 303
    assert anna.get("/account").status_code == 303
    assert "Je account is gewist" in anna.get("/").text
    for path in ("/wiki/a", "/history/a", "/blame/a", "/recent", "/feed/site.atom", "/"):
        text = anna.get(path).text
        assert "voormalig lid" in text, path
        assert ">anna<" not in text, path
        assert f"members/{FORMER}" not in text, path
        assert "members/anna" not in text, path


def test_an_administrator_erases(client: Any, member: Actor, admin: Actor, login: Login) -> None:
    login(client, "chef")
    assert "/members/anna/erase" in client.get("/admin/members/anna").text
    assert send(client, "/members/anna/erase", confirm="x").status_code == 400
    assert send(client, "/members/anna/erase", confirm="anna").status_code == 303
    assert client.get("/admin/members/anna").status_code == 404
    assert "voormalig" not in client.get("/admin/members").text
    assert "laatste beheerder" in client.get("/account/erase").text
    assert (
        send(client, "/account/erase", confirm="chef", current_password=PASSWORD).status_code == 409
    )


def test_members_find_each_other(
    anna: Any, wiki: Wiki, person: Callable[..., Actor], admin: Actor
) -> None:
    bert, cas, dora = (person(name) for name in ("bert", "cas", "dora"))
    profiles.change(wiki, bert, work="Gemeente Zwolle", about="")
    profiles.change(wiki, cas, work="Waterschap 100%", about="Zwolle")
    members.suspend(wiki, admin, dora.username)

    def listed(query: str = "") -> list[str]:
        return re.findall(r'data-member="([^"]*)"', anna.get(f"/members{query}").text)

    assert listed() == ["anna", "bert", "cas", "chef"]
    assert listed("?q=zwolle") == ["bert"]
    assert listed("?q=100%25") == ["cas"]
    assert listed("?q=_") == []
    assert listed("?q=example.org%00") == [], "an address of mail is nobody's business"
    assert listed("?page=9") == []
    assert "Gemeente Zwolle" in anna.get("/members").text
    assert 'href="/members"' in anna.get("/people").text
    stranger = anna.application.test_client()
    assert stranger.get("/members").location.startswith("/login")
    assert 'href="/members"' not in stranger.get("/people").text
