"""Rules on folders: listed, tried out, kept, changed, removed, and all of it undone."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from werkzeug.datastructures import MultiDict

from wiki.domain.access.rights import Role
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import WikiError
from wiki.services.access import groups, rules
from wiki.services.access.rules import Listed, Sent
from wiki.web.http import forms
from wiki.web.http.context import actor, arg_number, gettext, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("rules", __name__, url_prefix="/admin/rules")
LIST = url_of("admin_rules")


@blueprint.get("")
def listing(problem: Problem | None = None) -> Response:
    """The rules on path prefixes, and a form to try out one more."""
    return _page(
        "access/admin/rules.html",
        problem,
        sent=_sent(request.form) if problem else Sent(right="read", role="editor"),
        rules=rules.listing(wiki(), actor()),
        undo=arg_number("undo"),
        everywhere={right.value: role.word for right, role in wiki().rights.site.items()},
    )


@blueprint.get("/preview")
def preview() -> Response:
    """Show what a rule would change, for whom and on how many pages; and the form to keep it."""
    sent, id = _sent(request.args), arg_number("id")
    problem, effects = Problem(), None
    try:
        effects = rules.preview(wiki(), actor(), sent, id)
    except WikiError as error:
        if not (getattr(error, "fields", ()) or error.code == "rule_taken"):
            raise
        problem = forms.problem_of(error)
    made = _page("access/admin/rule_preview.html", problem, sent=sent, id=id, found=effects)
    made.status_code = problem.status
    return made


@blueprint.get("/<int:id>")
def show(id: int, problem: Problem | None = None) -> Response:
    """One rule, to change it or to remove it, with what would come of that."""
    listed = rules.get(wiki(), actor(), id)
    return _page(
        "access/admin/rule.html",
        problem,
        sent=_sent(request.form) if problem else _as_sent(listed),
        id=id,
        listed=listed,
        effects=rules.without(wiki(), actor(), id),
    )


@blueprint.post("")
@forms.refill(listing)
def add() -> Response:
    """Keep a rule."""
    return _done(rules.save(wiki(), actor(), _sent(request.form), reason=_reason()))


@blueprint.post("/<int:id>")
@forms.refill(show)
def change(id: int) -> Response:
    """Keep a rule in the place of this one."""
    return _done(rules.save(wiki(), actor(), _sent(request.form), id, _reason()))


@blueprint.post("/<int:id>/remove")
def remove(id: int) -> Response:
    """Remove a rule."""
    entry = rules.remove(wiki(), actor(), id, _reason())
    flash(gettext("The rule holds no more."), "done")
    return see_other(url_of("admin_rules", undo=entry))


@blueprint.post("/undo/<int:entry>")
def undo(entry: int) -> Response:
    """Take back what was last done to a rule."""
    rules.undo(wiki(), actor(), entry)
    flash(gettext("It is as it was before."), "done")
    return see_other(LIST)


def _done(entry: int) -> Response:
    flash(gettext("The rule holds from now on."), "done")
    return see_other(url_of("admin_rules", undo=entry))


def _reason() -> str:
    return request.form.get("reason", "")


def _page(template: str, problem: Problem | None, **values: object) -> Response:
    return forms.page(
        template,
        problem,
        rights=[right.value for right in rules.ON_PAGES],
        roles=[role.word for role in Role],
        groups=groups.every(wiki(), actor()),
        **values,
    )


def _sent(form: MultiDict[str, str]) -> Sent:
    return Sent(
        prefix=form.get("prefix", ""),
        right=form.get("right", ""),
        role=form.get("role", ""),
        groups=rules.words(" ".join(form.getlist("groups"))),
        usernames=form.get("usernames", ""),
    )


def _as_sent(listed: Listed) -> Sent:
    rule = listed.rule
    return Sent(
        prefix=rule.prefix,
        right=rule.right.value,
        role=rule.role.word,
        groups=sorted(rule.groups),
        usernames=", ".join(listed.usernames),
    )
