"""Comments: posting, answering, changing, deleting and hiding them, and their permalinks."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.comments import TEXT_MOST
from wiki.domain.errors import NotFound
from wiki.domain.rights import Right
from wiki.services import comments
from wiki.services.comments import Spot
from wiki.web import forms
from wiki.web.context import actor, gettext, page_url, see_other, wiki
from wiki.web.forms import Problem

blueprint = Blueprint("comments", __name__)


def comment_url(spot: Spot) -> str:
    """The address at which a comment is seen on its page."""
    talk = {"talk": str(spot.number)} if spot.number > 1 else {}
    return page_url(spot.path, **talk) + f"#comment-{spot.id}"


@blueprint.get("/comments/<path:path>")
def write(path: str, problem: Problem | None = None) -> Response:
    """A page of its own to comment or (with `parent`) answer: what works without scripts."""
    who = actor()
    wiki().rights.require(who, Right.READ, path)
    if not problem:
        wiki().rights.require(who, Right.COMMENT, path)
    parent = _parent()
    answered = comments.get(wiki(), who, parent) if parent else None
    return forms.page(
        "comments/write.html",
        problem,
        path=path,
        answered=answered,
        quote=comments.html_of(wiki(), who, answered.comment.text, path) if answered else "",
        anchor=forms.typed("anchor"),
        nonce=forms.typed("nonce") or comments.new_nonce(),
        most=TEXT_MOST,
    )


@blueprint.post("/comments/<path:path>")
@forms.refill(write)
def post(path: str) -> Response:
    """Comment on a page, or answer a comment there."""
    spot = comments.post(
        wiki(),
        actor(),
        path,
        request.form.get("text", ""),
        parent=_parent(),
        anchor=request.form.get("anchor", ""),
        nonce=request.form.get("nonce", ""),
    )
    return see_other(comment_url(spot))


def _parent() -> int | None:
    written = request.values.get("parent", "")
    if not written:
        return None
    if not written.isdecimal() or len(written) > 9:
        raise NotFound("comment_missing")
    return int(written)


@blueprint.get("/comment/<int:id>")
def permalink(id: int) -> Response:
    """To the comment on its page, wherever that is today."""
    return see_other(comment_url(comments.spot(wiki(), actor(), id)))


@blueprint.get("/comment/<int:id>/edit")
def edit_form(id: int, problem: Problem | None = None) -> Response:
    """The form to change one's own comment."""
    if problem and problem.login:
        placed = comments.get(wiki(), actor(), id)
    else:
        placed = comments.own(wiki(), actor(), id)
    return forms.page("comments/edit.html", problem, placed=placed, most=TEXT_MOST)


@blueprint.post("/comment/<int:id>/edit")
@forms.refill(edit_form)
def edit(id: int) -> Response:
    """Change one's own comment."""
    spot = comments.edit(wiki(), actor(), id, request.form.get("text", ""))
    return see_other(comment_url(spot))


@blueprint.get("/comment/<int:id>/delete")
def delete_form(id: int) -> Response:
    """Ask whether to delete one's own comment."""
    placed = comments.own(wiki(), actor(), id)
    return _ask("delete", id, placed.path, placed.comment.text)


@blueprint.post("/comment/<int:id>/delete")
def delete(id: int) -> Response:
    """Delete one's own comment."""
    spot = comments.delete(wiki(), actor(), id)
    flash(gettext("Your comment is deleted."), "done")
    return see_other(page_url(spot.path, talk=str(spot.number)) + "#comments")


@blueprint.get("/comment/<int:id>/hide")
def hide_form(id: int) -> Response:
    """Ask a moderator why a comment is to be hidden."""
    placed = comments.moderated(wiki(), actor(), id)
    return _ask("hide", id, placed.path, placed.comment.text)


@blueprint.post("/comment/<int:id>/hide")
def hide(id: int) -> Response:
    """Hide a comment from readers."""
    reason = request.form.get("reason", "")
    return see_other(comment_url(comments.hide(wiki(), actor(), id, reason)))


@blueprint.post("/comment/<int:id>/show")
def show(id: int) -> Response:
    """Show a hidden comment again."""
    return see_other(comment_url(comments.show(wiki(), actor(), id)))


def _ask(act: str, id: int, path: str, text: str) -> Response:
    html = comments.html_of(wiki(), actor(), text, path)
    return forms.page("comments/ask.html", act=act, id=id, path=path, html=html)
