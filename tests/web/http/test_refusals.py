"""Every refusal that somebody can run into has a sentence, found by running into them."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import BuildError

from tests.conftest import token_in
from tests.fixtures import refusals

FORMS = (
    {},
    dict.fromkeys(("title", "text", "file", "path", "new_path", "name", "email", "username"), ""),
    {"text": "---\ndate: x\n---\n", "base": "x", "new_path": "../x", "title": " ", "kind": "x"},
    {"kind": "dialogue", "text": "x", "date": "x", "end": "y", "revision": "x", "do": "x"},
    {"username": "lid", "email": "x", "password": "x", "new": "x", "current": "x", "code": "x"},
)
KEPT = ("account_erase", "logout", "api_document")


@pytest.mark.parametrize("who", ["", "anna", "chef"])
def test_every_refusal_has_a_whole_sentence(
    app: Any, member: Any, admin: Any, login: Any, page: Any, who: str
) -> None:
    page("a", "# A\n")
    browser = app.test_client()
    if who:
        login(browser, who)
    token = token_in(browser.get("/login" if not who else "/account").text)
    urls = app.url_map.bind("localhost")
    with refusals.watched() as met:
        for rule in app.url_map.iter_rules():
            name = rule.endpoint.rpartition(".")[2]
            if name in KEPT or rule.endpoint.endswith("erase"):
                continue
            try:
                address = urls.build(rule.endpoint, dict.fromkeys(rule.arguments, "1"))
            except (BuildError, ValueError):
                continue
            if "GET" in (rule.methods or ()):
                browser.get(address, query_string={"at": "x", "since": "x", "page": "x"})
            for form in FORMS if "POST" in (rule.methods or ()) else ():
                browser.post(address, data={**form, "csrf_token": token})
    assert met.wrong == set()
    assert len(met.codes) > 20
