"""Webhooks: told of what happens, signed, tried again, turned off; to a server that listens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.access import set_rule
from tests.fixtures.serving import served
from wiki.database.notices import outbox
from wiki.domain.access.rights import Actor
from wiki.domain.errors import Forbidden, Invalid
from wiki.domain.notices.webhooks import PATIENCE, PAUSES
from wiki.engine import Wiki
from wiki.services.editing import renaming, saving, suggestions, trash
from wiki.services.editing.saving import Sent
from wiki.services.notices import fan_out, webhook_deliveries, webhooks
from wiki.services.talk import comments

ALL = ("page.saved", "page.renamed", "page.deleted", "dialogue.saved", "comment.posted")
OTHERS = ("suggestion.made", "suggestion.decided")


@dataclass
class Listener:
    """A server that keeps what it is told, and answers as it is told to."""

    status: str = "204 No Content"
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        names = ("ID", "TIMESTAMP", "SIGNATURE")
        self.heard.append(({name: environ[f"HTTP_WEBHOOK_{name}"] for name in names}, body))
        start_response(self.status, [("Content-Length", "0")])
        return []

    def told(self) -> list[dict[str, Any]]:
        found = [json.loads(body) for _, body in self.heard]
        self.heard.clear()
        return found


@pytest.fixture
def listener() -> Iterator[tuple[Listener, str]]:
    made = Listener()
    with served(made) as url:
        yield made, url


def write(wiki: Wiki, actor: Actor, path: str, text: str) -> None:
    saving.save(wiki, actor, path, Sent(text=text, base=""))


def told(wiki: Wiki) -> None:
    """Let the worker tell and deliver all that waits."""
    wiki.follow()
    while fan_out.catch_up(wiki):
        pass
    while webhook_deliveries.deliver(wiki):
        pass


def test_what_happens_is_told_and_signed(
    wiki: Wiki,
    admin: Actor,
    member: Actor,
    listener: tuple[Listener, str],
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.DEBUG)
    there, url = listener
    wiki.settings = replace(
        wiki.settings, private_addresses=True, base_url="https://wiki.example.org"
    )
    write(wiki, admin, "begin", "# Begin\n")
    told(wiki)
    id, secret = webhooks.add(
        wiki, admin, name="Chat", address=url + "/hook", events=[*ALL, *OTHERS], closed=False
    )
    told(wiki)
    assert there.told() == []

    write(wiki, member, "vragen/een", "# Een\n")
    told(wiki)
    ((headers, body),) = there.heard
    signed = f"{headers['ID']}.{headers['TIMESTAMP']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["SIGNATURE"] == f"v1,{mark}"
    (message,) = there.told()
    assert message["type"] == "page.saved"
    assert message["data"]["url"] == "https://wiki.example.org/wiki/vragen/een"
    assert message["data"]["by"] == "anna"
    assert "# Een" not in str(message)

    comments.post(wiki, member, "vragen/een", "Nou en of.")
    told(wiki)
    path = "vragen/een"
    base = wiki.store.entry("vragen/een.md").blob
    number = suggestions.suggest(wiki, member, path, Sent(text="# Eén\n", base=base))
    assert number
    suggestions.decline(wiki, admin, number, "nee")
    renaming.rename(wiki, admin, path, "vragen/twee")
    trash.delete(wiki, admin, "vragen/twee")
    told(wiki)
    kinds = sorted(one["type"] for one in there.told())
    assert kinds.count("comment.posted") == kinds.count("suggestion.made") == 1
    assert kinds.count("suggestion.decided") == 1
    assert {"page.renamed", "page.deleted"} <= set(kinds)

    # What not everybody may read is told to nobody who was not named for it.
    set_rule(wiki, admin, prefix="hof", right="read", role="admin")
    write(wiki, admin, "hof/plan", "# Plan\n")
    told(wiki)
    assert there.told() == []
    assert secret not in str(webhooks.listing(wiki, admin))
    assert secret not in caplog.text
    kept = [file.read_bytes() for file in wiki.settings.data.rglob("*") if file.is_file()]
    assert not any(secret.encode() in data for data in kept)
    webhooks.turn(wiki, admin, id, on=False)
    write(wiki, member, "los", "# Los\n")
    told(wiki)
    assert there.told() == []
    with pytest.raises(Forbidden):
        webhooks.listing(wiki, member)


def test_what_does_not_arrive_is_tried_again_and_then_given_up(
    wiki: Wiki, admin: Actor, listener: tuple[Listener, str]
):
    there, url = listener
    wiki.settings = replace(wiki.settings, private_addresses=True)
    moment = [wiki.clock()]
    wiki.clock = lambda: moment[0]

    def later(pause: timedelta) -> None:
        moment[0] += pause
        told(wiki)

    id, _ = webhooks.add(wiki, admin, name="Chat", address=url, events=["page.saved"], closed=False)
    there.status = "500 Internal Server Error"
    webhooks.test(wiki, admin, id)
    for number, pause in enumerate((timedelta(), *PAUSES[:3])):
        later(pause)
        assert len(there.heard) == number + 1
    assert len({headers["ID"] for headers, _ in there.heard}) == 1
    found = webhooks.look(wiki, admin, id)
    assert [(one.status, one.problem) for one in found.deliveries] == [(500, "webhook_status")]
    assert found.webhook.failing
    there.status = "200 OK"
    later(PAUSES[3])
    assert webhooks.look(wiki, admin, id).deliveries[0].arrived
    assert webhooks.look(wiki, admin, id).webhook.failing is None
    webhooks.again(wiki, admin, found.deliveries[0].id)
    there.heard.clear()
    later(timedelta())
    assert len(there.heard) == 1

    there.status = "503 Service Unavailable"
    webhooks.test(wiki, admin, id)
    later(timedelta())
    later(PATIENCE + timedelta(seconds=1))
    assert not webhooks.look(wiki, admin, id).webhook.active
    with wiki.database.read() as connection:
        letters = outbox.unsent(connection, given_up=False, before=0, limit=9)
    assert "Chat" in letters[0].subject
    webhooks.turn(wiki, admin, id, on=True)

    wiki.settings = replace(wiki.settings, private_addresses=False)
    there.heard.clear()
    webhooks.test(wiki, admin, id)
    later(timedelta())
    assert there.heard == []
    assert webhooks.look(wiki, admin, id).deliveries[0].problem == "webhook_private"
    webhooks.remove(wiki, admin, id)
    assert webhooks.listing(wiki, admin) == []


def test_an_address_that_is_none_is_refused(wiki: Wiki, admin: Actor):
    for address in (
        "",
        "x",
        "ftp://h/",
        "https://",
        "https://u:p@h/",
        "https://h/ x",
        "https://[/",
    ):
        with pytest.raises(Invalid):
            webhooks.add(
                wiki, admin, name="x", address=address, events=["page.saved"], closed=False
            )
    for events in ([], ["test"], ["x"]):
        with pytest.raises(Invalid):
            webhooks.add(wiki, admin, name="x", address="https://h/", events=events, closed=False)
