"""Closing a page's talk and opening it again: for moderators."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.services.talk import closings
from wiki.web.http import forms
from wiki.web.http.context import actor, gettext, page_url, see_other, wiki

blueprint = Blueprint("closings", __name__)


@blueprint.get("/close/<path:path>")
def ask(path: str, problem: forms.Problem | None = None) -> Response:
    """Ask why the talk is to be closed, or whether it is to be opened again."""
    closing = None if problem and problem.login else closings.of(wiki(), actor(), path)
    return forms.page("talk/closings/ask.html", problem, path=path, closing=closing)


@blueprint.post("/close/<path:path>")
@forms.refill(ask)
def close(path: str) -> Response:
    """Close the talk: only moderators comment from now on."""
    closings.close(wiki(), actor(), path, request.form.get("reason", ""))
    flash(gettext("Nobody but moderators can comment on this page now."), "done")
    return see_other(page_url(path) + "#comments")


@blueprint.post("/reopen/<path:path>")
def reopen(path: str) -> Response:
    """Open the talk again."""
    closings.reopen(wiki(), actor(), path)
    flash(gettext("Members can comment on this page again."), "done")
    return see_other(page_url(path) + "#comments")
