"""Refusals for programs: problem details in JSON (RFC 9457), with our code and the fields."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Response, request

from wiki.domain.content.addresses import url_of

TYPE = "application/problem+json"
PLACE = url_of("api_root")


def are_wanted() -> bool:
    """Whether who asks is a program at the address for programs."""
    return request.path.startswith(PLACE)


def answer(
    status: int,
    code: str,
    text: str,
    *,
    fields: Sequence[tuple[str, str]] = (),
    more: Mapping[str, object] | None = None,
) -> Response:
    """The answer to a request that is refused: `text` is for people, `code` for programs.

    `fields` are (name, sentence) for each part of the request that is wrong.
    """
    told: dict[str, object] = {
        "type": "about:blank",
        "title": _phrase(status),
        "status": status,
        "detail": text,
        "code": code,
    }
    if fields:
        told["fields"] = [{"name": name, "detail": sentence} for name, sentence in fields]
    body = json.dumps(told | dict(more or {}), ensure_ascii=False)
    made = Response(body, status, content_type=TYPE)
    made.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        made.headers["WWW-Authenticate"] = 'Bearer realm="Denktank"'
    return made


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
