"""Tools for language models, called as their programs call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import PASSWORD
from wiki.domain.access.rights import Actor
from wiki.engine import Wiki
from wiki.services.login import access_tokens
from wiki.services.operation import jobs

DIALOGUE = (
    "---\ntitle: Gesprek\nkind: dialogue\nparticipants: [Bob]\n---\n**Bob:** Een merel zingt.\n"
)


@pytest.fixture
def ask(wiki: Wiki, client: Any, member: Actor) -> Callable[..., Any]:
    def call(method: str, params: Any = None, *, scopes: tuple[str, ...] = ("suggest",)) -> Any:
        word = access_tokens.make(
            wiki, member, 0, name="model", scopes=scopes, days="9", password=PASSWORD
        )
        sent = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return client.post(
            "/api/v1/mcp", json=sent, headers={"Authorization": f"Bearer {word}"}
        ).json

    return call


def used(answer: Any) -> Any:
    return json.loads(answer["result"]["content"][0]["text"])


def test_it_says_what_it_is_and_what_it_can(ask: Callable[..., Any]) -> None:
    hello = ask("initialize", {"protocolVersion": "2025-03-26"})["result"]
    assert (hello["protocolVersion"], "tools" in hello["capabilities"]) == ("2025-03-26", True)
    tools = {tool["name"]: tool for tool in ask("tools/list")["result"]["tools"]}
    assert set(tools) == {"search", "read_page", "read_turn", "propose"}
    assert tools["read_turn"]["inputSchema"]["required"] == ["path", "turn"]
    assert ask("resources/list")["error"]["code"] == -32601


def test_a_turn_is_found_read_and_cited(
    ask: Callable[..., Any], page: Callable[..., str], wiki: Wiki
) -> None:
    revision = page("gesprek", DIALOGUE)
    while jobs.search(wiki):
        pass
    found = used(ask("tools/call", {"name": "search", "arguments": {"q": "merel"}}))
    assert {item["path"] for item in found["items"]} == {"gesprek"}
    arguments = {"path": "gesprek", "turn": 1}
    turn = used(ask("tools/call", {"name": "read_turn", "arguments": arguments}))
    assert (turn["speaker"], turn["said"]) == ("Bob", "Een merel zingt.")
    assert turn["url"] == f"http://localhost/wiki/gesprek?at={revision}#turn-1"
    arguments["turn"] = 2
    assert ask("tools/call", {"name": "read_turn", "arguments": arguments})["result"]["isError"]


def test_a_proposal_waits_and_a_token_allows_no_more_than_it_says(
    ask: Callable[..., Any], page: Callable[..., str]
) -> None:
    page("plan", "# Plan\n")
    read = used(ask("tools/call", {"name": "read_page", "arguments": {"path": "plan"}}))
    sent = {"path": "plan", "text": "# Plan B\n", "base": read["blob"]}
    refused = ask("tools/call", {"name": "propose", "arguments": sent}, scopes=("read",))
    assert refused["result"]["isError"]
    assert used(ask("tools/call", {"name": "propose", "arguments": sent}))["suggestion"] == 1
    assert used(ask("tools/call", {"name": "read_page", "arguments": {"path": "plan"}})) == read


@pytest.mark.parametrize("params", [{}, {"name": "rm"}, {"name": "search", "arguments": {"q": 3}}])
def test_what_is_not_right_is_told(ask: Callable[..., Any], params: Any) -> None:
    answer = ask("tools/call", params)
    assert "error" in answer or answer["result"]["isError"]


def test_messages_that_are_none(client: Any) -> None:
    assert client.post("/api/v1/mcp", json=[1]).json["error"]["code"] == -32600
    assert client.post("/api/v1/mcp", data=b"{").status_code == 400
    told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert client.post("/api/v1/mcp", json=told).status_code == 202
