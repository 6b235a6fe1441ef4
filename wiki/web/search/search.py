"""Search: the list, the suggestions while typing, and the file that tells browsers of it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from wiki.domain.content.addresses import url_of
from wiki.domain.search.query import Query, Where, typed, without, words_of
from wiki.domain.search.search import Completion, Found, Snippet
from wiki.services.access import rates
from wiki.services.search import saved_searches
from wiki.services.search import search as searching
from wiki.services.search.search import Linked, SearchForm
from wiki.web.http import pace
from wiki.web.http.context import actor, base_url, page_number, page_url, placed, respond, wiki
from wiki.web.http.pager import numbered

blueprint = Blueprint("search", __name__)

_FIELDS = ("q", "kind", "tag", "person", "question", "status", "from", "to", "in", "sort")
_MOST_IN_WORD = 80
_WORD = re.compile(r"[\w'’]")
_WORD_AFTER = re.compile(r"(?P<rest>[\w'’]{0,80}+)(?: (?P<following>\w{1,80}+)\b)?")
_LONGEST_FIELD = 2_000
_OPERATORS = {"tag": "tag", "person": "who", "question": "question", "status": "status"}


@blueprint.get("/search")
def show() -> Response:
    """Show what a search finds, or the form to ask with."""
    form = _asked()
    if form.q:
        pace.take(rates.searches)
    result = searching.search(wiki(), actor(), form)
    return respond(
        "search/search/search.html",
        found=result,
        fields=_fields(),
        words=words_of(form.q),
        kept=saved_searches.look(wiki(), actor(), _fields()),
        pager=numbered(
            lambda page: _address(page=str(page)), result.number, has_more=result.has_more
        ),
        address=_address,
        hit_url=hit_url,
        filters=_filters(form, result.query),
    )


@blueprint.get("/suggest")
def suggest() -> Response:
    """Give what to go to, as JSON: kind, title and address of each; or as OpenSearch writes it."""
    text = request.args.get("q", "")[:200]
    pace.take(rates.suggestions)
    offered = searching.suggest(wiki(), actor(), text)
    if request.args.get("as") == "opensearch":
        links = [base_url() + _suggestion_url(one) for one in offered]
        return jsonify([text, [one.title for one in offered], [""] * len(offered), links])
    destinations = [
        {"kind": one.kind, "title": one.title, "url": placed(_suggestion_url(one))}
        for one in offered
    ]
    answer = jsonify(destinations)
    answer.headers["Cache-Control"] = "private, max-age=5"
    return answer


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """Show how a browser can search this wiki from its address bar (OpenSearch 1.1)."""
    text = render_template("search/search/opensearch.xml", base=base_url())
    return Response(text, content_type="application/opensearchdescription+xml; charset=utf-8")


def _asked() -> SearchForm:
    fields = _fields()
    return SearchForm(
        q=fields["q"],
        kind=fields["kind"],
        tag=fields["tag"],
        person=fields["person"],
        question=fields["question"],
        status=fields["status"],
        after=fields["from"],
        until=fields["to"],
        where=fields["in"],
        sort=fields["sort"],
        page=page_number(),
    )


def _fields() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:_LONGEST_FIELD] for name in _FIELDS}


def _address(**changes: str) -> str:
    """The address of this search with some fields changed; from its first page unless said."""
    fields = {**_fields(), **{name.rstrip("_"): value for name, value in changes.items()}}
    asked = {name: value for name, value in fields.items() if value}
    return f"{url_of('search')}?{urlencode(asked)}" if asked else url_of("search")


def _filters(form: SearchForm, query: Query) -> list[tuple[str, str, str]]:
    """The filters in use as (name, value, address without it); typed ones too."""
    set_filters: list[tuple[str, str, str]] = []
    values = {
        "tag": query.filters.tags,
        "person": query.filters.people,
        "question": query.filters.questions,
        "status": query.filters.statuses,
    }
    for name, chosen in values.items():
        for value in chosen:
            q = without(form.q, _OPERATORS[name], value)
            set_filters.append((name, value, _address(**{name: "", "q": q})))
    if query.filters.kinds and not form.kind:
        set_filters.append(("kind", query.filters.kinds[-1], _address(q=_untyped(form.q, "kind"))))
    if query.where not in (Where.ALL, Where.HISTORY):
        set_filters.append(("in", query.where, _address(in_="", q=_untyped(form.q, "in"))))
    if form.after and form.after == form.until:
        name = "year" if len(form.after) == len("2009") else "on"
        return [*set_filters, (name, form.after, _address(from_="", to=""))]
    if query.filters.after:
        shown = form.after or typed(form.q, "after")
        set_filters.append(("from", shown, _address(from_="", q=_untyped(form.q, "after"))))
    if query.filters.before:
        shown = form.until or typed(form.q, "before")
        name = "to" if form.until else "before"
        set_filters.append((name, shown, _address(to="", q=_untyped(form.q, "before"))))
    return set_filters


def _untyped(q: str, name: str) -> str:
    for piece in q.split():
        q = without(q, name, piece.partition(":")[2])
    return q


def hit_url(linked: Linked) -> str:
    """Where a hit leads: to the turn or comment itself, on a page to the passage if it can."""
    hit = linked.hit
    if hit.kind is Found.COMMENT:
        return url_of("comment", hit.number)
    if hit.kind is Found.PERSON:
        return "/" + quote(hit.path)
    if hit.kind is Found.FILE:
        return url_of("file", hit.path)
    if hit.kind is Found.TURN:
        return page_url(hit.path, at=linked.at) + f"#turn-{hit.number}"
    return page_url(hit.path) + _text_fragment(hit.snippets)


def _text_fragment(snippets: tuple[Snippet, ...]) -> str:
    """A fragment that browsers scroll to and mark: the first marked word, with the one after it.

    Browsers look for whole words only, so of a compound (`burger|participatie`) it is all of it.
    See https://wicg.github.io/scroll-to-text-fragment.
    """
    for snippet in snippets:
        text = "".join(piece.text for piece in snippet.pieces)
        at = 0
        for piece in snippet.pieces:
            if piece.marked and len(piece.text) > 2:
                return _fragment(text, at, at + len(piece.text))
            at += len(piece.text)
    return ""


def _fragment(text: str, start: int, end: int) -> str:
    begin, first = start, max(0, start - _MOST_IN_WORD)
    while begin > first and _WORD.match(text, begin - 1):
        begin -= 1
    after = _WORD_AFTER.match(text, end)
    word = text[begin:end] + (after["rest"] if after else "")
    following = after["following"] if after else None
    suffix = f",-{_escaped(following)}" if following else ""
    return f"#:~:text={_escaped(word)}{suffix}"


def _escaped(text: str) -> str:
    return quote(text, safe="").replace("-", "%2D")


def _suggestion_url(completion: Completion) -> str:
    if completion.kind == "tag":
        return url_of("tag", completion.path)
    if completion.kind == "person":
        return "/" + quote(completion.path)
    return page_url(completion.path)
