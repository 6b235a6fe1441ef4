"""A member's public page, what they tell there, their data to take along, and being erased."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid
from wiki.domain.history.activity import periods
from wiki.domain.members.profiles import ABOUT_MOST, WORK_MOST
from wiki.services.login import proof
from wiki.services.members import members, profiles, takeout
from wiki.services.members.members import Part
from wiki.services.operation import erasing
from wiki.web.http import forms, login, sizes
from wiki.web.http.context import (
    actor,
    base_url,
    gettext,
    language,
    now,
    page_number,
    respond,
    see_other,
    wiki,
)
from wiki.web.http.forms import Problem
from wiki.web.http.pager import Pager, counted, pages_of

blueprint = Blueprint("members", __name__)

FOREVER = "private, max-age=31536000, immutable"
PARTS = {part.value: part for part in Part}
KEEP, REMOVE = "keep", "remove"


@blueprint.get("/members")
def directory() -> Response:
    """The members, for members; `q` is what their name or work holds."""
    listed = profiles.directory(wiki(), actor(), request.args.get("q", ""), page_number())
    return respond(
        "members/members/directory.html",
        found=listed,
        pager=counted(
            lambda page: url_of("members", q=listed.text, page=page),
            listed.number,
            pages_of(listed.total, profiles.PAGE),
        ),
        active="people",
    )


@blueprint.get("/members/<username>")
def show(username: str) -> Response:
    """Show a member, and what they wrote and said where this reader may look."""
    before = request.args.get("before", "")
    part = PARTS.get(request.args.get("show", ""), Part.CHANGES if before else Part.ALL)
    page = members.page(wiki(), actor(), username, part, before=before)
    here = partial(url_of, "member", page.member.username, show=page.part.value)
    return respond(
        "members/members/show.html",
        data=_as_person(page),
        page=page,
        pager=Pager(here() if before else "", here(before=page.more) if page.more else ""),
        periods=periods(page.days, now().date()),
    )


def _as_person(page: members.Page) -> dict[str, str]:
    """The member as schema.org has persons: what stands on their page for everybody."""
    person = {"@context": "https://schema.org", "@type": "Person", "name": page.member.called}
    if page.profile.work:
        person["jobTitle"] = page.profile.work
    return {**person, "url": base_url() + url_of("member", page.member.username)}


@blueprint.get("/avatars/<mark>.webp")
def avatar(mark: str) -> Response:
    """A member's picture; its address changes with it."""
    answer = Response(profiles.picture(wiki(), actor(), mark), content_type="image/webp")
    answer.headers["Cache-Control"] = FOREVER
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


# -- what one tells of oneself --


@blueprint.get("/account/page")
def page_form(problem: Problem | None = None) -> Response:
    """The form with what stands on one's page."""
    profile = profiles.own(wiki(), actor())
    most = {"work": WORK_MOST, "about": ABOUT_MOST}
    return forms.page("members/members/profile.html", problem, profile=profile, most=most)


@blueprint.post("/account/page")
@forms.refill(page_form)
def change_page() -> Response:
    """Tell something else on one's page."""
    form = request.form
    profiles.change(wiki(), actor(), work=form.get("work", ""), about=form.get("about", ""))
    flash(gettext("Your page is changed."), "done")
    return see_other(url_of("member", actor().username))


@blueprint.post("/account/picture")
@forms.refill(page_form)
@sizes.takes_file
def change_picture() -> Response:
    """Use another picture, or initials again."""
    if request.form.get("remove"):
        profiles.remove_picture(wiki(), actor())
        flash(gettext("Your picture is gone; your initials are back."), "done")
        return see_other(url_of("account_page"))
    sent = request.files.get("picture")
    data = sent.read() if sent else b""
    if not data:
        raise Invalid.field("picture", "file_empty")
    profiles.set_picture(wiki(), actor(), data)
    flash(gettext("Your picture is changed."), "done")
    return see_other(url_of("account_page"))


# -- one's data --


@blueprint.get("/account/export")
def export_form(problem: Problem | None = None) -> Response:
    """Show what the wiki knows of one: to take along, or to have erased."""
    profiles.own(wiki(), actor())
    return forms.page(
        "members/members/export.html", problem, asks=proof.asks(wiki(), actor(), login.session_id())
    )


@blueprint.post("/account/export")
@forms.refill(export_form)
def export() -> Response:
    """Everything of one's own, in one zip."""
    current = request.form.get("current_password", "")
    made = takeout.make(wiki(), actor(), login.session_id(), current=current, language=language())
    answer = Response(made.data, content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=made.name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/account/erase")
def erase_form(problem: Problem | None = None) -> Response:
    """Show what goes and what stays when an account is erased, and the form to do it."""
    left = erasing.own(wiki(), actor())
    return forms.page(
        "members/members/erase.html",
        problem,
        left=left,
        by_admin=False,
        asks=proof.asks(wiki(), actor(), login.session_id()),
    )


@blueprint.post("/account/erase")
@forms.refill(erase_form)
def erase() -> Response:
    """Erase one's own account, for ever."""
    form = request.form
    erasing.erase_own(
        wiki(),
        actor(),
        login.session_id(),
        username=form.get("confirm", ""),
        current=form.get("current_password", ""),
        with_comments=form.get("comments") == REMOVE,
    )
    login.leave()
    flash(gettext("Your account is erased. Thank you for what you brought here."), "done")
    return see_other("/")


@blueprint.get("/members/<username>/erase")
def erase_member_form(username: str, problem: Problem | None = None) -> Response:
    """The same about somebody else, for administrators."""
    left = erasing.of_member(wiki(), actor(), username)
    return forms.page("members/members/erase.html", problem, left=left, by_admin=True)


@blueprint.post("/members/<username>/erase")
@forms.refill(erase_member_form)
def erase_member(username: str) -> Response:
    """Erase somebody's account, for ever."""
    form = request.form
    erasing.erase(
        wiki(),
        actor(),
        username,
        confirm=form.get("confirm", ""),
        reason=form.get("reason", ""),
        with_comments=form.get("comments") == REMOVE,
    )
    flash(gettext("The account is erased."), "done")
    return see_other(url_of("admin_members"))
