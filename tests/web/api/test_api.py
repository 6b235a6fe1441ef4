"""The API as a program uses it: tokens, saves that lose nothing, refusals that say why."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.conftest import PASSWORD
from tests.fixtures.access import set_rule
from wiki.domain.access.rights import Actor, Role
from wiki.domain.login.access_tokens import Scope
from wiki.engine import Wiki
from wiki.services.login import access_tokens

V1 = "/api/v1"
DIALOGUE = """---
title: Gesprek
kind: dialogue
date: 2026-03-01T10:00+01:00
participants: [Anna de Boer, Bob]
---
**Anna de Boer:** Goedemorgen.

**Bob:** Ook goedemorgen.
"""


class Program:
    """A program with a token, or without one."""

    def __init__(self, client: Any, token: str = "") -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, sent: Any = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(V1 + path, method=method, json=sent, headers=self.headers | given)


@pytest.fixture
def token(wiki: Wiki) -> Callable[..., str]:
    def make(actor: Actor, *scopes: Scope) -> str:
        return access_tokens.make(
            wiki, actor, 0, name="x", scopes=scopes or list(Scope), days="30", password=PASSWORD
        )

    return make


@pytest.fixture
def program(client: Any, token: Callable[..., str], member: Actor) -> Program:
    return Program(client, token(member))


def test_a_page_is_made_read_saved_renamed_and_deleted(program: Program) -> None:
    made = program("POST", "/pages", {"title": "Hoe nu verder?", "kind": "question"})
    assert (made.status_code, made.json["path"]) == (201, "vragen/hoe-nu-verder")
    read = program("GET", "/pages/vragen/hoe-nu-verder")
    assert read.json["meta"]["kind"] == "question"
    assert read.headers["ETag"] == f'"{made.json["blob"]}"'
    text = read.json["text"] + "\nEen antwoord.\n"
    saved = program(
        "PUT", "/pages/vragen/hoe-nu-verder", {"text": text}, If_Match=read.headers["ETag"]
    )
    assert (saved.status_code, saved.json["changed"]) == (200, True)
    assert program("GET", "/pages/vragen/hoe-nu-verder").json["text"] == text
    assert program("GET", "/history/vragen/hoe-nu-verder").json["count"] == 2
    before = program("GET", f"/pages/vragen/hoe-nu-verder?at={made.json['revision']}")
    assert "antwoord" not in before.json["text"]
    not_changed = program("GET", "/raw/vragen/hoe-nu-verder", If_None_Match=saved.headers["ETag"])
    assert not_changed.status_code == 304


def test_texts_of_two_are_merged_or_given_back(program: Program) -> None:
    first = program("PUT", "/pages/plan", {"text": "een\n\ntwee\n\ndrie\n"}, If_None_Match="*")
    assert first.status_code == 201
    tag = first.headers["ETag"]
    assert program("PUT", "/pages/plan", {"text": "EEN\n\ntwee\n\ndrie\n"}, If_Match=tag).json
    merged = program("PUT", "/pages/plan", {"text": "een\n\ntwee\n\nDRIE\n"}, If_Match=tag)
    assert (merged.status_code, len(merged.json["merged"])) == (200, 1)
    assert program("GET", "/pages/plan").json["text"] == "EEN\n\ntwee\n\nDRIE\n"
    refused = program("PUT", "/pages/plan", {"text": "uno\n\ntwee\n\ndrie\n"}, If_Match=tag)
    assert (refused.status_code, refused.json["code"]) == (409, "edit_conflict")
    assert refused.json["base"]["text"].startswith("een")
    assert refused.json["theirs"]["text"].startswith("EEN")
    assert refused.json["mine"]["text"].startswith("uno")
    blind = program("PUT", "/pages/plan", {"text": "weg\n"})
    assert (blind.status_code, blind.json["code"]) == (400, "api_base_missing")
    again = program("PUT", "/pages/plan", {"text": "nieuw\n"}, If_None_Match="*")
    assert again.status_code == 409


def test_a_token_is_good_for_what_it_says_and_no_more(
    wiki: Wiki, client: Any, token: Callable[..., str], member: Actor, page: Callable[..., str]
) -> None:
    page("plan", "# Plan\n")
    reader = Program(client, token(member, Scope.READ))
    assert reader("GET", "/me").json["scopes"] == ["read"]
    refused = reader("POST", "/comments/plan", {"text": "Mooi"})
    assert (refused.status_code, refused.json["code"]) == (403, "token_scope")
    talker = Program(client, token(member, Scope.COMMENT))
    posted = talker("POST", "/comments/plan", {"text": "Mooi"})
    assert posted.status_code == 201
    assert talker("GET", f"/comment/{posted.json['id']}").json["author"] == "anna"
    set_rule(
        wiki, Actor(1, "x", "x", "x", member.role.ADMIN), prefix="plan", right="read", role="editor"
    )
    assert reader("GET", "/pages/plan").status_code == 403
    assert reader("GET", "/search?q=plan").json["items"] == []


def test_a_token_that_ran_out_or_was_ended_or_is_none(
    wiki: Wiki,
    client: Any,
    token: Callable[..., str],
    member: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = Program(client, token(member))
    assert program("GET", "/me").json["username"] == "anna"
    later = wiki.clock() + timedelta(days=31)
    monkeypatch.setattr(wiki, "clock", lambda: later)
    assert program("GET", "/me").status_code == 401
    monkeypatch.undo()
    access_tokens.end(wiki, member, access_tokens.listing(wiki, member)[0].id)
    refused = program("GET", "/me")
    assert (refused.status_code, refused.json["code"]) == (401, "token_wrong")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert Program(client, "dt_none")("GET", "/questions").status_code == 401
    assert Program(client)("GET", "/questions").status_code == 200
    assert Program(client)("POST", "/pages", {"title": "x"}).json["code"] == "token_needed"


def test_neither_a_log_nor_a_file_tells_a_token(
    wiki: Wiki,
    app: Any,
    client: Any,
    token: Callable[..., str],
    member: Actor,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    app.testing = False
    word = token(member)
    program, wrong = Program(client, word), Program(client, word + "x")
    assert program("PUT", "/pages/plan", {"text": "# Plan\n"}, If_None_Match="*").status_code == 201
    assert program("GET", "/comment/999").status_code == 404
    assert program("GET", "/webhooks").status_code == 403
    assert wrong("GET", f"/me?token={word}").status_code == 401
    pair = base64.b64encode(f"anna:{word}".encode()).decode()
    git = {"Authorization": f"Basic {pair}"}
    with client.get("/git/info/refs?service=git-upload-pack", headers=git) as refs:
        assert refs.status_code == 200
    monkeypatch.setattr("wiki.services.pages.pages.read", lambda *_, **__: 1 / 0)
    assert program("GET", f"/pages/plan?x={word}").status_code == 500
    assert "ZeroDivisionError" in caplog.text
    kept = [file.read_bytes() for file in wiki.settings.data.rglob("*") if file.is_file()]
    for secret in (word, pair):
        assert secret not in caplog.text
        assert not any(secret.encode() in data for data in kept)


def test_a_cookie_opens_nothing(client: Any, member: Actor, login: Callable[..., None]) -> None:
    login(client, "anna")
    assert Program(client)("GET", "/me").json["username"] == ""
    assert Program(client)("POST", "/pages", {"title": "x"}).status_code == 401


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "api_json_wrong"),
        (b"[" * 100_000, "api_json_wrong"),
        (b'{"text": "\\ud800"}', "api_fields_wrong"),
        (b'{"text": "a\\u0000"}', "api_fields_wrong"),
        (b'{"text": 3}', "api_fields_wrong"),
        (b'{"tekst": "a"}', "api_fields_wrong"),
        (b"\xff\xfe", "api_json_wrong"),
        (b"null", "api_fields_wrong"),
    ],
)
def test_what_is_not_right_is_told(program: Program, body: bytes, code: str) -> None:
    answer = program.client.put(
        f"{V1}/pages/plan",
        data=body,
        headers=program.headers | {"If-None-Match": "*"},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"]


def test_addresses_that_are_none(program: Program) -> None:
    assert program("GET", "/nergens").json["status"] == 404
    assert program("PATCH", "/pages/plan").json["status"] == 405
    assert program("GET", "/comment/99999999999999999999").status_code == 404
    missing = program("GET", "/pages/nergens", Accept_Language="nl")
    assert (missing.status_code, missing.json["code"]) == (404, "page_missing")


def test_turns_can_be_cited(program: Program, page: Callable[..., str], client: Any) -> None:
    page("gesprek", DIALOGUE)
    told = program("GET", "/dialogues/gesprek").json
    assert [turn["speaker"] for turn in told["turns"]] == ["Anna de Boer", "Bob"]
    address, _, anchor = told["turns"][1]["url"].partition("#")
    assert f'id="{anchor}"' in client.get(address).text
    assert program("GET", "/people/bob").json["items"][0]["turns"] == 1


def test_a_suggestion_waits_and_is_accepted(
    client: Any, token: Callable[..., str], member: Actor, editor: Actor, page: Callable[..., str]
) -> None:
    page("plan", "# Plan\n\nEen.\n")
    writer, keeper = Program(client, token(member, Scope.SUGGEST)), Program(client, token(editor))
    base = writer("GET", "/pages/plan").json["blob"]
    sent = {"path": "plan", "text": "# Plan\n\nTwee.\n", "base": base}
    made = writer("POST", "/suggestions", sent)
    assert made.status_code == 201
    id = made.json["suggestion"]
    assert [item["id"] for item in keeper("GET", "/suggestions").json["items"]] == [id]
    assert keeper("POST", f"/suggestions/{id}/accept").status_code == 200
    assert "Twee" in writer("GET", "/pages/plan").json["text"]


def test_files_and_watches(program: Program, page: Callable[..., str]) -> None:
    page("plan", "# Plan\n")
    put = program.client.put(f"{V1}/files/plan/brief.txt", data=b"inhoud", headers=program.headers)
    assert put.status_code == 201
    assert program("GET", "/attachments/plan").json["items"] == ["brief.txt"]
    assert program("GET", "/files/plan/brief.txt").data == b"inhoud"
    assert program("PUT", "/watches/plan").json == {"path": "plan", "scope": "page"}
    assert program("GET", "/watches").json["items"] == [{"path": "plan", "scope": "page"}]
    assert program("DELETE", "/watches/plan").status_code == 204


def test_webhooks_are_made_tried_turned_off_and_removed(
    client: Any, token: Callable[..., str], person: Callable[..., Actor], program: Program
) -> None:
    boss = person("baas", Role.ADMIN)
    admin = Program(client, token(boss, Scope.READ, Scope.WEBHOOKS))
    new = {"name": "Uit", "address": "https://hook.example/x", "events": ["page.saved"]}
    assert program("POST", "/webhooks", new).status_code == 403
    assert Program(client, token(boss, Scope.EDIT))("GET", "/webhooks").status_code == 403
    wrong = admin("POST", "/webhooks", {**new, "events": ["nothing"], "address": "ftp://x"})
    assert (wrong.status_code, wrong.json["code"]) == (400, "api_fields_wrong")
    assert admin("POST", "/webhooks", {**new, "address": "ftp://x"}).status_code == 400
    made = admin("POST", "/webhooks", new)
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    place = made.headers["Location"].removeprefix(V1)
    told = admin("GET", place).json
    assert {name: told[name] for name in new} == new
    assert (told["id"], told["active"], told["failing"]) == (made.json["id"], True, None)
    assert admin("GET", "/webhooks").json["items"] == [told]
    assert admin("PUT", place, {"active": False}).json["active"] is False
    assert admin("PUT", place, {"active": True}).json["active"] is True
    assert admin("POST", f"{place}/test").status_code == 204
    [message] = admin("GET", f"{place}/deliveries").json["items"]
    assert (message["event"], message["tries"], message["arrived"]) == ("test", 0, None)
    assert admin("POST", f"/webhooks/deliveries/{message['id']}/again").status_code == 204
    assert admin("DELETE", place).status_code == 204
    assert admin("GET", place).status_code == admin("POST", f"{place}/test").status_code == 404


def test_lists_go_on_with_a_cursor(program: Program, page: Callable[..., str]) -> None:
    for number in range(60):
        page(f"vragen/v{number}", f"---\nkind: question\n---\n# Vraag {number}\n")
    seen: list[str] = []
    cursor = ""
    while True:
        part = program("GET", f"/questions?cursor={cursor}").json
        seen += [item["path"] for item in part["items"]]
        cursor = part["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 60


def test_too_many_requests(client: Any, wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    from wiki.services.access import rates
    from wiki.services.access.rates import Rate

    monkeypatch.setattr(rates, "programs", lambda wiki: Rate("api", 20))
    answers = [Program(client)("GET", "/tags") for _ in range(60)]
    last = answers[-1]
    assert (last.status_code, last.json["code"]) == (429, "too_fast")
    assert int(last.headers["Retry-After"]) > 0


def test_it_is_described(client: Any) -> None:
    document = json.loads(client.get("/api/openapi.json").text)
    validate(document)
    assert document["openapi"].startswith("3.1")
    shown = client.get("/api").text
    for path in document["paths"]:
        assert path in shown


def test_a_token_is_made_and_ended_on_the_screen(
    client: Any, member: Actor, login: Callable[..., None]
) -> None:
    import re

    from tests.conftest import token_in

    login(client, "anna")
    form = {
        "csrf_token": token_in(client.get("/account/tokens").text),
        "name": "Mijn programma",
        "scopes": ["read", "edit"],
        "days": "30",
        "current_password": PASSWORD,
    }
    shown = client.post("/account/tokens", data=form).text
    word = re.search(r"<code data-token>(dt_[^<]+)</code>", shown)
    assert word
    assert Program(client, word[1])("GET", "/me").json["scopes"] == ["read", "edit"]
    again = client.get("/account/tokens").text
    assert word[1] not in again
    assert "Mijn programma" in again
    id = re.search(r'data-token-id="(\d+)"', again)
    assert id
    client.post(f"/account/tokens/{id[1]}/end", data={"csrf_token": form["csrf_token"]})
    assert Program(client, word[1])("GET", "/me").status_code == 401
    wrong = client.post("/account/tokens", data=form | {"days": "0", "name": ""})
    assert wrong.status_code == 400
