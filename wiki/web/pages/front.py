"""The front page."""

from __future__ import annotations

from flask import Blueprint, Response

from wiki.render.slots import labels
from wiki.services.pages import front as service
from wiki.services.pages import including
from wiki.web.http.context import actor, gettext, language, respond, wiki

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def front() -> Response:
    """Show what this think tank is, what it asks, what it said last."""
    front_page = service.read(wiki(), actor())
    html = ""
    if view := front_page.view:
        words = labels(gettext, language())
        whole = including.expand(wiki(), actor(), view.path, view.html, view.links, words)
        html = wiki().renderer.fill(whole, view.links, words)
    return respond("pages/front/front.html", front=front_page, view=view, html=html)
