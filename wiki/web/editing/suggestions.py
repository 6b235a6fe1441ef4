"""Suggestions: the queue, one of them with what it would change, and what can be done with it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, flash, request
from markupsafe import Markup

from wiki.domain.content import text
from wiki.domain.content.addresses import url_of
from wiki.domain.editing.suggestions import WORD_MOST, State
from wiki.render.slots import labels
from wiki.services.access import rates
from wiki.services.content import fields
from wiki.services.editing import suggestions
from wiki.services.editing.editor import Editor
from wiki.services.editing.saving import Conflicted, Saved
from wiki.services.pages import pages
from wiki.web.editing import source_form
from wiki.web.editing.conflicts import conflict_page
from wiki.web.editing.editor import (
    asks_for_form,
    editor_page,
    in_editor,
    refuse_failures,
    sent,
    stepped_editor,
    typed_editor,
)
from wiki.web.editing.saved import saved_page
from wiki.web.editing.undoing import preview_of
from wiki.web.http import differences, forms, pace, sizes
from wiki.web.http.context import (
    actor,
    arg_number,
    gettext,
    language,
    respond,
    see_other,
    wiki,
)
from wiki.web.http.pager import Pager

blueprint = Blueprint("suggestions", __name__, url_prefix="/suggestions")

ALL = "all"


@blueprint.get("")
def queue() -> Response:
    """Suggestions that one decides on, and one's own; `state`, `own` and `path` narrow them."""
    args = request.args
    state = args.get("state", State.OPEN.value)
    states = {states.value: states for states in State}
    own, path = args.get("own") == "yes", args.get("path", "").strip("/ ")
    listing = suggestions.listing(
        wiki(),
        actor(),
        state=None if state == ALL else states.get(state, State.OPEN),
        own=own,
        path=path,
        before=arg_number("before"),
    )
    chosen = state if state == ALL or state in states else State.OPEN.value
    narrowed = {"state": chosen, "own": "yes" if own else "", "path": path}
    return respond(
        "editing/suggestions/list.html",
        found=listing,
        pager=Pager(
            older=url_of("suggestions", **narrowed, before=listing.more) if listing.more else ""
        ),
        chosen=chosen,
        states=[*states, ALL],
        own=own,
        path=path,
    )


@blueprint.get("/<int:id>")
def show(id: int, problem: forms.Problem | None = None) -> Response:
    """One suggestion, with what it would change."""
    seen = suggestions.look(wiki(), actor(), id)
    return forms.page(
        "editing/suggestions/show.html",
        problem,
        seen=seen,
        one=seen.suggestion,
        whole=_html(seen.suggestion.text, seen.suggestion.path) if seen.suggestion.is_new else "",
        change=preview_of(seen.before or "", seen.suggestion.text),
        today=preview_of(seen.now or "", seen.after if seen.clean else None),
        most=WORD_MOST,
    )


def _show_again(problem: forms.Problem, id: int) -> Response:
    if isinstance(problem.error, Conflicted):
        return _choose(problem, problem.error, id)
    return show(id, problem)


@blueprint.post("/<int:id>/accept")
@forms.refill(_show_again)
def accept(id: int) -> Response:
    """Publish it."""
    return _published(refuse_failures(lambda: suggestions.accept(wiki(), actor(), id)))


@blueprint.post("/<int:id>/decline")
@forms.refill(_show_again)
def decline(id: int) -> Response:
    """Do not publish it, and tell its writer why."""
    suggestions.decline(wiki(), actor(), id, request.form.get("reason", ""))
    flash(gettext("The suggestion is declined; its writer is told why."), "done")
    return see_other(url_of("suggestions"))


@blueprint.post("/<int:id>/withdraw")
@forms.refill(_show_again)
def withdraw(id: int) -> Response:
    """Take one's own back."""
    suggestions.withdraw(wiki(), actor(), id)
    flash(gettext("You took your suggestion back. Its text is kept here."), "done")
    return see_other(url_of("suggestion", id))


def _edit_again(problem: forms.Problem, id: int) -> Response:
    if isinstance(problem.error, Conflicted):
        return _choose(problem, problem.error, id)
    if problem.error and "ancestor" in request.form:
        # As in the editor of a page: the plain page carries the text with its choices.
        raise problem.error
    return editor_page(_typed(id), in_editor(problem))


@blueprint.get("/<int:id>/edit")
def edit_form(id: int) -> Response:
    """The editor: for its writer to change it, for an editor to amend it."""
    return editor_page(suggestions.open_editor(wiki(), actor(), id))


@blueprint.post("/<int:id>/edit")
@forms.refill(_edit_again)
@sizes.takes_text
def edit(id: int) -> Response:
    """Change one's own suggestion, or publish somebody's with one's own changes."""
    if asks_for_form(request.form.get("do", "")):
        return stepped_editor(_typed(id))
    if request.form.get("do") in ("preview", "diff", "back"):
        return _looked_at(id)
    pace.take(rates.edits, source_form.whole())
    if request.form.get("publishes") == "yes":
        return _published(refuse_failures(lambda: suggestions.amend(wiki(), actor(), id, sent())))
    suggestions.change(wiki(), actor(), id, sent())
    flash(gettext("Your suggestion is changed and waits for an editor."), "done")
    return see_other(url_of("suggestion", id))


def _looked_at(id: int) -> Response:
    """The editor again, with a preview or with what differs from the page."""
    action = request.form["do"]
    if action == "back":
        return edit_form(id)
    shown = _typed(id)
    seen = suggestions.look(wiki(), actor(), id)
    given = sent()
    written = fields.apply(text.normalise(given.text), given.fields)
    if action == "preview":
        return editor_page(shown, preview=_html(written, seen.suggestion.path))
    old = seen.before if seen.now is None else seen.now
    change = Markup() if old == written else differences.words(old or "", written)
    return editor_page(shown, difference=change)


def _typed(id: int) -> Editor:
    """The editor as it was sent."""
    publishes = request.form.get("publishes") == "yes"
    shown = typed_editor(request.form.get("path", "").strip("/"))
    return replace(shown, suggestion=id, publishes=publishes)


def _choose(problem: forms.Problem, error: Conflicted, id: int) -> Response:
    """The page on which an editor chooses between the suggestion and the page today."""
    summary = suggestions.get(wiki(), actor(), id).summary
    return conflict_page(problem, error, summary, suggestion=id)


def _published(saved: Saved) -> Response:
    flash(gettext("The suggestion is accepted; its writer is told."), "done")
    return saved_page(saved, is_told=True)


def _html(written: str, path: str) -> Markup:
    return pages.html_of(wiki(), actor(), written, path, labels(gettext, language()))
