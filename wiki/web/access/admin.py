"""The administrator's screens: members, rules, the log, the mail that waits."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, request

from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Right, Role
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid
from wiki.domain.members.members import Status
from wiki.services.access import audit, groups, moderators, rules
from wiki.services.login import second_factor, sessions, suspensions
from wiki.services.members import members
from wiki.services.moderation import cautions, reports
from wiki.services.notices import account_mail, mail_schedule, outbox
from wiki.services.operation import checklist, erasing, health
from wiki.services.talk import premoderation
from wiki.web.http import forms
from wiki.web.http.context import (
    actor,
    arg_number,
    back_to,
    base_url,
    gettext,
    may,
    ngettext,
    page_number,
    see_other,
    wiki,
)
from wiki.web.http.forms import Problem
from wiki.web.http.pager import Pager, counted, cut, pages_of
from wiki.web.moderation.moderation import day_after

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

ROLES = tuple(role.word for role in Role if role is not Role.READER)
MEMBER_FILTERS = ("q", "status", "role", "sort")
LOG_PAGE = 50
OUTBOX_PAGE = 50
LOG_FILTERS = ("who", "family", "about", "since", "until")
SOME = 20
"""So many are counted; more are as many again to do."""


@blueprint.get("")
def overview() -> Response:
    """Show what asks for attention, and the way to every screen; moderators see their own."""
    who = actor()
    if not may(Right.ADMINISTER.value):
        moderators.require(wiki(), who)
        return see_other(url_of("admin_reports"))
    return forms.page(
        "access/admin/overview.html",
        waiting=members.find(wiki(), who, status=Status.WAITING.value),
        outgoing=outbox.listing(wiki(), who),
        steps=checklist.steps(wiki(), who),
        figures=checklist.figures(wiki(), who),
        reports=len(reports.queue(wiki(), who, limit=SOME)),
        held=len(premoderation.queue(wiki(), who, limit=SOME)),
        some=SOME,
        troubles=[trouble for trouble in health.examine(wiki(), who).troubles if trouble.is_grave],
    )


@blueprint.post("/checklist")
def first_steps() -> Response:
    """Send the list of first steps away, or (`do`) take the examples away."""
    if request.form.get("do") == "examples":
        number = checklist.take_examples_away(wiki(), actor())
        told = ngettext(
            "%(num)s example page is deleted; it can be put back from the deleted pages.",
            "%(num)s example pages are deleted; they can be put back from the deleted pages.",
            number,
        )
        flash(told % {"num": number}, "done")
    else:
        checklist.dismiss(wiki(), actor())
    return see_other(url_of("admin"))


@blueprint.get("/health")
def condition() -> Response:
    """Show how the wiki is, part by part, and what to do about each trouble."""
    return forms.page("access/admin/health.html", found=health.examine(wiki(), actor()))


# -- members --


@blueprint.get("/members")
def member_list() -> Response:
    """All accounts, those that wait first; searched, narrowed, sorted; with what is done most."""
    filters = {name: request.args.get(name, "") for name in MEMBER_FILTERS}
    number = page_number()
    matching = members.find(
        wiki(),
        actor(),
        text=filters["q"],
        status=filters["status"],
        role=filters["role"],
        order=filters["sort"],
        number=number,
    )
    return forms.page(
        "access/admin/members.html",
        found=matching,
        asked=filters,
        statuses=[known.value for known in Status if known is not Status.ERASED],
        roles=ROLES,
        orders=members.ORDERS,
        here=url_of("admin_members", page=number if number > 1 else "", **filters),
        pager=counted(
            lambda page: url_of("admin_members", page=page, **filters),
            number,
            pages_of(matching.count, members.PAGE),
        ),
        can_send=outbox.can_send(wiki().settings),
    )


@blueprint.get("/members/<username>")
def member(username: str, problem: Problem | None = None, link: str = "") -> Response:
    """One account, with everything that can be done to it."""
    looked_up = members.get(wiki(), actor(), username)
    return forms.page(
        "access/admin/member.html",
        problem,
        member=looked_up,
        roles=ROLES,
        groups=groups.every(wiki(), actor()),
        can_send=outbox.can_send(wiki().settings),
        link=base_url() + link if link else "",
        suspension=suspensions.of(wiki(), looked_up),
        has_factor=second_factor.has_any(wiki(), actor(), username),
    )


@blueprint.post("/members/<username>/approve")
def approve(username: str) -> Response:
    """Let in somebody who waits."""
    members.approve(wiki(), actor(), username)
    flash(gettext("%(name)s can log in now.") % {"name": username}, "done")
    return see_other(back_to(request.form.get("next"), url_of("admin_members")))


@blueprint.post("/members/<username>/refuse")
def refuse(username: str) -> Response:
    """Do not let in somebody who waits, with a word to them."""
    erasing.refuse(wiki(), actor(), username, request.form.get("reason", ""))
    told = gettext("%(name)s is not let in; what they filled in is erased.")
    flash(told % {"name": username}, "done")
    return see_other(back_to(request.form.get("next"), url_of("admin_members")))


@blueprint.post("/members/<username>/role")
@forms.refill(member)
def set_role(username: str) -> Response:
    """Give somebody a role."""
    members.set_role(wiki(), actor(), username, request.form.get("role", ""))
    return _changed(username)


@blueprint.post("/members/<username>/groups")
@forms.refill(member)
def set_groups(username: str) -> Response:
    """Say in which groups somebody is."""
    members.set_groups(wiki(), actor(), username, " ".join(request.form.getlist("groups")))
    return _changed(username)


@blueprint.post("/members/<username>/suspend")
@forms.refill(member)
def suspend(username: str) -> Response:
    """Shut somebody out, for good or until a day."""
    form = request.form
    until = day_after(form.get("until", ""))
    members.suspend(wiki(), actor(), username, form.get("reason", ""), until)
    return _changed(username)


@blueprint.post("/members/<username>/warn")
@forms.refill(member)
def warn(username: str) -> Response:
    """Tell somebody what is not right; they see it until they say to have read it."""
    cautions.warn(wiki(), actor(), username, request.form.get("warning", ""))
    return _changed(username)


@blueprint.post("/members/<username>/reinstate")
def reinstate(username: str) -> Response:
    """Let somebody who was suspended in again."""
    members.reinstate(wiki(), actor(), username)
    return _changed(username)


@blueprint.post("/members/<username>/sessions/end")
@forms.refill(member)
def end_sessions(username: str) -> Response:
    """Log somebody out everywhere; they can log in again."""
    sessions.revoke_all(wiki(), actor(), username, request.form.get("reason", ""))
    flash(gettext("%(name)s is logged out everywhere.") % {"name": username}, "done")
    return see_other(back_to(request.form.get("next"), url_of("admin_member", username)))


@blueprint.post("/members/<username>/link")
def password_link(username: str) -> Response:
    """Make a link with which somebody chooses a new password; it is shown once, here."""
    return member(username, link=members.password_link(wiki(), actor(), username))


@blueprint.post("/members/<username>/second-factor/reset")
def reset_factor(username: str) -> Response:
    """Switch off the second step of somebody who lost it."""
    second_factor.reset(wiki(), actor(), username)
    return _changed(username)


def _changed(username: str) -> Response:
    flash(gettext("%(name)s is changed.") % {"name": username}, "done")
    return see_other(back_to(request.form.get("next"), url_of("admin_member", username)))


# -- log and mail --


@blueprint.get("/audit")
def log() -> Response:
    """Show what those in charge did, newest first; narrowed by who, what, about whom and when."""
    filters = {name: request.args.get(name, "") for name in LOG_FILTERS}
    before = arg_number("before")
    problem, read = Problem(), []
    try:
        wanted = _log_asked(filters)
        read = audit.entries(wiki(), actor(), wanted, before=before, limit=LOG_PAGE + 1)
    except Invalid as error:
        problem = forms.problem_of(error)
    entries, last = cut(read, LOG_PAGE)
    made = forms.page(
        "access/admin/audit.html",
        problem,
        asked=filters,
        entries=entries,
        pager=Pager(older=url_of("admin_audit", before=last.id, **filters) if last else ""),
        people=audit.people(wiki(), actor()),
        acts=list(LoggedAct),
        families=list(audit.FAMILIES),
        undoable=rules.undoable,
    )
    made.status_code = problem.status
    return made


def _log_asked(filters: dict[str, str]) -> audit.AuditFilter:
    since = day_after(filters["since"], "since")
    return audit.AuditFilter(
        who=filters["who"],
        family=filters["family"],
        about=filters["about"],
        since=since - timedelta(days=1) if since else None,
        until=day_after(filters["until"]),
    )


@blueprint.get("/outbox")
def unsent() -> Response:
    """The mail that is not sent, and why."""
    lost = request.args.get("show") == "failed"
    before = arg_number("before")
    outgoing = outbox.listing(wiki(), actor(), given_up=lost, before=before, limit=OUTBOX_PAGE + 1)
    letters, last = cut(outgoing.letters, OUTBOX_PAGE)
    show = "failed" if lost else ""
    return forms.page(
        "access/admin/outbox.html",
        outgoing=outgoing,
        letters=letters,
        pager=Pager(older=url_of("admin_outbox", show=show, before=last.id) if last else ""),
        lost=lost,
        untold=mail_schedule.waiting(wiki(), actor()),
    )


@blueprint.post("/outbox/test")
def try_mail() -> Response:
    """Mail oneself, to see whether mail arrives."""
    address = account_mail.try_out(wiki(), actor())
    flash(gettext("A mail is on its way to %(email)s.") % {"email": address}, "done")
    return see_other(url_of("admin_outbox"))


@blueprint.post("/outbox/retry")
def retry_all() -> Response:
    """Send all mail once more that was given up."""
    outbox.retry_all(wiki(), actor())
    flash(gettext("It is sent as soon as the worker gets to it."), "done")
    return see_other(url_of("admin_outbox"))


@blueprint.post("/outbox/<int:id>/retry")
def retry(id: int) -> Response:
    """Send a mail at once, also one that was given up."""
    outbox.retry(wiki(), actor(), id)
    flash(gettext("It is sent as soon as the worker gets to it."), "done")
    return see_other(url_of("admin_outbox"))


@blueprint.post("/outbox/<int:id>/drop")
def drop(id: int) -> Response:
    """Do not send a mail after all."""
    outbox.drop(wiki(), actor(), id)
    flash(gettext("That mail is not sent."), "done")
    return see_other(url_of("admin_outbox"))
