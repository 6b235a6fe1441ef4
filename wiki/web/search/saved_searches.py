"""Saved searches: the list in one's account; keeping one, and keeping it no longer."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.services.search import saved_searches
from wiki.web.http import forms
from wiki.web.http.context import actor, gettext, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("saved_searches", __name__)


@blueprint.get("/account/searches")
def show(problem: Problem | None = None) -> Response:
    """The searches that one keeps, each with what is new in it."""
    kept = saved_searches.listing(wiki(), actor())
    return forms.page("search/saved_searches/list.html", problem, kept=kept)


@blueprint.post("/account/searches")
@forms.refill(show)
def save() -> Response:
    """Keep a search."""
    address = saved_searches.save(wiki(), actor(), request.form)
    flash(gettext("You follow this search. New hits are counted in your account."), "done")
    return see_other(f"{url_of('search')}?{address}")


@blueprint.post("/account/searches/<int:id>/delete")
def remove(id: int) -> Response:
    """Keep a search no longer."""
    saved_searches.remove(wiki(), actor(), id)
    flash(gettext("You no longer follow this search."), "done")
    return see_other(url_of("account_searches"))
