"""Refusals and failures as answers: the right status, in the reader's language, no traceback."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from wiki.domain import errors
from wiki.domain.content.addresses import url_of
from wiki.i18n.errors import sentence
from wiki.i18n.mail_templates import as_html
from wiki.services.access import journal
from wiki.web.http.context import actor, language, page_url, see_other, wiki

log = logging.getLogger(__name__)

STATUS: Mapping[type[errors.WikiError], int] = {
    errors.Invalid: 400,
    errors.LoginRequired: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.TooLarge: 413,
    errors.Refused: 422,
    errors.TooFast: 429,
    errors.Unavailable: 503,
}
TEXTS = ("title", "text", "part", "summary", "reason")
"""Form fields that somebody may have worked on for an hour."""
MOST_ROWS = 16

View = TypeVar("View", bound=Callable[..., Any])
REFUSALS = (401, 403, 429)
"""Answers that the log tells of."""
PROBLEM_TYPE = "application/problem+json"
PROGRAMS = url_of("api_root")
APART = "node_apart"
WAIT = 5
"""Seconds after which to try again, where the error does not say."""


def status_of(error: errors.WikiError) -> int:
    """The HTTP status that fits the error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def install(app: Flask) -> None:
    """Answer every error of the application."""
    app.register_error_handler(errors.WikiError, refused)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, failed)


def refused(error: errors.WikiError) -> Response:
    """The answer to a request that the wiki refuses."""
    answer = _stand_in(error) if isinstance(error, errors.Unavailable) else None
    if answer is not None:
        return answer
    status = status_of(error)
    note(status, error.code)
    is_visit = request.method in ("GET", "HEAD") and not wants_json()
    if status == 401 and is_visit and not actor().is_member:
        return see_other(url_of("login", next=request.full_path.rstrip("?")))
    answer = _answer(status, error.code, error.values)
    say_when(answer, error)
    return answer


def stand_in(show: Callable[..., Response]) -> Callable[[View], View]:
    """Mark a handler: while its page cannot be made, `show(error, **view_args)` may answer.

    `show` asks no database; it raises WikiError where it cannot answer either.
    """

    def mark(view: View) -> View:
        view.stand_in = show  # type: ignore[attr-defined]
        return view

    return mark


def _stand_in(error: errors.Unavailable) -> Response | None:
    view = current_app.view_functions.get(request.endpoint or "")
    show: Callable[..., Response] | None = getattr(view, "stand_in", None)
    # Other nodes go on saving: what this one has may be old.
    if error.code == APART or show is None or request.method not in ("GET", "HEAD"):
        return None
    try:
        return show(error, **(request.view_args or {}))
    except (errors.WikiError, OSError):
        return None


def say_when(answer: Response, error: errors.WikiError) -> None:
    """Say when to try again, where trying again helps."""
    if answer.status_code in (429, 503):
        answer.headers["Retry-After"] = str(error.values.get("seconds", WAIT))


def plain(error: errors.WikiError, **shown: object) -> Response:
    """The answer to a refusal on a page that needs nothing but this request."""
    text = sentence(language(), error.code, error.values)
    answer = _plain(status_of(error), error.code, text=text, typed=(), **shown)
    say_when(answer, error)
    return answer


def note(status: int, code: str) -> None:
    """Let the log tell of a refusal: of what, to whom. Who has to log in first is no news."""
    if status not in REFUSALS or (status == 401 and request.method in ("GET", "HEAD")):
        return
    journal.note(
        "refused",
        code=code,
        status=status,
        method=request.method,
        route=request.url_rule,
        member=actor().id,
        place=journal.place(wiki(), request.remote_addr or ""),
    )


def http(error: HTTPException) -> Response:
    """The answer to a request that Flask itself refuses: no such address, too large, ..."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    answer = _answer(error.code, f"http_{error.code}", {})
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def failed(error: Exception) -> Response:
    """The answer when the wiki itself failed: a number that also stands in the log."""
    if current_app.testing:
        raise error
    number = secrets.token_hex(4)
    log.error("failure %s in %s %s", number, request.method, request.path, exc_info=error)
    return _answer(500, "http_500", {"number": number})


def wants_json() -> bool:
    """Whether a script asks, which reads no page."""
    if request.is_json:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def _typed() -> list[tuple[str, int]]:
    """The texts of a POST that failed, to be copied from the page that says so; each with the
    lines that it needs on the screen."""
    # A form that is itself the trouble (too large, cut off) cannot be read.
    if request.method != "POST" or "form" not in vars(request):
        return []
    texts = [request.form[name] for name in TEXTS if request.form.get(name, "").strip()]
    return [(text, min(text.count("\n") + 2, MOST_ROWS)) for text in texts]


def _answer(status: int, code: str, values: Mapping[str, object]) -> Response:
    text = sentence(language(), code, values)
    if for_programs():
        return problem(status, code, text)
    if wants_json():
        answer = jsonify(error=code, message=text)
        answer.status_code = status
        return answer
    path = str(values.get("path", ""))
    shown: dict[str, Any] = {"status": status, "code": code, "text": text, "values": values}
    shown |= {"path": path, "typed": _typed()}
    try:
        page = render_template("http/errors/error.html", page_url=page_url, who=actor(), **shown)
    except errors.Unavailable:
        return _plain(**shown)
    except Exception:
        # The page's frame itself may be what failed: then a bare page.
        log.exception("the error page failed")
        return _plain(**shown)
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _plain(status: int, code: str, **shown: object) -> Response:
    return alone("http/errors/plain.html", status, code=code, **shown)


def alone(template: str, status: int, **shown: object) -> Response:
    """A page made without what all pages have: who reads it may be what cannot be known."""
    found = current_app.jinja_env.get_template(template)
    page = found.render(lang=language(), status=status, **shown)
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def bare(language: str, status: int, code: str, **values: object) -> str:
    """The barest page that says what is wrong, which needs neither a request nor the wiki."""
    text = sentence(language, code, values)
    shown = {"status": status, "code": code, "text": text, "typed": (), "posted": ()}
    return as_html("http/errors/plain.html", language, "UTC", **shown)


def for_programs() -> bool:
    """Whether who asks is a program at the address for programs."""
    return request.path.startswith(PROGRAMS)


def problem(
    status: int,
    code: str,
    text: str,
    *,
    fields: Sequence[tuple[str, str]] = (),
    more: Mapping[str, object] | None = None,
) -> Response:
    """Refuse a program with problem details in JSON (RFC 9457): `text` is for people.

    `fields` are (name, sentence) for each part of the request that is wrong.
    """
    told: dict[str, object] = {
        "type": "about:blank",
        "title": _phrase(status),
        "status": status,
        "detail": text,
        "code": code,
    }
    if fields:
        told["fields"] = [{"name": name, "detail": sentence} for name, sentence in fields]
    body = json.dumps(told | dict(more or {}), ensure_ascii=False)
    made = Response(body, status, content_type=PROBLEM_TYPE)
    made.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        made.headers["WWW-Authenticate"] = 'Bearer realm="Denktank"'
    return made


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
