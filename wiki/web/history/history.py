"""History: a page's revisions, two of them compared, and the page on a day of the past."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from markupsafe import Markup

from wiki.domain.content import frontmatter
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid
from wiki.domain.history import diff
from wiki.domain.history.revisions import Revision
from wiki.render import diff as render
from wiki.render.slots import labels
from wiki.services.history import history
from wiki.services.history.history import Comparison, RevisionFilter, RevisionList, Side
from wiki.services.pages import pages
from wiki.web.http import differences
from wiki.web.http.context import (
    actor,
    gettext,
    language,
    now,
    page_url,
    respond,
    see_other,
    wiki,
    zone,
)
from wiki.web.http.pager import Pager

blueprint = Blueprint("history", __name__)

VIEWS = ("words", "side", "rendered", "source")
FILTERS = ("author", "since", "until")


@blueprint.get("/history/<path:path>")
def show(path: str) -> Response:
    """A page's revisions, newest first; `before` goes on after one of them.

    `author`, `since` and `until` narrow them; `on` leads to the page as it was on that day.
    """
    args = request.args
    if args.get("on"):
        page, revision = history.on_date(wiki(), actor(), path, _midnight("on", 1) or 0)
        return see_other(page_url(page.path, at=revision.commit))
    asked = RevisionFilter(args.get("author", ""), _midnight("since"), _midnight("until", 1))
    listing = history.listing(wiki(), actor(), path, args.get("before", ""), asked)
    narrowed = {name: args[name] for name in FILTERS if args.get(name)}
    first = url_of("history", listing.page.path, **narrowed)
    older = url_of("history", listing.page.path, **narrowed, before=listing.more)
    return respond(
        "history/history/history.html",
        found=listing,
        rows=_named(listing),
        narrowed=narrowed,
        pager=Pager(first if args.get("before") else "", older if listing.more else ""),
        periods=listing.past.periods(now().date()),
    )


def _named(listing: RevisionList) -> list[tuple[Revision, int | str]]:
    """Revisions by number, counted from the first; those that are not counted by their id."""
    return [
        (revision, listing.number - at if listing.number else revision.commit[:10])
        for at, revision in enumerate(listing.revisions)
    ]


@blueprint.get("/diff/<path:path>")
def compare(path: str) -> Response:
    """Compare two revisions of a page; `patch=yes` gives the difference as a file for git."""
    args = request.args
    comparison = history.compare(wiki(), actor(), path, args.get("from", ""), args.get("to", ""))
    if args.get("patch") == "yes":
        return _download(comparison)
    view = args.get("view", "")
    view = view if view in VIEWS else "words"
    old, new = frontmatter.split(comparison.old), frontmatter.split(comparison.after.text)
    html, is_long = _shown(view, comparison, old[1], new[1])
    return respond(
        "history/history/diff.html",
        found=comparison,
        view=view,
        is_long=is_long,
        is_now=not args.get("to"),
        fields=[] if view == "source" else diff.fields(old[0], new[0]),
        html=html,
    )


def _shown(view: str, comparison: Comparison, old: str, new: str) -> tuple[Markup, bool]:
    """The difference in one of the views, and whether it is too long for that: then its words."""
    words = differences.labels()
    if view == "source":
        patch = history.patch_of(comparison).decode(errors="replace")
        if not render.is_long_patch(patch):
            return render.source_html(patch), False
    elif view != "words" and not render.is_long(comparison.old, comparison.after.text):
        return _beside(view, comparison, old, new, words), False
    return render.words_html(comparison.blocks, words), view != "words"


def _beside(
    view: str, comparison: Comparison, old: str, new: str, words: render.DiffLabels
) -> Markup:
    if view == "side":
        return render.side_html(diff.side(old, new), words)
    # Slow to load, and the view that is asked for least.
    from wiki.render import marked

    return marked.rendered_html(_as_read(comparison.before), _as_read(comparison.after), words)


def _as_read(side: Side | None) -> str:
    """A version as a page; links lead where they lead today."""
    if side is None or not side.revision.blob:
        return ""
    return pages.html_at(wiki(), actor(), side.revision, labels(gettext, language()))


def _download(comparison: Comparison) -> Response:
    answer = Response(history.patch_of(comparison), content_type="text/x-patch")
    name = comparison.page.path.rpartition("/")[2]
    name = f"{name}-{comparison.after.revision.commit[:10]}.patch"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _midnight(field: str, days: int = 0) -> int | None:
    """When the day of a field begins where the reader is (`days` later), in Unix seconds."""
    written = request.args.get(field, "").strip()
    if not written:
        return None
    try:
        day = date.fromisoformat(written) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise Invalid.field(field, "date_wrong", written=written[:40]) from error
    if not MINYEAR < day.year < MAXYEAR:
        # The first and the last day there are have no moment in every zone.
        raise Invalid.field(field, "date_wrong", written=written[:40])
    return int(datetime.combine(day, time(), ZoneInfo(zone())).timestamp())
