"""People: everybody named in dialogues, and one person's dialogues."""

from __future__ import annotations

from flask import Blueprint, Response

from wiki.services.pages import people
from wiki.web.http.context import actor, page_number, respond, wiki

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
def show_all() -> Response:
    """Everybody, by name."""
    return respond(
        "pages/people/people.html",
        found=people.listing(wiki(), actor(), page_number()),
        active="people",
    )


@blueprint.get("/people/<slug>")
def show(slug: str) -> Response:
    """One person."""
    return respond(
        "pages/people/person.html",
        found=people.profile(wiki(), actor(), slug, page_number()),
        active="people",
    )
