"""Comments: posting, answering, changing, deleting and hiding them, and their permalinks."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, request

from wiki.domain.access.rights import Right
from wiki.domain.errors import Forbidden, Invalid, LoginRequired, NotFound
from wiki.domain.numbers import whole
from wiki.domain.talk.comments import TEXT_MOST, PlacedComment, State, quoted
from wiki.i18n.errors import sentence
from wiki.services.editing import drafts
from wiki.services.talk import anchors, comments
from wiki.services.talk.comments import Spot
from wiki.web.http import forms, remarks
from wiki.web.http.context import actor, gettext, language, page_url, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("comments", __name__)


def comment_url(spot: Spot) -> str:
    """The address at which a comment is seen on its page."""
    talk = {"talk": str(spot.number)} if spot.number > 1 else {}
    return page_url(spot.path, **talk) + f"#comment-{spot.id}"


@blueprint.get("/comments/<path:path>")
def write(path: str, problem: Problem | None = None) -> Response:
    """A page of its own to comment or (with `parent`) answer: what works without scripts.

    `anchor` names the words that it is about; `quote=yes` begins with what it answers.
    """
    who = actor()
    needed = Right.READ if problem else Right.COMMENT
    answered = comments.answered(wiki(), who, path, _parent(), needed)
    anchor, words, lost = _passage(path)
    return forms.page(
        "talk/comments/write.html",
        problem,
        path=path,
        answered=answered,
        quote=remarks.html(answered.comment.text, path) if answered else "",
        anchor=anchor,
        words=words,
        lost=lost,
        text=_begun(path, anchor, answered),
        nonce=forms.typed("nonce") or comments.new_nonce(),
        most=TEXT_MOST,
    )


def _passage(path: str) -> tuple[str, str, str]:
    """The anchor that was asked for, its words, or why it cannot be used."""
    written = request.values.get("anchor", "")
    if not written.strip():
        return "", "", ""
    try:
        return written, anchors.words(wiki(), actor(), path, written), ""
    except Invalid as error:
        return "", "", sentence(language(), error.code, error.values)
    except (NotFound, LoginRequired, Forbidden):
        return "", "", ""


def _begun(path: str, anchor: str, answered: PlacedComment | None) -> str:
    """Return what the form holds at first: a draft of this comment, else the words it quotes."""
    if request.method not in forms.SAFE:
        return ""
    draft = drafts.comment(wiki(), actor(), path) if actor().is_member else None
    parent = str(answered.comment.id) if answered else ""
    if draft and (draft.fields.get("parent"), draft.fields.get("anchor")) == (parent, anchor):
        return draft.text
    if answered and answered.comment.state is State.LIVE and request.args.get("quote") == "yes":
        return quoted(answered.comment.text)
    return ""


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


@blueprint.get("/comment-draft/<path:path>")
def draft(path: str) -> Response:
    """The comment that one was writing on a page (JSON)."""
    found = drafts.comment(wiki(), actor(), path)
    answer = jsonify({"text": found.text, **found.fields} if found else {"text": ""})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/comment-draft/<path:path>")
def keep_draft(path: str) -> Response:
    """Keep the comment that one is writing on a page; an empty `text` forgets it (JSON answer)."""
    form = request.form
    draft = drafts.keep_comment(
        wiki(),
        actor(),
        path,
        text=form.get("text", ""),
        parent=form.get("parent", ""),
        anchor=form.get("anchor", ""),
    )
    return jsonify({"saved_at": draft.isoformat()})


def _parent() -> int | None:
    written = request.values.get("parent", "")
    if not written:
        return None
    parent = whole(written)
    if parent is None:
        raise NotFound("comment_missing")
    return parent


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
    return forms.page("talk/comments/edit.html", problem, placed=placed, most=TEXT_MOST)


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


@blueprint.get("/comment/<int:id>/history")
def former(id: int) -> Response:
    """The texts that a comment had, for moderators."""
    placed, versions = comments.former(wiki(), actor(), id)
    return forms.page("talk/comments/history.html", placed=placed, versions=versions)


@blueprint.get("/comment/<int:id>/resolve")
def resolve_form(id: int, problem: Problem | None = None) -> Response:
    """Ask an editor in which revision a thread was dealt with."""
    if problem and problem.login:
        placed = comments.get(wiki(), actor(), id)
    else:
        placed = comments.resolvable(wiki(), actor(), id)
    revisions = comments.newest(wiki(), actor(), placed)
    return forms.page(
        "talk/comments/resolve.html",
        problem,
        placed=placed,
        html=remarks.html(placed.comment.text, placed.path),
        revisions=revisions,
    )


@blueprint.post("/comment/<int:id>/resolve")
@forms.refill(resolve_form)
def resolve(id: int) -> Response:
    """Mark a thread as dealt with, in `revision` (default: the newest)."""
    spot = comments.resolve(wiki(), actor(), id, request.form.get("revision", ""))
    flash(gettext("The thread is marked as dealt with."), "done")
    return see_other(comment_url(spot))


@blueprint.post("/comment/<int:id>/reopen")
def reopen(id: int) -> Response:
    """Take back that a thread is dealt with."""
    return see_other(comment_url(comments.reopen(wiki(), actor(), id)))


def _ask(act: str, id: int, path: str, text: str) -> Response:
    html = remarks.html(text, path)
    return forms.page("talk/comments/ask.html", act=act, id=id, path=path, html=html)
