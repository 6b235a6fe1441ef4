"""Comments of new members that wait for a moderator: let them through, or not."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.services.talk import premoderation
from wiki.web.http import forms, remarks
from wiki.web.http.context import actor, arg_number, gettext, see_other, wiki
from wiki.web.http.pager import Pager, cut

blueprint = Blueprint("holding", __name__, url_prefix="/admin/held")
LIST = url_of("admin_held")
PAGE = 30


@blueprint.get("")
def listing(problem: forms.Problem | None = None, id: int = 0) -> Response:
    """Show what waits where one moderates, the oldest first."""
    after = arg_number("after")
    batch = premoderation.queue(wiki(), actor(), after=after, limit=PAGE + 1)
    shown, last = cut(batch, PAGE)
    return forms.page(
        "moderation/moderation/held.html",
        problem,
        found=[(placed, remarks.html(placed.comment.text, placed.path)) for placed in shown],
        titles=premoderation.titles(wiki(), shown),
        pager=Pager(older=url_of("admin_held", after=last.comment.id) if last else ""),
        refused=id,
    )


@blueprint.post("/<int:id>/approve")
def approve(id: int) -> Response:
    """Let a comment through."""
    premoderation.approve(wiki(), actor(), id)
    flash(gettext("Everybody can read that comment now."), "done")
    return see_other(LIST)


@blueprint.post("/<int:id>/decline")
@forms.refill(listing)
def decline(id: int) -> Response:
    """Do not let a comment through; its writer is told why."""
    premoderation.decline(wiki(), actor(), id, request.form.get("reason", ""))
    flash(gettext("That comment stays unseen; its writer is told why."), "done")
    return see_other(LIST)
