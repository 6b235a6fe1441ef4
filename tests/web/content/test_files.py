"""Attachments over HTTP."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.conftest import token_in
from wiki.services.content import files
from wiki.services.editing import trash


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("foto.png", "image/png", True),
        ("pagina.html", "application/octet-stream", False),
        ("beeld.svg", "application/octet-stream", False),
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
