"""Pictures of other sites that stand on pages, where the wiki fetches them itself."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.services.content import other_pictures
from wiki.web.content.files import POLICY
from wiki.web.http.context import actor, wiki

blueprint = Blueprint("other_pictures", __name__)

A_DAY = 86_400


@blueprint.get("/picture/<path:path>")
def show(path: str) -> Response:
    """A picture of another site (`u`) on the page at a path, with our `code`."""
    said = request.args
    found = other_pictures.read(wiki(), actor(), path, said.get("code", ""), said.get("u", ""))
    answer = Response(found.data, content_type=found.type)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = f"private, max-age={A_DAY}"
    return answer
