"""Diagrams that stand on pages, as they were drawn."""

from __future__ import annotations

from flask import Blueprint, Response

from wiki.services.content import drawings
from wiki.web.content.files import POLICY
from wiki.web.http.context import wiki

blueprint = Blueprint("drawings", __name__)

A_WEEK = 7 * 86_400


@blueprint.get("/diagrams/<digest>.svg")
def show(digest: str) -> Response:
    """The drawing of the source with this digest."""
    answer = Response(drawings.read(wiki(), digest), content_type="image/svg+xml")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = f"private, max-age={A_WEEK}"
    return answer
