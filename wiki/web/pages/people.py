"""People: everybody named in dialogues, and one person's dialogues."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.services.pages import people
from wiki.web.http.context import actor, respond, wiki

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
def show_all() -> Response:
    """Everybody, by name."""
    return respond(
        "pages/people/people.html", found=people.listing(wiki(), actor(), _page()), active="people"
    )


@blueprint.get("/people/<slug>")
def show(slug: str) -> Response:
    """One person."""
    return respond(
        "pages/people/person.html",
        found=people.profile(wiki(), actor(), slug, _page()),
        active="people",
    )


def _page() -> int:
    written = request.args.get("page", "")
    return int(written) if written.isdecimal() and len(written) < 7 else 1
