"""Attachments over HTTP."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.conftest import token_in
from wiki.services.content import files
from wiki.services.editing import trash


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("foto.png", "image/png", True),
        ("pagina.html", "application/octet-stream", False),
        ("beeld.svg", "image/svg+xml", True),
        ("Verslag Één.PDF", "application/pdf", False),
    ],
)
def test_a_file_is_added_and_sent_safely(
    app: Any, member: Any, login: Any, page: Any, name: str, kind: str, shown: bool
) -> None:
    page("a", "x\n")
    browser = app.test_client()
    login(browser, "anna")
    form = {"csrf_token": token_in(browser.get("/upload/a").text), "file": (BytesIO(b"<b>"), name)}
    assert browser.post("/upload/a", data=form).status_code == 303
    stored = {"Verslag Één.PDF": "verslag-een.pdf"}.get(name, name)
    answer = app.test_client().get(f"/files/a/{stored}")
    assert answer.data == b"<b>"
    assert answer.content_type == kind
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ("Content-Disposition" in answer.headers) != shown
    again = app.test_client().get(
        f"/files/a/{stored}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_pages_are_no_files(client: Any, page: Any) -> None:
    page("a", "x\n")
    assert client.get("/files/a.md").status_code == 404


def test_the_files_of_a_deleted_page_are_for_who_may_put_it_back(
    wiki: Any, app: Any, member: Any, moderator: Any, login: Any, page: Any
) -> None:
    page("a", "x\n")
    page("b", "x\n")
    for path in ("a", "b"):
        files.add(wiki, member, path, "foto.png", b"beeld")
    reader, keeper = app.test_client(), app.test_client()
    login(keeper, "mo")
    tag = reader.get("/files/a/foto.png").headers["ETag"]
    trash.delete(wiki, moderator, "a")
    for headers in ({}, {"If-None-Match": tag}):
        assert reader.get("/files/a/foto.png", headers=headers).status_code == 410
    assert keeper.get("/files/a/foto.png").data == reader.get("/files/b/foto.png").data == b"beeld"
    page("a", "weer\n")
    assert reader.get("/files/a/foto.png").status_code == 200


@pytest.fixture
def anna(app: Any, member: Any, login: Any, page: Any) -> Any:
    """A member, beside a page `a`."""
    page("a", "# A\n\nTekst.\n")
    browser = app.test_client()
    login(browser, "anna")
    return browser


def send(browser: Any, address: str, **form: Any) -> Any:
    token = token_in(browser.get(address).text)
    return browser.post(address, data={"csrf_token": token, **form})


def upload(browser: Any, *sent: tuple[str, bytes]) -> Any:
    return send(browser, "/upload/a", file=[(BytesIO(data), name) for name, data in sent])


def beside(wiki: Any) -> dict[str, bytes]:
    """The files beside page a, with what is in them."""
    entries = (entry for entry in wiki.store.list("a/"))
    return {entry.file.removeprefix("a/"): wiki.store.blob(entry.blob) for entry in entries}


@pytest.mark.parametrize(
    "names",
    [
        ("C++ gids.txt", "C# gids.txt", "c-gids.txt"),
        ("计划.txt", "总结.txt", "bestand.txt"),
        ("Een foto.TXT", "een-foto.txt", "Één foto.txt", "een foto.txt"),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_two_names_never_become_one_file(
    anna: Any, wiki: Any, names: tuple[str, ...], together: bool
) -> None:
    sent = [(name, name.encode()) for name in names]
    for some in [sent] if together else [[one] for one in sent]:
        assert upload(anna, *some).status_code == 303
    assert sorted(beside(wiki).values()) == sorted(data for _, data in sent)
    # The same name once more is that file's next version.
    for name, _ in sent:
        assert upload(anna, (name, f"{name} twee".encode())).status_code == 303
    assert sorted(beside(wiki).values()) == sorted(f"{name} twee".encode() for name in names)


def test_of_files_sent_together_all_or_none_are_kept(anna: Any, wiki: Any) -> None:
    refused = upload(anna, ("goed.txt", b"x"), ("zonder", b"x"))
    assert refused.status_code == 400
    assert "zonder" in refused.text
    assert beside(wiki) == {}
    assert upload(anna, ("goed.txt", b"x"), ("foto.png", b"y")).status_code == 303
    listed = anna.get("/upload/a").text
    assert "![foto.png](foto.png)" in listed
    assert "[goed.txt](goed.txt)" in listed
    assert "![goed.txt]" not in listed
    assert 'href="/files/a/goed.txt"' in anna.get("/wiki/a").text
    told = anna.get("/upload/a", headers={"Accept": "application/json"}).json
    assert [one["markdown"] for one in told] == ["![foto.png](foto.png)", "[goed.txt](goed.txt)"]
    put = anna.get("/edit/a?put=foto.png").text
    assert "Tekst.\n\n![foto.png](foto.png)" in put


def test_a_file_is_replaced_deleted_and_put_back(anna: Any, wiki: Any, page: Any) -> None:
    upload(anna, ("Plan één.txt", b"een"))
    page("b", "# Bee\n\n[plan](/files/a/plan-een.txt)\n")
    address = "/file/a/plan-een.txt"
    shown = anna.get(address).text
    assert "Bee" in shown
    assert "Plan één.txt" in shown
    first = re.findall(r'data-revision="(\w+)"', shown)[0]
    replaced = send(anna, address, do="replace", file=(BytesIO(b"twee"), "heel anders.doc"))
    assert replaced.status_code == 303
    assert beside(wiki) == {"plan-een.txt": b"twee"}
    assert anna.get(f"/files/a/plan-een.txt?at={first}").data == b"een"
    assert send(anna, address, do="delete").status_code == 303
    assert anna.get("/files/a/plan-een.txt").status_code == 404
    assert len(re.findall(r"data-revision=", anna.get(address).text)) == 3
    assert send(anna, address, do="restore", revision=first).status_code == 303
    assert beside(wiki) == {"plan-een.txt": b"een"}
    assert send(anna, address, do="restore", revision="abcd").status_code == 404
    assert send(anna, address, do="replace").status_code == 400
    assert anna.get("/file/a/nooit.txt").status_code == 404


def picture(kind: str, size: tuple[int, int] = (1200, 600)) -> bytes:
    """A picture that was turned, and tells where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "GEHEIM"
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, exif=exif.tobytes(), quality=80)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_does_not_tell_where_it_was_taken(anna: Any, wiki: Any, kind: str) -> None:
    sent = picture(kind)
    assert b"GEHEIM" in sent
    name = f"foto.{kind.lower()}"
    assert upload(anna, (name, sent)).status_code == 303
    kept = beside(wiki)[name]
    assert b"GEHEIM" not in kept
    assert b"Exif" not in kept
    whole = Image.open(BytesIO(kept))
    assert (whole.format, whole.size) == (kind, (600, 1200))
    small = anna.get(f"/files/a/{name}?width=300")
    assert small.content_type == "image/webp"
    assert Image.open(BytesIO(small.data)).size == (320, 640)
    assert anna.get(f"/files/a/{name}?width=1600").data == kept
    assert upload(anna, (name, sent[:200])).status_code in (303, 422)
    assert upload(anna, (name, sent[: len(sent) // 2])).status_code == 422


def test_a_player_gets_the_part_it_asks_for(anna: Any) -> None:
    upload(anna, ("gesprek.mp3", b"0123456789"))
    part = anna.get("/files/a/gesprek.mp3", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data) == (206, b"234")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    assert part.headers["Accept-Ranges"] == "bytes"
    assert anna.get("/files/a/gesprek.mp3", headers={"Range": "bytes=50-"}).status_code == 416
    assert "<audio" in anna.get("/file/a/gesprek.mp3").text
