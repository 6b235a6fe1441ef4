"""A member's public page."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.services import members
from wiki.web.context import actor, respond, wiki

blueprint = Blueprint("members", __name__)


@blueprint.get("/members/<username>")
def show(username: str) -> Response:
    """Who a member is, and what they wrote and said where this reader may look."""
    before = request.args.get("before", "")
    page = members.page(wiki(), actor(), username, before=before)
    return respond("members/show.html", page=page, is_first=not before)
