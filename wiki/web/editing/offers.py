"""What a text can lead to, offered while one types: pages, people and members, with their links."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request

from wiki.domain.content import links
from wiki.domain.content.addresses import url_of
from wiki.services.access import rates
from wiki.services.search import search
from wiki.services.talk import mentions
from wiki.web.http import pace
from wiki.web.http.context import actor, page_url, wiki

blueprint = Blueprint("offers", __name__)

MOST = 8
_LONGEST = 80
_PEOPLE = "people"


@blueprint.get("/suggest/links")
def suggest() -> Response:
    """Give what `q` may mean, as JSON: title, kind, address and Markdown of each; people first
    where `first` asks for them."""
    text = request.args.get("q", "")[:_LONGEST]
    pace.take(rates.suggestions)
    members = list(_members(text))
    found = list(_named(text))
    ordered = [*members, *found] if request.args.get("first") == _PEOPLE else [*found, *members]
    once = {one["url"]: one for one in ordered}
    answer = jsonify(list(once.values())[:MOST])
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _named(text: str) -> Iterator[dict[str, str]]:
    """Pages, and people who take part in dialogues."""
    for completion in search.suggest(wiki(), actor(), text) if text.strip() else ():
        if completion.kind == "person":
            yield _offer(completion.kind, completion.title, "/" + quote(completion.path))
        elif completion.kind != "tag":
            yield _offer(
                completion.kind, completion.title, page_url(completion.path), completion.path
            )


def _members(text: str) -> Iterator[dict[str, str]]:
    for one in mentions.offer(wiki(), actor(), text):
        yield _offer("member", one.name or one.username, url_of("member", one.username))


def _offer(kind: str, title: str, url: str, path: str = "") -> dict[str, str]:
    return {"kind": kind, "title": title, "url": url, "text": links.written(title, url, path)}
