"""The document that describes the API (OpenAPI 3.1.1), made from the operations and their shapes.

By apispec with its plugin for marshmallow: the library that has done this for longest, kept by the
same people as marshmallow, and it asks nothing of how requests are handled.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema

from wiki.domain.login.access_tokens import Scope
from wiki.web.api.operations import OPERATIONS, Operation
from wiki.web.http.errors import PROBLEM_TYPE

ALWAYS = (400, 401, 403, 429, 503)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what is wrong, for people"},
        "code": {"type": "string", "description": "what is wrong, for programs"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "detail"],
                "properties": {"name": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def document(title: str, version: str, address: str) -> dict[str, Any]:
    """The document, for a site with this name at this address."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title=title,
        version=version,
        openapi_version="3.1.1",
        plugins=[plugin],
        info={"description": "Rights are those of the member whose token is shown."},
        servers=[{"url": address}],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", PROBLEM)
    converter = plugin.converter
    assert converter is not None
    for operation in OPERATIONS:
        described = _described(operation, converter)
        spec.path(path=operation.path, operations={operation.method.lower(): described})
    made: dict[str, Any] = spec.to_dict()
    return made


def json_schema(shape: type[Schema]) -> dict[str, Any]:
    """A shape as JSON Schema; it holds no other shape."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    APISpec(title="", version="", openapi_version="3.1.1", plugins=[plugin])
    converter: Any = plugin.converter
    return dict(converter.schema2jsonschema(shape()))


def _name(shape: type[Schema] | Schema | str) -> str:
    kind = shape if isinstance(shape, type) else type(shape)
    return kind.__name__.removesuffix("Shape")


def _described(operation: Operation, converter: OpenAPIConverter) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": f"{operation.tag.replace(' ', '_')}_{operation.name}",
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _parameters(operation, converter),
        "responses": _responses(operation),
        "security": [{"token": []}] if operation.scope is not Scope.READ else [{}, {"token": []}],
        "x-scope": operation.scope.value,
    }
    if operation.about:
        told["description"] = operation.about
    if operation.body:
        content = {"application/json": {"schema": operation.body}}
        told["requestBody"] = {"required": True, "content": content}
    elif operation.raw and operation.method == "PUT":
        content = {operation.raw: {}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _parameters(operation: Operation, converter: OpenAPIConverter) -> list[dict[str, Any]]:
    places = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1} if is_number else {"type": "string"},
        }
        for name, is_number in operation.places()
    ]
    headers = [
        {"name": name, "in": "header", "schema": {"type": "string"}, "description": about}
        for name, about in operation.headers.items()
    ]
    asked = (
        converter.schema2parameters(operation.query(), location="query") if operation.query else []
    )
    return [*places, *headers, *asked]


def _responses(operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer:
        answer["content"] = {"application/json": {"schema": operation.answer}}
    elif operation.raw:
        answer["content"] = {operation.raw: {}}
    told: dict[str, Any] = {str(operation.status): answer}
    if operation.method == "GET":
        told["304"] = {"description": HTTPStatus(304).phrase}
    # A number that is too large is no address of ours, and then other methods are.
    numbers = (404, 405) if any(is_number for _, is_number in operation.places()) else ()
    for code in sorted({*ALWAYS, *operation.codes, *numbers}):
        if code < 300:
            told[str(code)] = {**answer, "description": HTTPStatus(code).phrase}
            continue
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        told[str(code)] = {
            "description": HTTPStatus(code).phrase,
            "content": {PROBLEM_TYPE: problem},
        }
    return told
