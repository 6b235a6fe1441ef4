"""Watches: asking to be told of a page, a question or a folder; the list of what one watches."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, flash, request

from wiki.domain.watches import Scope
from wiki.services import notifications, watches
from wiki.web import forms
from wiki.web.context import actor, gettext, page_url, see_other, wiki
from wiki.web.forms import Problem
from wiki.web.notifications import number

blueprint = Blueprint("watches", __name__)

STOP = "stop"


@blueprint.get("/watch/<path:path>")
def ask(path: str, problem: Problem | None = None) -> Response:
    """The form: watch the page or the folders it is in, or no longer."""
    offer = watches.offer(wiki(), actor(), path)
    return forms.page("watches/ask.html", problem, offer=offer)


@blueprint.post("/watch/<path:path>")
@forms.refill(ask)
def say(path: str) -> Response:
    """Watch, or with `action=stop` no longer; `scope` is page, question or folder."""
    scope = request.form.get("scope", "")
    if request.form.get("action") == STOP:
        watches.unwatch(wiki(), actor(), path, scope)
        flash(gettext("You no longer follow this."), "done")
    else:
        watches.watch(wiki(), actor(), path, scope)
        flash(gettext("You follow this: you are told of changes and comments."), "done")
    return see_other("/account/watches" if scope == Scope.FOLDER else page_url(path))


@blueprint.get("/account/watches")
def show(problem: Problem | None = None) -> Response:
    """All that one follows."""
    found = watches.listing(wiki(), actor())
    chosen = notifications.choices(wiki(), actor())
    return forms.page("watches/list.html", problem, found=found, chosen=chosen)


@blueprint.post("/account/watches")
@forms.refill(show)
def end() -> Response:
    """Follow no longer what is named (`id`), or with `all` nothing at all."""
    if request.form.get("all"):
        watches.end_all(wiki(), actor())
    else:
        watches.end(wiki(), actor(), list(map(number, request.form.getlist("id"))))
    flash(gettext("You no longer follow this."), "done")
    return see_other("/account/watches")


@blueprint.post("/account/watches/choices")
@forms.refill(show)
def choose() -> Response:
    """Whether what one writes (`written`) or comments on (`commented`) is followed by itself."""
    chosen = replace(
        notifications.choices(wiki(), actor()),
        watch_written="written" in request.form,
        watch_commented="commented" in request.form,
    )
    notifications.choose(wiki(), actor(), chosen)
    flash(gettext("Your choice is kept."), "done")
    return see_other("/account/watches")
