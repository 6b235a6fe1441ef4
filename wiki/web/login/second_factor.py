"""The second step of a login: taking it, setting it up, switching it off."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from markupsafe import Markup

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import LoginRequired
from wiki.services.login import passkeys, proof, second_factor, sessions
from wiki.web.http import forms, login
from wiki.web.http.context import actor, back_to, gettext, see_other, wiki
from wiki.web.http.forms import Problem
from wiki.web.members.accounts import arrived

blueprint = Blueprint("second_factor", __name__)


# -- at login --


@blueprint.get("/login/second")
def step_form(problem: Problem | None = None) -> Response:
    """The form for the second step of a login that was begun."""
    target = back_to(request.values.get("next"))
    if actor().is_member:
        return see_other(target)
    half = sessions.half(wiki(), login.half_token())
    if half is None:
        raise LoginRequired("second_step_late")
    return forms.page(
        "login/second_factor/step.html",
        problem,
        next=target,
        has_codes=second_factor.is_on(wiki(), half[1]),
        passkeys=login.relying() if passkeys.has_any(wiki(), half[1]) else None,
    )


@blueprint.post("/login/second")
@forms.public
@forms.refill(step_form)
def take_step() -> Response:
    """Take the second step with a code."""
    forms.take_step(request.form.get("code", ""))
    return arrived(back_to(request.values.get("next")))


# -- one's own --


@blueprint.get("/account/second-factor")
def overview(problem: Problem | None = None) -> Response:
    """Show the state of one's second step, and forms to change that."""
    visit = login.current_visit()
    return forms.page(
        "login/second_factor/overview.html",
        problem,
        state=second_factor.state(wiki(), actor()),
        asks=proof.asks(wiki(), actor(), login.session_id()),
        capped=bool(visit and visit.capped),
    )


@blueprint.post("/account/second-factor/begin")
@forms.refill(overview)
def begin() -> Response:
    """Make a secret for one's app."""
    current = request.form.get("current_password", "")
    second_factor.begin(wiki(), actor(), login.session_id(), current)
    return see_other(url_of("account_second_factor_setup"))


@blueprint.get("/account/second-factor/setup")
def setup_form(problem: Problem | None = None) -> Response:
    """The secret, as a picture and as text, and a field for the first code."""
    made = second_factor.setup(wiki(), actor())
    return forms.page(
        "login/second_factor/setup.html", problem, secret=made.secret, picture=Markup(made.picture)
    )


@blueprint.post("/account/second-factor/setup")
@forms.refill(setup_form)
def switch_on() -> Response:
    """The first code is right: from now on one is asked. Shows the recovery codes, once."""
    code = request.form.get("code", "")
    done = second_factor.switch_on(wiki(), actor(), login.session_id(), code)
    login.enter(done.token)
    return forms.page("login/second_factor/codes.html", codes=done.codes, is_new=True)


@blueprint.post("/account/second-factor/codes")
@forms.refill(overview)
def new_codes() -> Response:
    """New recovery codes, shown once."""
    form = request.form
    codes = second_factor.new_codes(
        wiki(),
        actor(),
        login.session_id(),
        current=form.get("current_password", ""),
        code=form.get("code", ""),
    )
    return forms.page("login/second_factor/codes.html", codes=codes, is_new=False)


@blueprint.post("/account/second-factor/off")
@forms.refill(overview)
def switch_off() -> Response:
    """Ask no code at login any more."""
    form = request.form
    second_factor.switch_off(
        wiki(),
        actor(),
        login.session_id(),
        current=form.get("current_password", ""),
        code=form.get("code", ""),
    )
    flash(gettext("From now on your password is enough to log in."), "done")
    return see_other(url_of("account_second_factor"))
