"""Taking a member's work back, after a look at every page; and previews of what would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request
from markupsafe import Markup

from wiki.domain.content import frontmatter
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid
from wiki.domain.history import diff
from wiki.services.editing import undoing
from wiki.web.http import differences, forms
from wiki.web.http.context import actor, gettext, ngettext, see_other, wiki, zone

blueprint = Blueprint("undoing", __name__)


@dataclass(frozen=True, slots=True)
class Preview:
    """A change of a page, shown first; `html` is None where its writer would have to choose."""

    html: Markup | None
    fields: Sequence[diff.FieldChange]
    added: int
    removed: int
    is_same: bool


def preview_of(old: str, new: str | None) -> Preview:
    """The change from one text to another as words; None: there is no single one."""
    if new is None:
        return Preview(None, (), 0, 0, False)
    was, becomes = frontmatter.split(old), frontmatter.split(new)
    html = differences.words(was[1], becomes[1])
    changed = diff.fields(was[0], becomes[0])
    return Preview(html, changed, *diff.stats(old, new), old == new)


@blueprint.get("/members/<username>/undo")
def ask(username: str, problem: forms.Problem | None = None) -> Response:
    """Since when, and then which pages: a list to look at first."""
    written = request.values.get("since", "")
    work = None
    if not (problem and problem.login):
        is_chosen = written and not (problem and _is_about_time(problem))
        since = _moment(written) if is_chosen else None
        work = undoing.begun(wiki(), actor(), username, since)
    previews = {
        taken.page: preview_of(taken.before or "", taken.after or "")
        for taken in (work.pages if work else ())
        if taken.is_possible
    }
    chosen = set(request.form.getlist("page")) if request.method == "POST" else set(previews)
    return forms.page(
        "editing/undoing/member.html",
        problem,
        username=username,
        since=written,
        shown=_as_shown(written),
        work=work,
        previews=previews,
        chosen=chosen,
    )


@blueprint.post("/members/<username>/undo")
@forms.refill(ask)
def take_back(username: str) -> Response:
    """Take the chosen pages' changes back."""
    form = request.form
    since = _moment(form.get("since", ""))
    pages = form.getlist("page")
    done, left = undoing.take_back(wiki(), actor(), username, since, pages, form.get("reason", ""))
    said = ngettext(
        "On one page it is taken back.", "On %(num)s pages it is taken back.", len(done)
    )
    flash(said % {"num": len(done)}, "done")
    if left:
        names = ", ".join(taken.title for taken in left)
        flash(gettext("Not on: %(names)s. Look at these yourself.") % {"names": names}, "warn")
    return see_other(url_of("recent", member=username))


def _moment(written: str) -> datetime:
    """A moment as a form sends it: where the reader is, unless it says its own zone."""
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone()))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid.field("since", "date_wrong", written=written[:40]) from error


def _as_shown(written: str) -> str:
    """A moment as a field of a browser takes it, where the reader is; empty if it is none."""
    try:
        here = _moment(written).astimezone(ZoneInfo(zone()))
    except Invalid:
        return ""
    return here.replace(tzinfo=None).isoformat(timespec="seconds")


def _is_about_time(problem: forms.Problem) -> bool:
    return any(name == "since" for name, _ in problem.fields)
