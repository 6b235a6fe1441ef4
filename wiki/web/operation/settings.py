"""The site's settings: those that are chosen on the screen, its logo, and what stands elsewhere."""

from __future__ import annotations

import os

from flask import Blueprint, Response, flash, request

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid
from wiki.services.operation import settings
from wiki.web.http import forms, sizes
from wiki.web.http.context import actor, back_to, gettext, see_other, wiki
from wiki.web.http.forms import Problem

blueprint = Blueprint("settings", __name__)
FOREVER = "public, max-age=31536000, immutable"


@blueprint.get("/admin/settings")
def show(problem: Problem | None = None) -> Response:
    """Show what is chosen here, in a form; below it what is set by who runs the server."""
    found = settings.listing(wiki(), actor(), os.environ)
    return forms.page("access/admin/settings.html", problem, found=found, of=found.chosen)


@blueprint.post("/admin/settings")
@forms.refill(show)
def choose() -> Response:
    """Choose anew; it holds at once."""
    settings.choose(wiki(), actor(), request.form)
    flash(gettext("The settings are saved, and hold from now on."), "done")
    return see_other(back_to(request.form.get("next"), url_of("admin_settings")))


@blueprint.post("/admin/logo")
@forms.refill(show)
@sizes.takes_file
def change_logo() -> Response:
    """Use another logo, or the wiki's own sign again."""
    sent = request.files.get("logo")
    data = sent.read() if sent else b""
    is_removed = bool(request.form.get("remove"))
    if not data and not is_removed:
        raise Invalid.field("logo", "file_empty")
    settings.set_logo(wiki(), actor(), b"" if is_removed else data)
    done = gettext("The logo is removed.") if is_removed else gettext("The logo is changed.")
    flash(done, "done")
    return see_other(url_of("admin_settings"))


@blueprint.get("/logo/<mark>.png")
def logo(mark: str) -> Response:
    """The site's logo; its address changes with it."""
    answer = Response(settings.logo(wiki(), mark), content_type="image/png")
    answer.headers["Cache-Control"] = FOREVER
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
