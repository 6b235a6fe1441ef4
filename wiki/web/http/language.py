"""The reader's choice of language and appearance: two links that leave a cookie."""

from __future__ import annotations

from flask import Blueprint, Response, request

from wiki.domain.errors import Invalid
from wiki.i18n.languages import LANGUAGES
from wiki.web.http.context import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, back_to, see_other

blueprint = Blueprint("language", __name__)
A_YEAR = 365 * 24 * 3600


@blueprint.get("/language")
def language() -> Response:
    """Remember the language and go back."""
    return _remember(LANGUAGE_COOKIE, LANGUAGES)


@blueprint.get("/theme")
def theme() -> Response:
    """Remember the appearance and go back."""
    return _remember(THEME_COOKIE, THEMES)


def _remember(cookie: str, choices: tuple[str, ...]) -> Response:
    chosen = request.args.get("to", "")
    if chosen not in choices:
        raise Invalid("choice_unknown", choices=", ".join(choices))
    response = see_other(back_to(request.args.get("next")))
    response.set_cookie(cookie, chosen, max_age=A_YEAR, samesite="Lax", secure=request.is_secure)
    response.headers["Cache-Control"] = "no-store"
    return response
