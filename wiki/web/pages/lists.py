"""Lists: questions, dialogues, agenda, tags."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.domain.content.addresses import url_of
from wiki.domain.content.pages import Kind
from wiki.domain.content.paths import ancestors
from wiki.domain.pages.lists import ORDERS, wanted
from wiki.services.pages import agenda, everything, lists
from wiki.web.http.context import actor, arg_number, base_url, page_number, respond, wiki
from wiki.web.http.pager import counted, pager_of, pages_of

blueprint = Blueprint("lists", __name__)


@blueprint.get("/questions")
def show_questions() -> Response:
    """The questions that are asked for."""
    return _shown("questions", Kind.QUESTION)


@blueprint.get("/dialogues")
def show_dialogues() -> Response:
    """The dialogues that are asked for."""
    return _shown("dialogues", Kind.DIALOGUE)


def _shown(name: str, kind: Kind) -> Response:
    """A list of pages of one kind, narrowed to what the address says."""
    args = request.args
    chosen = wanted(
        kind,
        args.get("status", ""),
        args.get("tag", ""),
        args.get("person", ""),
        arg_number("year"),
        args.get("sort", ""),
    )
    listed = lists.listing(wiki(), actor(), chosen, page_number())
    fields = {
        "status": chosen.status,
        "year": str(chosen.year or ""),
        "person": chosen.person,
        "tag": chosen.tag,
        "sort": chosen.sort,
    }
    pages = pages_of(listed.total, lists.PAGE)
    return respond(
        f"pages/lists/{name}.html",
        found=listed,
        fields=fields,
        orders=ORDERS[kind],
        pager=counted(lambda page: url_of(name, **fields, page=page), listed.number, pages),
        active=name,
    )


@blueprint.get("/agenda")
def show_agenda() -> Response:
    """The dialogues to come or (`past`) those that were; `view=month` shows one month."""
    args = request.args
    if args.get("view") == "month":
        month = agenda.month(wiki(), actor(), args.get("month", ""))
        return respond("pages/lists/month.html", month=month, active="agenda")
    past = args.get("past") == "yes"
    found = agenda.listing(wiki(), actor(), page_number(), past=past)
    pager = pager_of(found, "agenda", past="yes" if past else "")
    return respond("pages/lists/agenda.html", found=found, pager=pager, active="agenda")


@blueprint.get("/agenda.ics")
def agenda_file() -> Response:
    """The dialogues to come, as a calendar that programs can follow."""
    data = agenda.calendar(wiki(), actor(), base_url())
    return Response(data, content_type="text/calendar; charset=utf-8")


@blueprint.get("/tags")
def show_tags() -> Response:
    """All tags."""
    return respond("pages/lists/tags.html", tags=everything.all_tags(wiki(), actor()))


@blueprint.get("/tags/<path:tag>")
def show_tag(tag: str) -> Response:
    """The pages that carry a tag."""
    return respond("pages/lists/tag.html", tag=tag, pages=everything.tagged(wiki(), actor(), tag))


@blueprint.get("/pages")
def show_pages() -> Response:
    """All pages, by folder or in another `view`."""
    folder = request.args.get("folder", "").strip("/")
    view = request.args.get("view", "")
    listed = everything.listing(wiki(), actor(), view, page_number(), folder)
    shown = listed.folder
    path = shown.path if shown else ""
    lists = (listed.pages, listed.tags, listed.wanted, listed.files)
    return respond(
        "pages/lists/all.html",
        found=listed,
        above=[(one, one.rpartition("/")[2]) for one in ancestors(path)],
        is_empty=not any(lists) and not (shown and (shown.folders or shown.pages)),
        pager=pager_of(listed, "pages", view=listed.by.value, folder=path),
        active="pages",
    )
