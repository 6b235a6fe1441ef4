"""A wiki that cannot be opened yet answers 503, and is opened once it can be."""

from __future__ import annotations

import threading

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from wiki.commands.serving import opening
from wiki.domain.errors import Unavailable
from wiki.settings import Settings

PASSING = Unavailable("database_away")
FAULT = ValueError("never seen before")


@pytest.mark.parametrize(("error", "is_traced"), [(PASSING, False), (FAULT, True)])
def test_a_fault_that_passes_is_waited_for(
    error: Exception,
    is_traced: bool,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mended, opened = threading.Event(), threading.Event()
    monkeypatch.setattr(opening, "RETRY", 0.01)

    def make() -> Response:
        if not mended.is_set():
            raise error
        opened.set()
        return Response("the wiki")

    client = Client(opening.Opening(make, settings))
    assert client.get("/").status_code == 503
    mended.set()
    assert opened.wait(10)
    while client.get("/").status_code == 503:
        pass
    assert client.get("/").text == "the wiki"
    assert [bool(record.exc_info) for record in caplog.records] == [is_traced]
