"""The terms of use: read and accept them, and ask everybody again."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import NotFound
from wiki.render.slots import labels
from wiki.services.members import terms
from wiki.web.http import forms
from wiki.web.http.context import actor, back_to, gettext, language, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("terms", __name__)


@blueprint.get("/terms")
def show(problem: Problem | None = None) -> Response:
    """The terms, for everybody; a member sees what they accepted, or is asked to."""
    terms_now = terms.current(wiki())
    if terms_now is None:
        raise NotFound("terms_none", path=wiki().settings.terms_page)
    return forms.page(
        "members/terms/terms.html",
        problem,
        terms=terms_now,
        html=terms.html_of(wiki(), actor(), terms_now, labels(gettext, language())),
        owes=terms.owes(wiki(), actor()),
        accepted=terms.accepted(wiki(), actor().id),
        next=back_to(request.values.get("next")),
    )


@blueprint.post("/terms")
@forms.refill(show)
def accept() -> Response:
    """Accept the terms that were shown."""
    terms.accept(wiki(), actor(), forms.accepted_terms())
    flash(gettext("Thank you."), "done")
    return see_other(back_to(request.form.get("next")))


@blueprint.get("/admin/terms")
def asked(problem: Problem | None = None) -> Response:
    """Show who accepted what, and a form to ask everybody again."""
    return forms.page("members/terms/asked.html", problem, asked=terms.asked(wiki(), actor()))


@blueprint.post("/admin/terms")
@forms.refill(asked)
def ask_again() -> Response:
    """Ask everybody to accept the terms as they stand now."""
    terms.ask_again(wiki(), actor(), request.form.get("reason", ""))
    flash(gettext("Every member is asked before the next thing they do."), "done")
    return see_other(url_of("admin_terms"))
