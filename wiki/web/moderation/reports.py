"""Reporting a comment, a page, a member or anything else to the moderators: for everybody."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.moderation.reports import REASON_MOST, Noun, Subject
from wiki.services.moderation import reports
from wiki.services.talk import comments
from wiki.web.http import forms, remarks
from wiki.web.http.context import actor, back_to, gettext, page_url, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("reports", __name__)


def _address() -> str:
    """The page from which somebody came to report something: on this site, or nothing."""
    return back_to(request.values.get("from"), "")


@blueprint.get("/report")
@blueprint.get("/report/<path:path>")
def site_form(path: str = "", problem: Problem | None = None) -> Response:
    """The form to report a page; or the site, where there is no page."""
    subject = reports.about_page(wiki(), actor(), path)
    return _form(
        problem,
        subject,
        url_of("report", path) if path else url_of("report_site"),
        _address() or page_url(path),
    )


@blueprint.post("/report")
@blueprint.post("/report/<path:path>")
@forms.public
@forms.refill(site_form)
def report_site(path: str = "") -> Response:
    """Report a page, or the site."""
    return _report(reports.about_page(wiki(), actor(), path), page_url(path) if path else "/")


@blueprint.get("/comment/<int:id>/report")
def comment_form(id: int, problem: Problem | None = None) -> Response:
    """The form to report a comment."""
    subject = reports.about_comment(wiki(), actor(), id)
    return _form(problem, subject, url_of("comment_report", id), url_of("comment", id))


@blueprint.post("/comment/<int:id>/report")
@forms.public
@forms.refill(comment_form)
def report_comment(id: int) -> Response:
    """Report a comment."""
    return _report(reports.about_comment(wiki(), actor(), id), url_of("comment", id))


@blueprint.get("/members/<username>/report")
def member_form(username: str, problem: Problem | None = None) -> Response:
    """The form to report a member."""
    subject = reports.about_member(wiki(), actor(), username)
    there = url_of("member", username)
    return _form(problem, subject, url_of("member_report", username), there, username=username)


@blueprint.post("/members/<username>/report")
@forms.public
@forms.refill(member_form)
def report_member(username: str) -> Response:
    """Report a member."""
    return _report(reports.about_member(wiki(), actor(), username), url_of("member", username))


def _form(
    problem: Problem | None, subject: Subject, action: str, address: str, username: str = ""
) -> Response:
    placed = comments.get(wiki(), actor(), subject.comment) if subject.comment else None
    html = remarks.html(placed.comment.text, placed.path) if placed else ""
    return forms.page(
        "moderation/reports/report.html",
        problem,
        noun=subject.noun.value,
        path=subject.path,
        placed=placed,
        html=html,
        username=username,
        action=action,
        address=address,
        most=REASON_MOST,
    )


def _report(subject: Subject, back: str) -> Response:
    form = request.form
    address = _address()
    # The field that people do not see: a machine filled it, and learns nothing.
    if not form.get("website"):
        reports.report(
            wiki(),
            actor(),
            subject,
            form.get("reason", ""),
            network=request.remote_addr or "",
            email=form.get("email", ""),
            address=address,
        )
    flash(gettext("Thank you. The moderators will look at it."), "done")
    return see_other(address if subject.noun is Noun.SITE and address else back)
