"""Operations of the API: an address, what goes in, what comes out, and the handler.

From the same declarations the document at `/api/openapi.json` is made (OpenAPI 3.1, by apispec),
so that it says what the code does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, jsonify, request
from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import FieldError, Invalid
from wiki.domain.login.access_tokens import Scope
from wiki.web.api import door
from wiki.web.http import forms

View = TypeVar("View", bound=Callable[..., Any])
Answer = Any
"""A handler's: what the shape is made of, or a pair with the status, or a whole Response."""

ROOT = url_of("api_root").rstrip("/")
MOST_DEEP = 40
"""How deep JSON may be nested; ours is three."""

blueprint = Blueprint("api", __name__, url_prefix=ROOT)
door.install(blueprint)

_PLACE = re.compile(r"<(?:(?P<kind>int|path):)?(?P<name>\w+)>")


@dataclass(frozen=True, slots=True)
class Operation:
    """One address and method, as it is described."""

    method: str
    rule: str
    tag: str
    scope: Scope
    answer: type[Schema] | None
    query: type[Schema] | None
    body: type[Schema] | None
    raw: str
    status: int
    codes: tuple[int, ...]
    headers: Mapping[str, str]
    view: Callable[..., Any] = dict

    @property
    def name(self) -> str:
        """Give the name of the handler."""
        return self.view.__name__

    @property
    def summary(self) -> str:
        """Say in a few words what it does."""
        return (self.view.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    @property
    def about(self) -> str:
        """Give the rest that there is to say of it."""
        return " ".join((self.view.__doc__ or "").strip().partition("\n")[2].split())

    @property
    def path(self) -> str:
        """The address as OpenAPI writes it."""
        return ROOT + _PLACE.sub(lambda found: "{" + found["name"] + "}", self.rule)

    def places(self) -> list[tuple[str, bool]]:
        """The names in the address, and whether each is a number."""
        return [(found["name"], found["kind"] == "int") for found in _PLACE.finditer(self.rule)]


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    rule: str,
    tag: str,
    *,
    scope: Scope = Scope.READ,
    answer: type[Schema] | None = None,
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    raw: str = "",
    status: int = 200,
    codes: tuple[int, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Callable[[View], View]:
    """Declare a handler: its arguments are the places in the address, the query and `sent`.

    `raw` is the media type of what is sent or answered as it is; `codes` are refusals beside those
    that every operation has; `headers` are those that the handler reads, with what they mean.
    """

    asks = Operation(
        method, rule, tag, scope, answer, query, body, raw, status, codes, headers or {}
    )

    def declare(view: View) -> View:
        OPERATIONS.append(replace(asks, view=view))
        name = f"{view.__module__}.{view.__name__}".rpartition("wiki.web.api.")[2]
        handler = _handler(asks, view)
        blueprint.add_url_rule(rule, name.replace(".", "_"), handler, methods=[method])
        return view

    return declare


def _handler(asks: Operation, view: Callable[..., Any]) -> Callable[..., Response]:
    @wraps(view)
    def handle(**places: Any) -> Response:
        door.require(asks.scope)
        given = dict(places)
        if asks.query:
            given |= loaded(asks.query(unknown=EXCLUDE), request.args.to_dict())
        if asks.body:
            given["sent"] = loaded(asks.body(), json_sent())
        return _answered(view(**given), asks.answer, asks.status)

    # A token is in a header, which no other site can make a browser send.
    return forms.signed(handle)


def loaded(schema: Schema, given: Any) -> dict[str, Any]:
    """Read what was sent, as the schema wants it. Raises Invalid (`api_fields_wrong`)."""
    try:
        return cast(dict[str, Any], schema.load(given))
    except ValidationError as error:
        raise Invalid("api_fields_wrong", fields=_wrong(error.messages_dict)) from error


def _wrong(messages: Mapping[str, Any]) -> list[FieldError]:
    return [
        FieldError(name, "api_field_wrong", {"why": _why(told)}) for name, told in messages.items()
    ]


def _why(told: Any) -> str:
    if isinstance(told, dict):
        return "; ".join(_why(inner) for inner in told.values())
    if isinstance(told, list):
        return " ".join(map(str, told))
    return str(told)


def json_sent() -> Any:
    """The JSON that was sent. Raises Invalid (`api_json_wrong`)."""
    text = request.get_data(cache=True)
    if _depth(text) > MOST_DEEP:
        raise Invalid("api_json_wrong")
    try:
        return request.get_json()
    except (BadRequest, UnsupportedMediaType, ValueError, RecursionError) as error:
        raise Invalid("api_json_wrong") from error


def _depth(text: bytes) -> int:
    """How deep brackets are nested at most, those in strings counted as well."""
    deepest = depth = 0
    for byte in re.findall(rb"[\[\]{}]", text):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _answered(made: Answer, shape: type[Schema] | None, status: int) -> Response:
    if isinstance(made, Response):
        return made
    extra: Mapping[str, str] = {}
    if isinstance(made, Made):
        made, status, extra = made.value, made.status, made.headers
    if shape is None or made is None:
        answer = Response(status=HTTPStatus.NO_CONTENT)
    else:
        answer = jsonify(shape().dump(made))
        answer.status_code = status
    answer.headers.update(extra)
    answer.headers["Cache-Control"] = "private, no-cache"
    if request.method in ("GET", "HEAD"):
        if not answer.get_etag()[0]:
            answer.add_etag()
        answer.make_conditional(request)
    return answer


@dataclass(frozen=True, slots=True)
class Made:
    """An answer with a status or headers of its own."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
