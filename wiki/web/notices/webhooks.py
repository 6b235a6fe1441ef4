"""The screens of webhooks: what is told elsewhere, and how that went."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.notices.webhooks import CHOSEN
from wiki.i18n.errors import sentence
from wiki.services.notices import webhooks
from wiki.web.http import forms
from wiki.web.http.context import actor, arg_number, gettext, language, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")
LIST = url_of("admin_webhooks")


@blueprint.get("")
def listing(problem: Problem | None = None) -> Response:
    """The webhooks, and a form to add one."""
    return forms.page(
        "access/admin/webhooks.html",
        problem,
        webhooks=webhooks.listing(wiki(), actor()),
        events=CHOSEN,
        chosen=request.form.getlist("events"),
    )


@blueprint.post("")
@forms.refill(listing)
def add() -> Response:
    """Add a webhook; its secret is shown once, here."""
    form = request.form
    id, secret = webhooks.add(
        wiki(),
        actor(),
        name=form.get("name", ""),
        address=form.get("address", ""),
        events=form.getlist("events"),
        closed=bool(form.get("closed")),
    )
    return show(id, secret=secret)


@blueprint.get("/<int:id>")
def show(id: int, problem: Problem | None = None, secret: str = "") -> Response:
    """Show what a webhook was sent, and how that went."""
    view = webhooks.look(wiki(), actor(), id, before=arg_number("before"))
    why = {
        one.id: sentence(language(), one.problem, {"status": one.status})
        for one in view.deliveries
        if one.problem
    }
    shown = {"found": view, "why": why, "secret": secret}
    return forms.page("access/admin/webhook.html", problem, **shown)


@blueprint.post("/<int:id>")
def change(id: int) -> Response:
    """Turn a webhook on or off, or try it (`act`)."""
    act = request.form.get("act", "")
    if act == "test":
        webhooks.test(wiki(), actor(), id)
        flash(gettext("A message is on its way; look again in a moment."), "done")
    else:
        webhooks.turn(wiki(), actor(), id, on=act == "on")
        on, off = gettext("The webhook is on."), gettext("The webhook is off.")
        flash(on if act == "on" else off, "done")
    return see_other(url_of("admin_webhook", id))


@blueprint.post("/<int:id>/remove")
def remove(id: int) -> Response:
    """Forget a webhook."""
    webhooks.remove(wiki(), actor(), id)
    flash(gettext("The webhook is removed."), "done")
    return see_other(LIST)


@blueprint.post("/deliveries/<int:id>/again")
def again(id: int) -> Response:
    """Send a message once more."""
    webhook = webhooks.again(wiki(), actor(), id)
    flash(gettext("A message is on its way; look again in a moment."), "done")
    return see_other(url_of("admin_webhook", webhook))
