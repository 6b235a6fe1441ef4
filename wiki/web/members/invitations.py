"""Invitations: made, listed, withdrawn, sent once more."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, flash, request

from wiki.domain.access.rights import Role
from wiki.domain.content.addresses import url_of
from wiki.services.access import groups
from wiki.services.members import invitations
from wiki.services.notices import outbox
from wiki.web.http import forms
from wiki.web.http.context import actor, arg_number, gettext, see_other, wiki
from wiki.web.http.forms import Problem
from wiki.web.http.pager import Pager, cut

blueprint = Blueprint("invitations", __name__, url_prefix="/admin/invitations")
LIST = url_of("admin_invitations")
PAGE = 50
ROLES = tuple(role.word for role in Role if role is not Role.READER)


@blueprint.get("")
def listing(problem: Problem | None = None) -> Response:
    """Show who was invited and what became of it; and a form to invite somebody."""
    before = arg_number("before")
    batch = invitations.listing(wiki(), actor(), before=before, limit=PAGE + 1)
    shown, last = cut(batch, PAGE)
    return forms.page(
        "access/admin/invitations.html",
        problem,
        roles=ROLES,
        groups=groups.every(wiki(), actor()),
        asked=request.form.getlist("groups") or request.args.getlist("groups"),
        found=shown,
        pager=Pager(older=url_of("admin_invitations", before=last.id) if last else ""),
        can_send=outbox.can_send(wiki().settings),
    )


@blueprint.post("")
@forms.refill(listing)
def make() -> Response:
    """Make a link for each address, with which somebody joins; it is shown once, here."""
    form = request.form
    emails, role = form.get("email", ""), form.get("role", "")
    return _shown(invitations.invite(wiki(), actor(), emails, role, form.getlist("groups")))


@blueprint.post("/<int:id>/renew")
def renew(id: int) -> Response:
    """Make a new link in the place of one that nobody used."""
    return _shown([invitations.renew(wiki(), actor(), id)])


@blueprint.post("/<int:id>/revoke")
def revoke(id: int) -> Response:
    """Withdraw an invitation."""
    invitations.revoke(wiki(), actor(), id)
    flash(gettext("Nobody can join with that invitation any more."), "done")
    return see_other(LIST)


def _shown(made: Sequence[invitations.Invited]) -> Response:
    return forms.page(
        "access/admin/invited.html", made=made, can_send=outbox.can_send(wiki().settings)
    )
