"""Acts on whole pages: rename, delete, restore, undo, and the list of what was deleted."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from markupsafe import Markup, escape

from wiki.domain.access.rights import Right
from wiki.domain.content.addresses import url_of
from wiki.services.access import rates
from wiki.services.content import places
from wiki.services.editing import renaming, trash, undoing
from wiki.services.editing.saving import Conflicted, Saved
from wiki.services.history import history
from wiki.web.editing.conflicts import conflict_page
from wiki.web.editing.undoing import Preview, preview_of
from wiki.web.http import forms, pace
from wiki.web.http.context import (
    actor,
    gettext,
    ngettext,
    page_url,
    respond,
    see_other,
    wiki,
)
from wiki.web.http.pager import Pager

blueprint = Blueprint("moves", __name__)


def _rename_again(problem: forms.Problem, path: str) -> Response:
    return _rename(path, problem)


def _delete_again(problem: forms.Problem, path: str) -> Response:
    return _delete(path, problem)


def _restore_again(problem: forms.Problem, path: str) -> Response:
    return _ask("restore", path, problem)


def _undo_again(problem: forms.Problem, path: str) -> Response:
    if isinstance(problem.error, Conflicted):
        return conflict_page(problem, problem.error, request.form.get("summary", ""))
    return _ask("undo", path, problem)


@blueprint.get("/rename/<path:path>")
def rename_form(path: str) -> Response:
    """The form for a page's new address."""
    return _rename(path, None)


@blueprint.post("/rename/<path:path>")
@forms.refill(_rename_again)
def rename(path: str) -> Response:
    """Move a page to a new address; links follow, the old address redirects."""
    form = request.form
    pace.take(rates.edits)
    done = renaming.rename(wiki(), actor(), path, form.get("new_path", ""), form.get("summary", ""))
    said = gettext("The page has a new address; the old one leads here.")
    if done.repaired:
        count = len(done.repaired)
        said += " " + ngettext(
            "Links in one page were repaired.", "Links in %(num)s pages were repaired.", count
        ) % {"num": count}
    flash(said, "done")
    return see_other(page_url(done.path))


@blueprint.get("/delete/<path:path>")
def delete_form(path: str) -> Response:
    """Ask whether the page is to be deleted, and why."""
    return _delete(path, None)


@blueprint.post("/delete/<path:path>")
@forms.refill(_delete_again)
def delete(path: str) -> Response:
    """Delete a page; its history remains."""
    pace.take(rates.edits)
    made = trash.delete(wiki(), actor(), path, request.form.get("summary", ""))
    said, undo = gettext("The page is deleted; its history is kept."), gettext("Put the page back")
    back = url_of("restore", path.strip("/"), revision=made.revision)
    flash(escape(said) + Markup(' <a href="{}">{}</a>').format(back, undo), "done")
    return see_other(url_of("history", path.strip("/")))


@blueprint.get("/trash")
def show_trash() -> Response:
    """List what was deleted."""
    before = request.args.get("before", "")
    deleted = trash.listing(wiki(), actor(), before)
    pager = Pager(
        newer=url_of("trash") if before else "",
        older=url_of("trash", before=deleted.more) if deleted.more else "",
    )
    return respond("history/history/trash.html", found=deleted, pager=pager)


@blueprint.get("/restore/<path:path>")
def restore_form(path: str) -> Response:
    """Ask whether a version is to be put back."""
    return _ask("restore", path, None)


@blueprint.post("/restore/<path:path>")
@forms.refill(_restore_again)
def restore(path: str) -> Response:
    """Put a page back as it was in a version."""
    form = request.form
    pace.take(rates.edits)
    saved = trash.restore(wiki(), actor(), path, form.get("revision", ""), form.get("summary", ""))
    return _done(saved, gettext("That version is back."))


@blueprint.get("/undo/<path:path>")
def undo_form(path: str) -> Response:
    """Ask whether one change is to be taken back."""
    return _ask("undo", path, None)


@blueprint.post("/undo/<path:path>")
@forms.refill(_undo_again)
def undo(path: str) -> Response:
    """Take one change back and keep what came after it."""
    form = request.form
    pace.take(rates.edits)
    saved = undoing.undo(wiki(), actor(), path, form.get("revision", ""), form.get("summary", ""))
    return _done(saved, gettext("That change is taken back."))


def _rename(path: str, problem: forms.Problem | None) -> Response:
    path, pointing = _before(path, Right.RENAME, problem)
    typed = forms.typed("new_path", path)
    return forms.page(
        "editing/editing/rename.html", problem, path=path, typed=typed, pointing=pointing
    )


def _delete(path: str, problem: forms.Problem | None) -> Response:
    path, pointing = _before(path, Right.DELETE, problem)
    return forms.page("editing/editing/delete.html", problem, path=path, pointing=pointing)


def _before(path: str, right: Right, problem: forms.Problem | None) -> tuple[str, list[str]]:
    """The page's path, and what points at it; nothing is read for who has to log in first."""
    if problem and problem.login:
        return path, []
    needed = Right.READ if problem else right
    path = places.find(wiki(), actor(), path, redirect=False, right=needed).path
    return path, renaming.pointing(wiki(), actor(), path)


def _ask(act: str, path: str, problem: forms.Problem | None) -> Response:
    revision = request.values.get("revision", "")
    version = preview = None
    if not (problem and problem.login):
        page = history.page_at(wiki(), actor(), path)
        path = page.path
        version = history.revision_of(wiki(), page.page, revision, actor())
        preview = _preview(act, path, revision)
    values = {"act": act, "path": path, "revision": revision, "found": version, "preview": preview}
    return forms.page("history/history/ask.html", problem, **values)


def _preview(act: str, path: str, revision: str) -> Preview:
    """Show what putting back or taking back changes in the page as it is now."""
    if act == "restore":
        old, new = trash.restored(wiki(), actor(), path, revision)
        return preview_of(old, new)
    old, after = undoing.undone(wiki(), actor(), path, revision)
    return preview_of(old, after)


def _done(saved: Saved, said: str) -> Response:
    flash(said if saved.changed else gettext("The page already says this."), "done")
    return see_other(page_url(saved.path))
