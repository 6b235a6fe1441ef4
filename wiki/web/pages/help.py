"""The help screen."""

from __future__ import annotations

from flask import Blueprint, Response

from wiki.render.slots import labels
from wiki.services.pages import help as service
from wiki.web.http.context import actor, gettext, language, respond, wiki

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def show() -> Response:
    """How a page is written, how one searches, which keys there are."""
    chapters = service.read(wiki(), actor(), labels(gettext, language()))
    return respond("pages/help/help.html", chapters=chapters)
