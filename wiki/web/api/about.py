"""The API presented: a page for people, a document for programs, and who asks."""

from __future__ import annotations

from importlib.metadata import version
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, jsonify, request

from wiki.domain.content.addresses import url_of
from wiki.domain.login.access_tokens import Scope
from wiki.web.api import door, shapes
from wiki.web.api.operations import OPERATIONS, operation
from wiki.web.http.context import actor, base_url, respond, see_other, wiki

blueprint = Blueprint("api_about", __name__)


@operation("GET", "/me", "you", answer=shapes.MeShape)
def me() -> dict[str, Any]:
    """Say who asks, and what the token is good for."""
    shown, who = door.bearer(), actor()
    return {
        "username": who.username,
        "name": who.name,
        "role": who.role.word,
        "scopes": [scope for scope in Scope if shown and scope in shown.token.scopes],
        "expires": shown.token.expires if shown else None,
    }


@blueprint.get("/api/v1/")
def root() -> Response:
    """To the page that says what there is."""
    return see_other(url_of("api"))


@blueprint.get("/api")
def show() -> Response:
    """Show what programs may ask, for people."""
    operations = sorted(OPERATIONS, key=lambda one: (one.tag, one.rule, one.method))
    return respond(
        "api/about/api.html",
        groups=[(tag, list(some)) for tag, some in groupby(operations, key=lambda one: one.tag)],
        scopes=list(Scope),
        address=base_url(),
    )


@blueprint.get("/api/openapi.json")
def described() -> Response:
    """Give the document that describes the API."""
    # Needed here alone, and slow to load.
    from wiki.web.api.document import document

    settings = wiki().settings
    answer = jsonify(document(settings.site_name, version("denktank"), base_url()))
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
