"""Tools for language models: a server of the Model Context Protocol over the same operations.

Messages are JSON-RPC 2.0 by POST to `/api/v1/mcp`, one answer each and nothing kept between them:
the streamable HTTP transport of https://modelcontextprotocol.io/specification/2025-06-18, whose
stream is optional. A tool may do what the token may, and no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid, NotFound, WikiError
from wiki.domain.login.access_tokens import Scope
from wiki.i18n.errors import field_sentences, sentence
from wiki.web.api import door, pages, search, shapes, suggestions, think_tank
from wiki.web.api.operations import Made, blueprint, json_sent, loaded
from wiki.web.http import forms, sizes
from wiki.web.http.context import base_url, language, wiki

PROTOCOLS = ("2025-06-18", "2025-03-26")
WRONG_REQUEST, NO_METHOD, WRONG_VALUES = -32600, -32601, -32602


class WordsShape(Schema):
    """The words that a model searches for."""

    q = shapes.Text(
        required=True,
        validate=validate.Length(max=1000),
        metadata=shapes.told('words; "a phrase", kind:dialogue, who:name and tag:name narrow it'),
    )


class PathShape(Schema):
    """Which page."""

    path = shapes.Text(required=True, validate=validate.Length(min=1, max=1000))


class TurnPlaceShape(PathShape):
    """Which turn of a dialogue."""

    turn = fields.Integer(required=True, validate=validate.Range(1, shapes.LARGEST_NUMBER))


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool for models: `does` gets what `takes` describes, and gives what is told."""

    about: str
    scope: Scope
    takes: type[Schema]
    does: Callable[..., Any]


def _search(q: str) -> Any:
    asked = shapes.SearchQuery().load({"q": q})
    return shapes.ResultsShape().dump(search.search(**asked))


def _read_page(path: str) -> Any:
    read = pages.read(path, "", "no").value
    return {**shapes.PageShape().dump(read), "url": _cited(read["path"], read["revision"])}


def _cited(path: str, revision: str) -> str:
    return base_url() + url_of("page", path, at=revision)


def _read_turn(path: str, turn: int) -> Any:
    read = think_tank.read_dialogue(path, "", "no")
    spoken = next((one for one in read["turns"] if one["number"] == turn), None)
    if spoken is None:
        raise NotFound("page_missing", path=path)
    return {
        **shapes.TurnShape().dump(spoken),
        "url": _cited(read["path"], read["revision"]) + f"#turn-{turn}",
        "dialogue": read["title"],
    }


def _propose(**sent: str) -> Any:
    made: Made = suggestions.suggest(sent)
    return made.value


TOOLS: Mapping[str, Tool] = {
    "search": Tool(
        "Search pages, turns, comments, people and files.", Scope.READ, WordsShape, _search
    ),
    "read_page": Tool("Read a page's Markdown, with its blob.", Scope.READ, PathShape, _read_page),
    "read_turn": Tool(
        "Read what a speaker said in one turn of a dialogue, with the address to cite it by.",
        Scope.READ,
        TurnPlaceShape,
        _read_turn,
    ),
    "propose": Tool(
        "Propose another text for a page; people decide whether it is published.",
        Scope.SUGGEST,
        shapes.SuggestShape,
        _propose,
    ),
}


class NoMethod(Exception):
    """There is no such method."""


@blueprint.post("/mcp")
@forms.signed
@sizes.takes_text
def use_tools() -> Response:
    """Answer one message of a model's program."""
    message = json_sent()
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return _failed(None, WRONG_REQUEST, "Invalid Request")
    id, method, params = message.get("id"), message.get("method"), message.get("params") or {}
    if id is None:
        # A notification wants no answer.
        return Response(status=202)
    if not isinstance(id, str | int) or not isinstance(params, dict):
        return _failed(None, WRONG_REQUEST, "Invalid Request")
    try:
        return jsonify(jsonrpc="2.0", id=id, result=_result(str(method), params))
    except NoMethod:
        return _failed(id, NO_METHOD, "Method not found")
    except Invalid as error:
        return _failed(id, WRONG_VALUES, sentence(language(), error.code, error.values))


def _failed(id: str | int | None, code: int, text: str) -> Response:
    return jsonify(jsonrpc="2.0", id=id, error={"code": code, "message": text})


def _result(method: str, params: Mapping[str, Any]) -> Any:
    if method == "initialize":
        asked = params.get("protocolVersion")
        return {
            "protocolVersion": asked if asked in PROTOCOLS else PROTOCOLS[0],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": wiki().settings.site_name, "version": version("denktank")},
        }
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [_described(name, tool) for name, tool in TOOLS.items()]}
    if method == "tools/call":
        return _called(params)
    raise NoMethod


def _described(name: str, tool: Tool) -> dict[str, Any]:
    return {"name": name, "description": tool.about, "inputSchema": _schema(tool.takes)}


@cache
def _schema(shape: type[Schema]) -> dict[str, Any]:
    # Needed here alone, and slow to load.
    from wiki.web.api.document import json_schema

    return json_schema(shape)


def _called(params: Mapping[str, Any]) -> dict[str, Any]:
    tool = TOOLS.get(str(params.get("name")))
    if tool is None:
        raise Invalid("api_fields_wrong")
    try:
        door.require(tool.scope)
        answer = tool.does(**loaded(tool.takes(), params.get("arguments") or {}))
    except WikiError as error:
        # The model reads why, and may try something else.
        told = [sentence(language(), error.code, error.values)]
        told += [f"{name}: {text}" for name, text in field_sentences(language(), error)]
        return {"content": [{"type": "text", "text": " ".join(told)}], "isError": True}
    text = json.dumps(answer, ensure_ascii=False)
    return {"content": [{"type": "text", "text": text}], "structuredContent": answer}
