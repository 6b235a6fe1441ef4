"""Notifications: the list of what one was told, opening one, and marking them as read."""

from __future__ import annotations

import contextlib

from flask import Blueprint, Response, g, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Unavailable
from wiki.services.notices import notifications
from wiki.web.http.context import (
    actor,
    arg_number,
    number_of,
    respond,
    see_other,
    unread,
    wiki,
    zone,
)
from wiki.web.http.pager import Pager

blueprint = Blueprint("notifications", __name__)

_LOOKING = ("document", "empty")
"""What browsers say (Fetch Metadata) that a page which is looked at is for; "empty": our script."""


@blueprint.get("/notifications")
def show() -> Response:
    """Show what one was told, by day."""
    before = arg_number("before")
    unread = bool(request.args.get("unread"))
    listed = notifications.listing(wiki(), actor(), before=before, unread=unread, zone=zone())
    only = "yes" if listed.only_unread else ""
    pager = Pager(
        newer=url_of("notifications") if before else "",
        older=url_of("notifications", before=listed.more, unread=only) if listed.more else "",
    )
    answer = respond("notices/notifications/list.html", found=listed, pager=pager)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/notifications/<int:id>")
def open_one(id: int) -> Response:
    """Where a notification leads; it is read then."""
    return see_other(notifications.open_one(wiki(), actor(), id))


@blueprint.post("/notifications")
def read() -> Response:
    """Mark some as read (`id`, several times), or all up to one (`until`)."""
    ids = [number_of(written, 0) for written in request.form.getlist("id")]
    until = number_of(request.form.get("until", ""), 0)
    notifications.read_some(wiki(), actor(), ids, all_until=until)
    return see_other(url_of("notifications"))


def look() -> None:
    """Before a member's request: what they were told of the page they look at is read.

    It costs nothing while nothing is unread. A browser that fetches ahead is not looking, nor is
    another site that names the page as a picture.
    """
    is_look = request.method == "GET" and request.endpoint == "pages.show"
    if not is_look or not unread() or "at" in request.args:
        return
    sent = request.headers
    is_ahead = "prefetch" in sent.get("Sec-Purpose", "")
    if is_ahead or sent.get("Sec-Fetch-Dest", "document") not in _LOOKING:
        return
    path = (request.view_args or {}).get("path", "").strip("/")
    # The page itself is what was asked for: it comes although this cannot be kept.
    with contextlib.suppress(Unavailable):
        g.unread = max(0, unread() - notifications.look_at(wiki(), actor(), path))
