"""Watches: asking to be told of a page, a question or a folder; the list of what one watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.notices.watches import Held, Scope, Watched
from wiki.services.notices import notifications, watches
from wiki.web.http import cache, forms, login
from wiki.web.http.context import actor, gettext, number_of, page_url, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("watches", __name__)

STOP = "stop"
MEMBERS = 500


class Follows:
    """Watches of members, kept in this process while neither they nor the wiki change."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, Watched]] = {}

    def held(self, path: str, questions: Sequence[str]) -> Held | None:
        """The watch by which the member who asks follows a page, a dialogue about `questions`."""
        visit = login.current_visit()
        if visit is None or visit.actor.id is None:
            return None
        member, stamp = visit.actor.id, (visit.watching, request.environ[cache.VERSION])
        cached = self._known.get(member)
        if cached is None or cached[0] != stamp:
            if len(self._known) >= MEMBERS:
                self._known.clear()
            cached = self._known[member] = (stamp, watches.watched(wiki(), member))
        return cached[1].held_by(path, questions)


@blueprint.get("/watch/<path:path>")
def ask(path: str, problem: Problem | None = None) -> Response:
    """The form: watch the page or the folders it is in, or no longer."""
    offer = watches.offer(wiki(), actor(), path)
    return forms.page("notices/watches/ask.html", problem, offer=offer)


@blueprint.post("/watch/<path:path>")
@forms.refill(ask)
def say(path: str) -> Response:
    """Watch, or with `action=stop` no longer; `scope` is page, question or folder."""
    scope = request.form.get("scope", "")
    if request.form.get("action") == STOP:
        watches.unwatch(wiki(), actor(), path, scope)
        flash(gettext("You no longer follow this."), "done")
    else:
        watches.watch(wiki(), actor(), path, scope)
        flash(gettext("You follow this: you are told of changes and comments."), "done")
    return see_other(url_of("account_watches") if scope == Scope.FOLDER else page_url(path))


@blueprint.get("/account/watches")
def show(problem: Problem | None = None) -> Response:
    """All that one follows."""
    found = watches.listing(wiki(), actor())
    chosen = notifications.choices(wiki(), actor())
    return forms.page("notices/watches/list.html", problem, found=found, chosen=chosen)


@blueprint.post("/account/watches")
@forms.refill(show)
def end() -> Response:
    """Follow no longer what is named (`id`), or with `all` nothing at all."""
    if request.form.get("all"):
        watches.end_all(wiki(), actor())
    else:
        ids = [number_of(written, 0) for written in request.form.getlist("id")]
        watches.end(wiki(), actor(), ids)
    flash(gettext("You no longer follow this."), "done")
    return see_other(url_of("account_watches"))


@blueprint.post("/account/watches/choices")
@forms.refill(show)
def choose() -> Response:
    """Whether what one writes (`written`) or comments on (`commented`) is followed by itself."""
    chosen = replace(
        notifications.choices(wiki(), actor()),
        watch_written="written" in request.form,
        watch_commented="commented" in request.form,
    )
    notifications.choose(wiki(), actor(), chosen)
    flash(gettext("Your choice is kept."), "done")
    return see_other(url_of("account_watches"))
