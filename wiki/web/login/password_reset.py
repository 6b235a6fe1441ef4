"""A new password for who forgot theirs, and the mail to confirm an address once more."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import NotFound
from wiki.services.login import links, password_reset, passwords
from wiki.services.login.links import Kind
from wiki.services.notices import outbox
from wiki.web.http import forms, login
from wiki.web.http.context import gettext, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("password_reset", __name__, url_prefix="/account/reset")


@blueprint.get("")
def ask_form(problem: Problem | None = None) -> Response:
    """The form to ask for a link by mail; without mail, whom to ask instead."""
    by_mail = outbox.can_send(wiki().settings)
    is_sent = bool(request.args.get("sent"))
    return forms.page("login/password_reset/ask.html", problem, by_mail=by_mail, is_sent=is_sent)


@blueprint.post("")
@forms.public
@forms.refill(ask_form)
def ask() -> Response:
    """Ask for a link; the answer says nothing of whether there is such an account."""
    login_name = request.form.get("username", "")
    password_reset.ask(wiki(), login_name, address=login.client().address)
    return see_other(url_of("account_reset", sent="yes"))


@blueprint.get("/<token>")
def form(token: str, problem: Problem | None = None) -> Response:
    """The form to choose a new password with a one-time link."""
    if not links.works(wiki(), token, Kind.RESET):
        raise NotFound("link_dead")
    least = passwords.shortest(wiki().settings)
    return forms.page("login/password_reset/choose.html", problem, least=least)


@blueprint.post("/<token>")
@forms.public
@forms.refill(form)
def choose(token: str) -> Response:
    """Choose a new password with a one-time link."""
    password = request.form.get("new_password", "")
    password_reset.choose(wiki(), token, password, address=login.client().address)
    login.leave()
    flash(gettext("Your password is changed. You can log in with it."), "done")
    return see_other(url_of("login"))
