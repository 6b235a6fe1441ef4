"""Atom feeds of the site, a page, a folder and a member."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from flask import Blueprint, Response, g, render_template, request

from wiki.domain.content.addresses import url_of
from wiki.services.pages import feeds
from wiki.services.pages.feeds import Feed
from wiki.web.http.context import actor, base_url, wiki

blueprint = Blueprint("feeds", __name__, url_prefix="/feed")

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get("/site.atom")
def site() -> Response:
    """Everything that happened."""
    return _answer("site", feeds.site(wiki(), actor()), url_of("recent"))


@blueprint.get("/page/<path:path>")
def page(path: str) -> Response:
    """Give the feed of a page."""
    found = feeds.page(wiki(), actor(), path)
    return _answer("page", found, url_of("history", found.path))


@blueprint.get("/folder/<path:path>")
def folder(path: str) -> Response:
    """Give the feed of a folder."""
    found = feeds.folder(wiki(), actor(), path)
    return _answer("folder", found, url_of("recent", folder=found.path))


@blueprint.get("/member/<username>")
def member(username: str) -> Response:
    """Show what a member wrote and said."""
    return _answer("member", feeds.member(wiki(), actor(), username), url_of("member", username))


def _answer(kind: str, feed: Feed, beside: str) -> Response:
    # A feed has one language: programs keep it for readers of every language.
    g.language = wiki().settings.language
    base = base_url()
    text = render_template(
        "pages/feeds/feed.xml",
        kind=kind,
        found=feed,
        base=base,
        beside=base + beside,
        here=_here(base),
    )
    answer = Response(_NOT_XML.sub("\ufffd", text), content_type="application/atom+xml")
    answer.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:20])
    answer.last_modified = feed.updated
    answer.make_conditional(request)
    return answer


def _here(base: str) -> str:
    return base + quote(request.path)
