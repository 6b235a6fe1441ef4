"""Counts of how often pages are read, for editors."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.services.pages import views
from wiki.web.http import forms
from wiki.web.http.context import actor, wiki

blueprint = Blueprint("views", __name__)

PERIODS = {"month": 1, "year": views.A_YEAR, "ever": 0}


@blueprint.get("/views")
def most_read() -> Response:
    """The pages that are read most, in a period."""
    period = request.args.get("period", "")
    period = period if period in PERIODS else "month"
    found = views.most_read(wiki(), actor(), PERIODS[period])
    return forms.page("pages/views/most_read.html", found=found, period=period)


@blueprint.get("/views/<path:path>")
def of_page(path: str) -> Response:
    """Show how often one page was read, by month."""
    return forms.page("pages/views/page.html", found=views.of_page(wiki(), actor(), path))
