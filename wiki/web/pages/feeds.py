"""Feeds of the site, a page, a folder and a member, as Atom (RFC 4287) and as JSON."""

from __future__ import annotations

import json
from urllib.parse import quote
from xml.etree import ElementTree

from flask import Blueprint, Response, g, render_template, request

from wiki.domain.content.addresses import url_of
from wiki.services.pages import feeds
from wiki.services.pages.feeds import Feed
from wiki.web.exports import xml
from wiki.web.http.context import actor, base_url, wiki

blueprint = Blueprint("feeds", __name__, url_prefix="/feed")

_ATOM = "{http://www.w3.org/2005/Atom}"


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


@blueprint.get("/site.json")
def site_json() -> Response:
    """The same, as JSON."""
    return _answer("site", feeds.site(wiki(), actor()), url_of("recent"), is_json=True)


@blueprint.get("/json/page/<path:path>")
def page_json(path: str) -> Response:
    """The same, as JSON."""
    found = feeds.page(wiki(), actor(), path)
    return _answer("page", found, url_of("history", found.path), is_json=True)


@blueprint.get("/json/folder/<path:path>")
def folder_json(path: str) -> Response:
    """The same, as JSON."""
    found = feeds.folder(wiki(), actor(), path)
    return _answer("folder", found, url_of("recent", folder=found.path), is_json=True)


@blueprint.get("/json/member/<username>")
def member_json(username: str) -> Response:
    """The same, as JSON."""
    found = feeds.member(wiki(), actor(), username)
    return _answer("member", found, url_of("member", username), is_json=True)


def _answer(kind: str, feed: Feed, beside: str, *, is_json: bool = False) -> Response:
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
    if is_json:
        return xml.answer(_json(xml.clean(text)), "application/feed+json", feed.updated)
    return xml.answer(text, "application/atom+xml", feed.updated)


def _json(atom: str) -> str:
    """An Atom feed of ours as a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    feed = ElementTree.fromstring(atom)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.findtext(f"{_ATOM}title"),
        "home_page_url": _link(feed, "alternate"),
        "feed_url": _link(feed, "self"),
        "language": feed.get("{http://www.w3.org/XML/1998/namespace}lang"),
        "items": [_item(entry) for entry in feed.findall(f"{_ATOM}entry")],
    }
    return json.dumps(document, ensure_ascii=False)


def _item(entry: ElementTree.Element) -> dict[str, object]:
    author = {"name": entry.findtext(f"{_ATOM}author/{_ATOM}name")}
    if address := entry.findtext(f"{_ATOM}author/{_ATOM}uri"):
        author["url"] = address
    return {
        "id": entry.findtext(f"{_ATOM}id"),
        "url": _link(entry, "alternate"),
        "title": entry.findtext(f"{_ATOM}title"),
        "content_text": entry.findtext(f"{_ATOM}summary"),
        "date_published": entry.findtext(f"{_ATOM}updated"),
        "authors": [author],
        "tags": [one.get("term") for one in entry.findall(f"{_ATOM}category")],
    }


def _link(node: ElementTree.Element, rel: str) -> str | None:
    found = node.find(f"{_ATOM}link[@rel='{rel}']")
    return found.get("href") if found is not None else None


def _here(base: str) -> str:
    return base + quote(request.path)
