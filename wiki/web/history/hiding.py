"""Hiding parts of a revision, and showing them again: for moderators."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.history.revisions import Part
from wiki.services.history import hiding, history
from wiki.web.http import forms
from wiki.web.http.context import actor, gettext, see_other, wiki

blueprint = Blueprint("hiding", __name__)


@blueprint.get("/hide/<path:path>")
def ask(path: str, problem: forms.Problem | None = None) -> Response:
    """Show what is hidden of a revision, and a form to change that."""
    revision = request.values.get("revision", "")
    state = None
    if not (problem and problem.login):
        page = history.page_at(wiki(), actor(), path)
        found = history.revision_of(wiki(), page.page, revision, actor())
        state = hiding.state(wiki(), actor(), page.page, found)
    return forms.page(
        "history/hiding/hide.html",
        problem,
        path=state.path if state else path,
        revision=revision,
        state=state,
        parts_known=[part.value for part in Part],
        chosen=_chosen(state),
    )


@blueprint.post("/hide/<path:path>")
@forms.refill(ask)
def change(path: str) -> Response:
    """Hide what is chosen, show what is not."""
    page = history.page_at(wiki(), actor(), path)
    form = request.form
    revision = history.revision_of(wiki(), page.page, form.get("revision", ""), actor())
    state = hiding.change(
        wiki(), actor(), page.page, revision, form.getlist("part"), form.get("reason", "")
    )
    hidden = gettext("That is hidden from everybody but moderators.")
    flash(hidden if state.hidden else gettext("Nothing of that version is hidden."), "done")
    return see_other(url_of("history", state.path) + f"#revision-{revision.commit[:10]}")


def _chosen(state: hiding.State | None) -> set[str]:
    if request.method == "POST":
        return set(request.form.getlist("part"))
    return {item.part.value for item in state.hidden} if state else set()
