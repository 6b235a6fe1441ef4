"""Passkeys: one's own, and logging in with one. Browsers ask for them by script only."""

from __future__ import annotations

import json

from flask import Blueprint, Response, flash, jsonify, request

from wiki.domain.content.addresses import url_of
from wiki.services.login import passkeys, proof
from wiki.services.login.passkeys import Question
from wiki.web.http import forms, login
from wiki.web.http.context import actor, back_to, gettext, see_other, wiki
from wiki.web.http.forms import Problem
from wiki.web.login.proof import prove_form
from wiki.web.login.second_factor import step_form
from wiki.web.members.accounts import arrived, login_form

blueprint = Blueprint("passkeys", __name__)


def _asked(question: Question) -> Response:
    answer = jsonify(ticket=question.ticket, options=json.loads(question.options))
    answer.headers["Cache-Control"] = "no-store"
    return answer


# -- logging in --


@blueprint.post("/login/passkey/options")
@forms.public
def login_options() -> Response:
    """Return the question of a login for the browser's script."""
    half = login.half_token()
    return _asked(passkeys.begin_login(wiki(), login.relying(), login.client().address, half))


def _log_in_form(problem: Problem | None = None) -> Response:
    return step_form(problem) if login.half_token() else login_form(problem)


@blueprint.post("/login/passkey")
@forms.public
@forms.refill(_log_in_form)
def log_in() -> Response:
    """Log in with a passkey, or take the second step with one."""
    form = request.form
    token = passkeys.log_in(
        wiki(),
        login.relying(),
        ticket=form.get("ticket", ""),
        answer=form.get("credential", ""),
        client=login.client(remember=bool(form.get("remember"))),
        half=login.half_token(),
    )
    login.enter(token)
    return arrived(back_to(form.get("next")))


# -- proving who one is --


@blueprint.post("/account/prove/passkey/options")
def prove_options() -> Response:
    """Return the question of a proof for the browser's script."""
    return _asked(passkeys.begin_proving(wiki(), actor(), login.relying()))


@blueprint.post("/account/prove/passkey")
@forms.refill(prove_form)
def prove() -> Response:
    """Show with a passkey that it is oneself."""
    form = request.form
    passkeys.prove(
        wiki(),
        actor(),
        login.session_id(),
        login.relying(),
        ticket=form.get("ticket", ""),
        answer=form.get("credential", ""),
    )
    return see_other(back_to(form.get("next"), url_of("account")))


# -- one's own --


@blueprint.get("/account/passkeys")
def overview(problem: Problem | None = None) -> Response:
    """One's passkeys, and a form to add one."""
    return forms.page(
        "login/passkeys/overview.html",
        problem,
        passkeys=passkeys.listing(wiki(), actor()),
        party=login.relying(),
        asks=proof.asks(wiki(), actor(), login.session_id()),
    )


@blueprint.post("/account/passkeys/options")
def add_options() -> Response:
    """Return the question for a new passkey for the browser's script."""
    current = request.form.get("current_password", "")
    session = login.session_id()
    return _asked(passkeys.begin_adding(wiki(), actor(), session, login.relying(), current))


@blueprint.post("/account/passkeys")
@forms.refill(overview)
def add() -> Response:
    """Keep the key that the browser made."""
    form = request.form
    token = passkeys.add(
        wiki(),
        actor(),
        login.session_id(),
        login.relying(),
        ticket=form.get("ticket", ""),
        answer=form.get("credential", ""),
        name=form.get("name", ""),
    )
    login.enter(token)
    flash(gettext("The passkey is kept. From now on you can log in with it."), "done")
    return see_other(url_of("account_passkeys"))


@blueprint.get("/account/passkeys/<int:passkey>/remove")
def remove_form(passkey: int, problem: Problem | None = None) -> Response:
    """Ask for the password before a passkey goes."""
    return forms.page(
        "login/passkeys/remove.html",
        problem,
        passkey=passkeys.get(wiki(), actor(), passkey),
        asks=proof.asks(wiki(), actor(), login.session_id()),
    )


@blueprint.post("/account/passkeys/<int:passkey>/remove")
@forms.refill(remove_form)
def remove(passkey: int) -> Response:
    """Forget a passkey."""
    current = request.form.get("current_password", "")
    passkeys.remove(wiki(), actor(), login.session_id(), passkey, current)
    flash(gettext("That passkey no longer opens your account."), "done")
    return see_other(url_of("account_passkeys"))
