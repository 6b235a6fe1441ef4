"""Why somebody may do something somewhere, or not: the administrator's screen."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.domain.access.rights import Role
from wiki.domain.errors import Invalid
from wiki.services.members import rights
from wiki.web.http import forms
from wiki.web.http.context import actor, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("rights", __name__, url_prefix="/admin/rights")

ROLES = tuple(role.word for role in Role)


@blueprint.get("")
def show() -> Response:
    """Show what a member or a role may do at a path, and why; or what every role may do there."""
    filters = {name: request.args.get(name, "") for name in ("member", "role", "path")}
    problem, answer, overview = Problem(), None, None
    try:
        if filters["member"].strip() or filters["role"]:
            answer = rights.explain(
                wiki(),
                actor(),
                username=filters["member"],
                role=filters["role"],
                path=filters["path"],
            )
        else:
            overview = rights.overview(wiki(), actor(), filters["path"])
    except Invalid as error:
        problem = forms.problem_of(error)
    everywhere = {right.value: role.word for right, role in wiki().rights.site.items()}
    shown = {"asked": filters, "answer": answer, "overview": overview, "roles": ROLES}
    made = forms.page("access/admin/rights.html", problem, everywhere=everywhere, **shown)
    made.status_code = problem.status
    return made
