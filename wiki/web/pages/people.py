"""People: everybody named in dialogues, and one person's dialogues."""

from __future__ import annotations

from flask import Blueprint, Response

from wiki.domain.content.addresses import url_of
from wiki.services.pages import people
from wiki.web.http.context import actor, page_number, respond, wiki
from wiki.web.http.pager import pager_of
from wiki.web.pages import linked_data

blueprint = Blueprint("people", __name__)


@blueprint.get("/people")
def show_all() -> Response:
    """Everybody, by name."""
    listing = people.listing(wiki(), actor(), page_number())
    return respond(
        "pages/people/people.html",
        found=listing,
        pager=pager_of(listing, "people"),
        active="people",
    )


@blueprint.get("/people/<slug>")
def show(slug: str) -> Response:
    """One person."""
    profile = people.profile(wiki(), actor(), slug, page_number())
    return respond(
        "pages/people/person.html",
        found=profile,
        slug=slug,
        data=linked_data.of_person(
            profile.person.name, url_of("person", slug), profile.person.role
        ),
        pager=pager_of(profile, "person", profile.person.slug),
        active="people",
    )
