"""Access tokens: one's own, with which programs act for oneself."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.access.rights import Right
from wiki.domain.content.addresses import url_of
from wiki.domain.login.access_tokens import MOST_DAYS, Scope
from wiki.services.login import access_tokens, proof
from wiki.web.http import forms, login
from wiki.web.http.context import actor, gettext, may, now, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("access_tokens", __name__)

DAYS = 90


@blueprint.get("/account/tokens")
def overview(problem: Problem | None = None, word: str = "") -> Response:
    """One's tokens, and a form to make one; `word` is one that was made just now."""
    return forms.page(
        "login/access_tokens/overview.html",
        problem,
        tokens=access_tokens.listing(wiki(), actor()),
        word=word,
        # What is good for administrators only is offered to nobody else; it would do nothing.
        scopes=[one for one in Scope if one is not Scope.WEBHOOKS or may(Right.ADMINISTER.value)],
        chosen=request.form.getlist("scopes"),
        days=DAYS,
        most=MOST_DAYS,
        moment=now(),
        asks=proof.asks(wiki(), actor(), login.session_id()),
    )


@blueprint.post("/account/tokens")
@forms.refill(overview)
def make() -> Response:
    """Make a token; its word is shown once, here."""
    form = request.form
    word = access_tokens.make(
        wiki(),
        actor(),
        login.session_id(),
        name=form.get("name", ""),
        scopes=form.getlist("scopes"),
        days=form.get("days", ""),
        password=form.get("current_password", ""),
    )
    return overview(word=word)


@blueprint.post("/account/tokens/<int:id>/end")
def end(id: int) -> Response:
    """Let a token work no more."""
    access_tokens.end(wiki(), actor(), id)
    flash(gettext("That token does not work any more."), "done")
    return see_other(url_of("account_tokens"))
