"""Recent changes and comments, by day."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Kind
from wiki.services.pages import recent
from wiki.services.pages.recent import RecentFilter
from wiki.web.http.context import actor, respond, wiki
from wiki.web.http.pager import Pager
from wiki.web.http.slots import differs_for

blueprint = Blueprint("recent", __name__)


@blueprint.get("/recent")
def show() -> Response:
    """Show what happened lately; `kind`, `folder`, `member`, `own` and `new` narrow it."""
    args = request.args
    filters = RecentFilter(
        kind=args.get("kind", ""),
        folder=args.get("folder", ""),
        member=args.get("member", ""),
        own=args.get("own") == "yes",
        new=args.get("new") == "yes",
        before=args.get("before", ""),
    )
    listing = recent.listing(wiki(), actor(), filters)
    if actor().is_member:
        # It tells them what is new to them, and knows which changes are their own.
        differs_for([actor().id])
    narrowed = {name: value for name, value in args.items() if name in _FIELDS and value}
    return respond(
        "pages/recent/recent.html",
        found=listing,
        asked=filters,
        kinds=[kind.value for kind in Kind],
        pager=Pager(
            newer=url_of("recent", **narrowed) if filters.before else "",
            older=url_of("recent", **narrowed, before=listing.more) if listing.more else "",
        ),
        is_narrowed=bool(narrowed),
        feed=_feed(filters),
        active="recent",
    )


_FIELDS = ("kind", "folder", "member", "own", "new")


def _feed(filters: RecentFilter) -> str:
    """The feed that tells most of what is filters for."""
    if filters.own and actor().is_member:
        return url_of("feed_member", actor().username)
    if filters.member.strip():
        return url_of("feed_member", filters.member.strip())
    folder = filters.folder.strip().strip("/")
    return url_of("feed_folder", folder) if folder else url_of("feed_site")
