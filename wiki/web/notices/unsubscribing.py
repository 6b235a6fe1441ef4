"""Links in mail that stop mail; they work for whoever holds them, without logging in (RFC 8058)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.services.notices import unsubscribing
from wiki.web.http import forms
from wiki.web.http.context import see_other, wiki

blueprint = Blueprint("unsubscribing", __name__)

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program sends, for whom there is nothing to see and nothing may be redirected."""


@blueprint.get("/unsubscribe/<token>")
def show(token: str) -> Response:
    """Show what the link does, and a button for it: programs that look into mail follow links."""
    return forms.page("notices/unsubscribing/ask.html", shown=unsubscribing.show(wiki(), token))


@blueprint.post("/unsubscribe/<token>")
@forms.signed
def use(token: str) -> Response:
    """Do it; who pressed the button sees a link that takes it back."""
    there = unsubscribing.use(wiki(), token)
    name, value = ONE_CLICK
    return show(token) if request.form.get(name) == value else see_other(there)
