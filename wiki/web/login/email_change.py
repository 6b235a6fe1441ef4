"""One's e-mail address: another one, and the old one's owner who says no."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import NotFound
from wiki.services.login import email_change, links, proof
from wiki.services.login.links import Kind
from wiki.services.members import accounts
from wiki.services.notices import outbox
from wiki.web.http import forms, login
from wiki.web.http.context import actor, gettext, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("email_change", __name__)


@blueprint.get("/account/email")
def form(problem: Problem | None = None) -> Response:
    """The form to use another e-mail address."""
    return forms.page(
        "members/accounts/email.html",
        problem,
        member=accounts.profile(wiki(), actor()),
        asks=proof.asks(wiki(), actor(), login.session_id()),
        by_mail=outbox.can_send(wiki().settings),
    )


@blueprint.post("/account/email")
@forms.refill(form)
def ask() -> Response:
    """Use another e-mail address, once it is confirmed."""
    confirmation = email_change.ask(
        wiki(),
        actor(),
        login.session_id(),
        email=request.form.get("email", ""),
        current=request.form.get("current_password", ""),
    )
    if confirmation:
        flash(gettext("We sent a mail to that address. Open the link in it to confirm it."), "info")
    else:
        flash(gettext("Your e-mail address is changed."), "done")
    return see_other(url_of("account"))


@blueprint.get("/account/email/undo/<token>")
def undo_form(token: str, problem: Problem | None = None) -> Response:
    """A button to take a change back: programs that look into mail follow links, people press."""
    if not problem and not links.works(wiki(), token, Kind.UNDO):
        raise NotFound("link_dead")
    return forms.page("members/accounts/undo.html", problem)


@blueprint.post("/account/email/undo/<token>")
@forms.public
def undo(token: str) -> Response:
    """The old address stays, everybody is logged out, and its owner chooses a new password."""
    there = email_change.undo(wiki(), token, address=login.client().address)
    login.leave()
    flash(gettext("Your e-mail address stays as it was. Now choose a new password."), "done")
    return see_other(there)
