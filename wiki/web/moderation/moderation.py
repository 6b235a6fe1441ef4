"""The moderators' queue: what was reported, and what they do about it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid
from wiki.services.moderation import reports
from wiki.web.http import forms, remarks
from wiki.web.http.context import actor, arg_number, gettext, see_other, wiki, zone
from wiki.web.http.forms import Problem
from wiki.web.http.pager import Pager, cut

blueprint = Blueprint("moderation", __name__, url_prefix="/admin/reports")
LIST = url_of("admin_reports")
PAGE = 20


@blueprint.get("")
def listing() -> Response:
    """List what was reported where one moderates: what is open, or was handled."""
    handled = request.args.get("show") == "handled"
    before = arg_number("before")
    cases = reports.queue(wiki(), actor(), handled=handled, before=before, limit=PAGE + 1)
    shown, last = cut(cases, PAGE)
    show = "handled" if handled else ""
    return forms.page(
        "moderation/moderation/queue.html",
        found=[(each, _html(each)) for each in shown],
        handled=handled,
        pager=Pager(older=url_of("admin_reports", show=show, before=last.case.id) if last else ""),
    )


@blueprint.get("/<int:id>")
def case(id: int, problem: Problem | None = None) -> Response:
    """One thing that was reported, by whom and why, and what can be done about it."""
    shown = reports.case(wiki(), actor(), id)
    return forms.page("moderation/moderation/case.html", problem, shown=shown, html=_html(shown))


@blueprint.post("/<int:id>")
@forms.refill(case)
def handle(id: int) -> Response:
    """Do something about it, or decide that nothing is needed."""
    form = request.form
    acts = form.getlist("acts")
    reports.handle(
        wiki(),
        actor(),
        id,
        acts=acts,
        reason=form.get("reason", ""),
        answer=form.get("answer", ""),
        until=day_after(form.get("until", "")) if "suspend" in acts else None,
    )
    flash(gettext("Handled. Who reported it with an account is told."), "done")
    return see_other(LIST)


@blueprint.post("/<int:id>/reopen")
def reopen(id: int) -> Response:
    """Look at it once more."""
    reports.reopen(wiki(), actor(), id)
    return see_other(url_of("admin_report", id))


def day_after(written: str, field: str = "until") -> datetime | None:
    """The end of the day in a date field, where the reader is; None if it is empty.

    Raises Invalid (on that field).
    """
    if not written.strip():
        return None
    try:
        day = date.fromisoformat(written.strip()) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Invalid.field(field, "until_wrong") from None
    return datetime.combine(day, time(), ZoneInfo(zone()))


def _html(shown: reports.CaseView) -> str:
    if shown.comment is None:
        return ""
    return remarks.html(shown.comment.comment.text, shown.comment.path)
