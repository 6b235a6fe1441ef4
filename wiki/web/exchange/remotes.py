"""The screen of remotes: repositories elsewhere that the wiki keeps in step with."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.i18n.errors import sentence
from wiki.services.exchange import host_keys, remotes
from wiki.web.http import forms
from wiki.web.http.context import actor, gettext, language, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("remotes", __name__, url_prefix="/admin/remotes")
LIST = url_of("admin_remotes")


@blueprint.get("")
def listing(problem: Problem | None = None) -> Response:
    """The remotes, how it goes with each, and a form to add one."""
    found = remotes.listing(wiki(), actor())
    why = {one.id: sentence(language(), one.problem, one.values) for one in found if one.problem}
    return forms.page("access/admin/remotes.html", problem, remotes=found, why=why)


@blueprint.post("")
@forms.refill(listing)
def add() -> Response:
    """Add a remote."""
    made = remotes.add(wiki(), actor(), request.form)
    done = gettext("The remote is there.")
    if made.public_key:
        done = gettext("The remote is there. Now give its key the right to push, over there.")
    flash(done, "done")
    return see_other(LIST)


@blueprint.post("/<int:id>/sync")
def sync(id: int) -> Response:
    """Bring a remote in step now; `act` says so of one with a new history or a new key."""
    act = request.form.get("act", "")
    if act == "host":
        host_keys.believe(wiki(), actor(), id)
    else:
        remotes.sync_now(wiki(), actor(), id, anew=act == "anew")
    flash(gettext("It is brought in step within a minute; look again then."), "done")
    return see_other(LIST)


@blueprint.get("/<int:id>/token")
def token(id: int, problem: Problem | None = None) -> Response:
    """A form for another token."""
    remote = remotes.with_token(wiki(), actor(), id)
    return forms.page("access/admin/remote_token.html", problem, remote=remote)


@blueprint.post("/<int:id>/token")
@forms.refill(token)
def change_token(id: int) -> Response:
    """Log in there with another token."""
    remotes.change_token(wiki(), actor(), id, request.form)
    flash(gettext("The token is changed. The remote is brought in step within a minute."), "done")
    return see_other(LIST)


@blueprint.post("/<int:id>/remove")
def remove(id: int) -> Response:
    """Let a remote go."""
    remotes.remove(wiki(), actor(), id)
    flash(gettext("The remote is removed. What is there stays there."), "done")
    return see_other(LIST)
