"""The front page."""

from __future__ import annotations

from flask import Blueprint, Response

from wiki.render.slots import labels
from wiki.services.pages import front as service
from wiki.web.http.context import actor, gettext, respond, wiki

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def front() -> Response:
    """What this think tank is, what it asks, what it said last."""
    found = service.read(wiki(), actor())
    html = ""
    if found.view:
        html = wiki().renderer.fill(found.view.html, found.view.links, labels(gettext))
    return respond("pages/front/front.html", front=found, view=found.view, html=html)
