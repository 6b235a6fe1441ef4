"""The front page."""

from __future__ import annotations

from flask import Blueprint, Response

from wiki.render.slots import labels
from wiki.services.pages import front as service
from wiki.web.http.context import actor, gettext, respond, wiki

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def front() -> Response:
    """Show what this think tank is, what it asks, what it said last."""
    front_page = service.read(wiki(), actor())
    html = ""
    if front_page.view:
        html = wiki().renderer.fill(front_page.view.html, front_page.view.links, labels(gettext))
    return respond("pages/front/front.html", front=front_page, view=front_page.view, html=html)
