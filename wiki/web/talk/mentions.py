"""Members to call by @username, for the list that opens while one types a comment."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from wiki.services.talk import mentions
from wiki.web.http.context import actor, wiki

blueprint = Blueprint("mentions", __name__)

_LONGEST = 80


@blueprint.get("/suggest/members")
def suggest() -> Response:
    """Members whose names begin with `q`; who takes part on the page at `path` first (JSON)."""
    text, path = request.args.get("q", "")[:_LONGEST], request.args.get("path", "")
    found = mentions.offer(wiki(), actor(), text, path)
    answer = jsonify(
        [{"username": one.username, "name": one.name, "here": one.is_here} for one in found]
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
