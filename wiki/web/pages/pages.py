"""Pages as they are read: now, as they were, and as plain Markdown."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from functools import partial

from flask import Blueprint, Response, request

from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Kind
from wiki.domain.content.paths import check
from wiki.domain.errors import Gone, Invalid, NotFound, Unavailable, Unreadable
from wiki.i18n.errors import sentence
from wiki.render.slots import labels
from wiki.services.content import files, places
from wiki.services.history import blame
from wiki.services.history import history as past
from wiki.services.pages import folders, including, pages, sidebar
from wiki.services.talk import threads
from wiki.web.history.blame import shares
from wiki.web.http import cache, errors, slots
from wiki.web.http.context import (
    actor,
    gettext,
    language,
    may,
    number_of,
    page_number,
    page_url,
    respond,
    see_other,
    wiki,
)
from wiki.web.http.pager import Pager, counted, pager_of
from wiki.web.pages import linked_data
from wiki.web.talk import passages

MOST_FILES = 12
"""Files of a page that are listed beside its text."""

blueprint = Blueprint("pages", __name__)

REPAIR = 3600
"""Seconds after which to look again for a text that somebody has to repair."""


def bare(error: Unavailable, path: str) -> Response:
    """The text of a page that everybody may read, while the database is away."""
    if "at" in request.args:
        raise error
    found = pages.bare(wiki(), path, labels(gettext, language()))
    return errors.alone("pages/pages/bare.html", 200, code=error.code, **asdict(found))


@blueprint.get("/wiki/<path:path>")
@errors.stand_in(bare)
def show(path: str) -> Response:
    """A page, now or (`at`) as it was; `redirect=no` shows a redirect itself."""
    at, redirect = request.args.get("at", ""), request.args.get("redirect") != "no"
    try:
        view = pages.read(wiki(), actor(), path, at=at, redirect=redirect)
    except (NotFound, Gone) as error:
        if error.code not in ("page_missing", "page_deleted"):
            raise
        path = path.strip("/")
        found = None if at else folders.find(wiki(), actor(), path, page_number())
        if found:
            return folder(found)
        namesake = "" if at else places.namesake(wiki(), actor(), path)
        return see_other(page_url(namesake)) if namesake else missing(path, error)
    except Unreadable as error:
        return damaged(path, error)
    if view.over_at and not view.is_over:
        # From then on the page says something else.
        cache.fresh_until(view.over_at)
    may_edit = actor().is_member and (may("edit", view.path) or may("suggest", view.path))
    edit = url_of("edit", view.path) if may_edit and not view.then and view.readable else ""
    talk = None if view.then else _talk(view)
    remark = ""
    if talk and talk.may_post and view.revision:
        remark = url_of("comments", view.path, anchor=f"{view.revision}:")
    marked = passages.marked(view.html, talk) if talk else view.html
    words = labels(gettext, language())
    whole = marked
    if not view.then:
        whole = including.expand(wiki(), actor(), view.path, marked, view.links, words)
    html = wiki().renderer.fill(whole, view.links, words, edit=edit, remark=remark)
    is_plain = view.meta.kind is Kind.PAGE
    return respond(
        "pages/pages/show.html",
        view=view,
        side=sidebar.beside(wiki(), actor(), view.path, words) if is_plain else None,
        html=html,
        may_edit=may_edit,
        problems=[sentence(language(), code) for code in view.problems],
        talk=talk,
        talk_pager=_talk_pager(talk) if talk else None,
        files=() if view.then else files.listing(wiki(), actor(), view.path, MOST_FILES + 1),
        most_files=MOST_FILES,
        shares=() if view.then else shares(blame.contributors(wiki(), actor(), view.page)),
        data=linked_data.of_page(view, talk),
        active={"question": "questions", "dialogue": "dialogues"}.get(view.meta.kind, ""),
    )


def folder(listing: folders.FolderList) -> Response:
    """The answer where a folder is and no page: what lies in it."""
    pager = pager_of(listing, "page", listing.path)
    side = sidebar.beside(
        wiki(), actor(), listing.path, labels(gettext, language()), is_folder=True
    )
    return respond("pages/pages/folder.html", found=listing, pager=pager, side=side)


@blueprint.get("/wiki/")
@blueprint.get("/wiki")
def root() -> Response:
    """The front page."""
    return see_other("/")


@blueprint.get("/raw/<path:path>")
def raw(path: str) -> Response:
    """Give a page's exact bytes, now or (`at`) as it was; 304 if unchanged (RFC 9110, 13)."""
    blob, data = pages.raw(wiki(), actor(), path, request.args.get("at", ""))
    answer = Response(data, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(blob)
    answer.make_conditional(request)
    return answer


def missing(path: str, error: NotFound | Gone) -> Response:
    """The answer where no page is: an offer to write it, or the way to its history."""
    try:
        creatable = bool(check(path))
    except Invalid:
        creatable = False
    deleted = isinstance(error, Gone)
    title = path.rpartition("/")[2].replace("-", " ").replace("_", " ").capitalize()
    return respond(
        "pages/pages/missing.html",
        410 if deleted else 404,
        path=path,
        title=title,
        deleted=deleted,
        creatable=creatable,
    )


def damaged(path: str, error: Unreadable) -> Response:
    """The answer where a page's text cannot be read: the last revision that can, and what to do."""
    path = path.strip("/")
    answer = respond(
        "pages/pages/damaged.html",
        503,
        path=path,
        error=error,
        last=past.last_readable(wiki(), actor(), path),
    )
    answer.headers["Retry-After"] = str(REPAIR)
    return answer


def _talk_pager(talk: threads.Threads) -> Pager:
    sort = "" if talk.sort is threads.Sort.OLDEST else talk.sort.value
    here = partial(page_url, talk.path, sort=sort)
    return counted(
        lambda n: here(talk=str(n) if n > 1 else "") + "#comments", talk.number, talk.pages
    )


def _talk(view: pages.View) -> threads.Threads:
    written, sort = request.args.get("talk", ""), request.args.get("sort", "")
    talk = threads.show(
        wiki(),
        actor(),
        view.page,
        view.path,
        number=number_of(written),
        sort=threads.Sort(sort) if sort in set(threads.Sort) else threads.Sort.OLDEST,
        labels=labels(gettext, language()),
    )
    # Who wrote a comment may change it: they see other controls; one that waits only they see.
    slots.differs_for(shown.comment.author for shown in talk.items)
    slots.differs_for(comment.author for comment in talk.held)
    if talk.is_behind:
        cache.fresh_until(wiki().clock() + timedelta(seconds=3))
    return talk
