"""Warnings of moderators: their member says to have read them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.services.moderation import cautions
from wiki.web.http.context import actor, back_to, see_other, wiki

blueprint = Blueprint("cautions", __name__)


@blueprint.post("/account/cautions/<int:id>/seen")
def see(id: int) -> Response:
    """A warning was read; it is shown no more."""
    cautions.see(wiki(), actor(), id)
    return see_other(back_to(request.form.get("next")))
