"""What is too large is refused before it costs anything, and what is not comes through."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import token_in
from wiki.web.http.sizes import FIELDS, FORM

FORM_TYPE = "application/x-www-form-urlencoded"


def post(client: Any, path: str, data: bytes, kind: str = FORM_TYPE) -> Any:
    return client.post(path, data=data, content_type=kind)


@pytest.mark.parametrize("path", ["/preview", "/login", "/edit/a", "/draft", "/comments/a"])
def test_too_many_fields_are_not_even_read(client, page, monkeypatch, path):
    page("a", "# A\n")
    answer = post(client, path, b"a&" * 500_000)
    assert answer.status_code == 413
    assert len(answer.data) < 20_000
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' for _ in range(FIELDS + 1)
    )
    assert (
        post(client, path, parts + b"--x--\r\n", "multipart/form-data; boundary=x").status_code
        == 413
    )


@pytest.mark.parametrize(
    "path", ["/login", "/register", "/comments/a", "/account/reset", "/logout"]
)
def test_a_small_form_need_not_take_much(client, page, path):
    page("a", "# A\n")
    assert post(client, path, b"text=" + b"a" * FORM).status_code == 413
    assert post(client, path, b"text=" + b"a" * (FORM - 5)).status_code == 400


def test_a_page_may_be_as_large_as_before(client, wiki, page, member, login):
    page("a", "# A\n")
    login(client, "anna")
    token = token_in(client.get("/edit/a").text)
    text = "é" * (wiki.settings.max_text_bytes // 2)
    form = {"text": text, "base": "0" * 40, "csrf_token": token, "do": "diff"}
    assert client.post("/edit/a", data=form).status_code != 413
    answer = client.post("/edit/a", data={**form, "text": text + "é", "do": "preview"})
    assert answer.status_code == 413
    assert text in answer.text, "too large, and not lost"


def test_a_field_with_a_strange_name_is_not_carried_on(client, page):
    page("a", "# A\n")
    answer = client.post("/comments/a", data={"text": "typed", "<b>x": "y", "a" * 100: "z"})
    assert answer.status_code == 400
    assert "typed" in answer.text
    assert "&lt;b" not in answer.text
    assert "a" * 100 not in answer.text
