"""Showing once more that it is oneself, before one's account, data or ways to log in change."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.domain.content.addresses import url_of
from wiki.services.login import passkeys, proof, second_factor
from wiki.services.members import single_sign_on
from wiki.web.http import forms, login
from wiki.web.http.context import actor, back_to, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("proof", __name__)


def _next() -> str:
    return back_to(request.values.get("next"), url_of("account"))


@blueprint.get("/account/prove")
def prove_form(problem: Problem | None = None) -> Response:
    """Every way in which this member can show that it is them."""
    return forms.page(
        "login/proof/prove.html",
        problem,
        next=_next(),
        has_password=proof.has_password(wiki(), actor()),
        has_codes=second_factor.state(wiki(), actor()).since is not None,
        passkeys=login.relying() if passkeys.listing(wiki(), actor()) else None,
        identities=single_sign_on.listing(wiki(), actor()),
    )


@blueprint.post("/account/prove")
@forms.refill(prove_form)
def prove() -> Response:
    """Show it with the password."""
    current = request.form.get("current_password", "")
    proof.by_password(wiki(), actor(), login.session_id(), current)
    return see_other(_next())


@blueprint.post("/account/prove/code")
@forms.refill(prove_form)
def prove_by_code() -> Response:
    """Show it with a code of one's app, or a recovery code."""
    second_factor.prove(wiki(), actor(), login.session_id(), request.form.get("code", ""))
    return see_other(_next())
