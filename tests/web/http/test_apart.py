"""A node that cannot ask what the others saved shows nothing old, and gives back what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import token_in
from wiki.domain.access.rights import Actor
from wiki.domain.errors import Unavailable
from wiki.engine import Wiki


def test_a_node_that_is_cut_off_answers_503(
    wiki: Wiki,
    client: Any,
    member: Actor,
    login: Callable[..., None],
    page: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page("a", "# A\n\nEerst.\n")
    login(client, member.username)
    assert "Eerst." in client.get("/wiki/a").text
    form = client.get("/edit/a").text
    sent = {"text": "# A\n\nGetypt.\n", "base": wiki.store.entry("a.md").blob}

    def cut_off(**_: object) -> bool:
        raise Unavailable("database_away")

    with monkeypatch.context() as away:
        away.setattr(wiki.store, "refresh", cut_off)
        answers = [client.get("/wiki/a"), client.get("/search?q=eerst")]
        answers.append(client.post("/edit/a", data={**sent, "csrf_token": token_in(form)}))
        for answer in answers:
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            assert "Eerst." not in answer.text
        assert "Getypt." in answers[-1].text
        assert client.get("/readyz").status_code != 500
    assert client.post("/edit/a", data={**sent, "csrf_token": token_in(form)}).status_code == 303
    assert "Getypt." in client.get("/wiki/a").text
