"""Groups of members: made, renamed, removed; members found and put in them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.services.access import groups
from wiki.web.http import forms
from wiki.web.http.context import actor, gettext, page_number, see_other, wiki
from wiki.web.http.forms import Problem
from wiki.web.http.pager import counted, pages_of

blueprint = Blueprint("groups", __name__, url_prefix="/admin/groups")
LIST = url_of("admin_groups")


@blueprint.get("")
def listing(problem: Problem | None = None) -> Response:
    """The groups, and a form to make one."""
    return forms.page("access/admin/groups.html", problem, groups=groups.every(wiki(), actor()))


@blueprint.post("")
@forms.refill(listing)
def make() -> Response:
    """Make a group."""
    name = request.form.get("name", "")
    groups.make(wiki(), actor(), name, request.form.get("about", ""))
    flash(gettext("The group is there. Now put members in it."), "done")
    return see_other(LIST)


@blueprint.get("/<int:id>")
def show(id: int, problem: Problem | None = None) -> Response:
    """Show who is in a group, which rules name it; and a search for members to put in it."""
    text, number = request.args.get("q", ""), page_number()
    group = groups.show(wiki(), actor(), id, text=text, number=number)
    return forms.page(
        "access/admin/group.html",
        problem,
        found=group,
        q=text,
        pager=counted(
            lambda page: url_of("admin_group", id, page=page),
            number,
            pages_of(group.count, groups.PAGE),
        ),
    )


@blueprint.post("/<int:id>")
@forms.refill(show)
def change(id: int) -> Response:
    """Give a group another name, or other words about it."""
    form = request.form
    groups.change(wiki(), actor(), id, form.get("name", ""), form.get("about", ""))
    return _changed(id)


@blueprint.post("/<int:id>/join")
@forms.refill(show)
def join(id: int) -> Response:
    """Put somebody in a group."""
    groups.join(wiki(), actor(), id, request.form.get("member", ""))
    return _changed(id)


@blueprint.post("/<int:id>/leave")
@forms.refill(show)
def leave(id: int) -> Response:
    """Take somebody out of a group."""
    groups.leave(wiki(), actor(), id, request.form.get("member", ""))
    return _changed(id)


@blueprint.get("/<int:id>/remove")
def ask(id: int) -> Response:
    """Show what comes of removing a group, before it is done."""
    return forms.page("access/admin/group_remove.html", found=groups.show(wiki(), actor(), id))


@blueprint.post("/<int:id>/remove")
def remove(id: int) -> Response:
    """Remove a group."""
    groups.remove(wiki(), actor(), id, request.form.get("reason", ""))
    flash(gettext("The group is no more."), "done")
    return see_other(LIST)


def _changed(id: int) -> Response:
    flash(gettext("Changed."), "done")
    return see_other(url_of("admin_group", id))
