"""Forms: the CSRF check of every POST, and the promise that nothing typed is ever lost.

A POST that is refused is answered with its own form, filled, with a fresh token; who is not
logged in (any more) finds fields for that in the same form, and sending it logs in and carries on.
A handler names the function that shows its form with `@refill(show)`; without one, a plain page
carries all fields on.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, current_app, make_response, render_template, request, session
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Forbidden, Invalid, LoginRequired, Unavailable, WikiError
from wiki.domain.faults import of_disk
from wiki.i18n.errors import field_sentences, sentence
from wiki.services.login import second_factor, sessions
from wiki.services.members import terms
from wiki.web.http import errors, login, sizes
from wiki.web.http.context import actor, language, respond, wiki

log = logging.getLogger(__name__)

_HIGH = re.compile(rb"(?:%[89A-Fa-f][0-9A-Fa-f])+")

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
"""What a field of ours is called; others are not carried on."""

TOKEN = "csrf_token"
HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
STEP = "second_code"
"""The field with a code of the second step, beside those for name and password."""

LOGIN_FIELDS = frozenset({"username", "password", STEP})
VISIBLE = ("title", "path", "new_path", "text", "summary", "reason", "name", "email")
"""Fields that the plain page shows; the others it carries unseen."""

TERMS_ASKED = "terms_asked"
TERMS_FIELDS = frozenset({"terms", "terms_accepted"})
BEFORE_TERMS = tuple(
    map(url_of, ("account", "logout", "terms", "preview", "draft_new", "notifications"))
)
"""What somebody may still do who did not accept the terms: look, and see to their account."""

View = TypeVar("View", bound=Callable[..., Any])
Show = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form is shown again; an empty one when it is shown for the first time.

    `fields` are (field, sentence); `login` says that the form needs a username and a password, or
    only the second step (`step`) if those were right already.
    """

    code: str = ""
    status: int = 200
    text: str = ""
    fields: Sequence[tuple[str, str]] = ()
    login: bool = False
    step: bool = False
    error: WikiError | None = None

    def __bool__(self) -> bool:
        return bool(self.code)

    def of(self, name: str) -> str:
        """The sentence about one field, or empty."""
        return next((text for known, text in self.fields if known == name), "")


@dataclass(frozen=True, slots=True)
class Posted:
    """One field of a refused POST; the value of a secret one is not kept."""

    name: str
    value: str
    secret: bool = False
    visible: bool = field(default=False)

    @property
    def rows(self) -> int:
        """Lines that the field needs on the screen; 1 is an ordinary field."""
        if self.name != "text" and "\n" not in self.value:
            return 1
        return min(24, max(6, self.value.count("\n") + 2))


def install(app: Flask) -> None:
    """Guard every POST, and answer refusals with the form that was sent."""
    app.jinja_env.globals.update(csrf_token=generate_csrf, typed=typed)
    app.before_request(_guard)
    app.register_error_handler(WikiError, refused)
    app.register_error_handler(Exception, failed)


def refill(show: Show) -> Callable[[View], View]:
    """Mark a handler: when its POST is refused, `show(problem=..., **view_args)` answers.

    `show` gives the form with what was typed (`typed()` in templates); its status is set here.
    """

    def mark(view: View) -> View:
        view.refill = show  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a handler whose form is for readers who are not logged in."""
    view.public = True  # type: ignore[attr-defined]
    return view


def signed(view: View) -> View:
    """Mark a handler whose address is itself the proof of who asks: it needs no token, no login."""
    view.signed = True  # type: ignore[attr-defined]
    return view


def page(template: str, problem: Problem | None = None, **values: Any) -> Response:
    """A page with a form; `problem` says why it is shown again."""
    answer = respond(template, problem=problem or Problem(), **values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def typed(name: str, default: str = "") -> str:
    """Return what was typed in a field that is shown again, else the default; never a secret."""
    if is_secret(name) or request.method in SAFE:
        return default
    return request.form.get(name, default)


def is_secret(name: str) -> bool:
    """Whether a field's value may never be shown."""
    return "password" in name or name in (TOKEN, STEP, "code")


def posted() -> list[Posted]:
    """The fields of this POST, to be sent once more; without token and login fields."""
    fields = []
    for name, value in request.form.items(multi=True):
        if (
            name == TOKEN
            or not _NAME.fullmatch(name)
            or (name in LOGIN_FIELDS and not _is(_view(), "public"))
        ):
            continue
        if name in TERMS_FIELDS:
            continue
        secret = is_secret(name)
        fields.append(Posted(name, "" if secret else value, secret, secret or name in VISIBLE))
    return fields


# -- the guard --


def _guard() -> None:
    """Before a POST is handled: its token is good, and a login in the same form is done."""
    if request.method in SAFE or request.endpoint is None:
        return
    sizes.check(_view())
    if _is(_view(), "signed"):
        return
    is_text = _is_utf8()
    _check_token()
    if not is_text:
        raise Invalid("form_not_utf8")
    if not (actor().is_member or _is(_view(), "public")) and not _resume():
        raise LoginRequired("second_step_needed")
    _ask_terms()


def _resume() -> bool:
    """Log in with the fields for that in the form, if there are any; False if a step is missing."""
    code = request.form.get(STEP, "")
    if code and login.half_token():
        return take_step(code)
    name, password = request.form.get("username", ""), request.form.get("password", "")
    return log_in(name, password) if name and password else True


def _ask_terms() -> None:
    """Ask for acceptance of the terms before anything else, in the form that was sent."""
    if _is(_view(), "public") or request.path.startswith(BEFORE_TERMS):
        return
    if not terms.owes(wiki(), actor()):
        return
    stamped = accepted_terms()
    if not stamped:
        raise Forbidden(TERMS_ASKED)
    try:
        terms.accept(wiki(), actor(), stamped)
    except Invalid as error:
        raise Forbidden(TERMS_ASKED) from error


def accepted_terms() -> str:
    """The stamp of the terms that this form accepts; empty if its box is not ticked."""
    return request.form.get("terms", "") if request.form.get("terms_accepted") else ""


def _is_utf8() -> bool:
    """Whether the form that was posted is UTF-8: Flask would quietly keep what is not as `%E9`.

    To be asked before the form is read, since the bytes are gone after that.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        return True
    data = request.get_data()
    if data.isascii():
        # In UTF-8 a letter's bytes above 127 stand together: what is between need not be decoded.
        data = b" ".join(_HIGH.findall(data))
    try:
        unquote_to_bytes(data).decode()
    except UnicodeDecodeError:
        return False
    return True


def _check_token() -> None:
    sent = request.form.get(TOKEN, "") or request.headers.get(HEADER, "")
    try:
        validate_csrf(sent)
    except ValidationError as error:
        errors.note(HTTPStatus.FORBIDDEN, "csrf_wrong")
        raise Invalid("csrf_wrong" if session else "csrf_cookie") from error


def log_in(name: str, password: str, *, remember: bool = False) -> bool:
    """Log this browser in; False if a second step is to follow.

    Raises what `sessions.authenticate` raises.
    """
    client = login.client(remember=remember)
    token = sessions.authenticate(
        wiki(),
        name,
        password,
        address=client.address,
        agent=client.agent,
        device=client.device,
        remember=remember,
    )
    return login.enter(token)


def take_step(code: str) -> bool:
    """Take the second step of this browser's login with a code; raises what that raises."""
    token = second_factor.finish(wiki(), login.half_token(), code, login.client())
    return login.enter(token)


# -- refusals --


def refused(error: WikiError) -> Response:
    """The answer to a refused request: its form again if it was one, else an error page."""
    if request.method in SAFE or request.endpoint is None:
        return errors.refused(error)
    if request.is_json or request.accept_mimetypes.best == "application/json":
        answer = errors.refused(error)
        # A script that kept the page open for days can go on with a fresh token.
        answer.headers[HEADER] = generate_csrf()
        return answer
    if not _is_worth(error):
        return errors.refused(error)
    try:
        return _again(error)
    except Unavailable as away:
        # The page around the form needs what is away; the form itself needs nothing.
        return _plainly(away)


def failed(error: Exception) -> Response:
    """The answer when something failed: a disk that is full or failing is a refusal."""
    fault = of_disk(error)
    if fault is None:
        return errors.failed(error)
    log.error("%s in %s %s", fault.code, request.method, request.path, exc_info=error)
    return refused(fault)


def _plainly(error: Unavailable) -> Response:
    action = request.full_path.rstrip("?")
    shown = {"posted": posted(), "action": action, "files": list(request.files)}
    return errors.plain(error, **shown)


def _is_worth(error: WikiError) -> bool:
    if error.code.startswith("csrf_") or isinstance(error, LoginRequired):
        return True
    if error.code == TERMS_ASKED:
        return True
    if hasattr(_view(), "refill"):
        return True
    return any(item.visible and item.value for item in posted())


def _again(error: WikiError) -> Response:
    problem = problem_of(error)
    errors.note(problem.status, problem.code)
    answer = None if error.code == TERMS_ASKED else _refilled(problem)
    if answer is None:
        asked = terms.current(wiki()) if error.code == TERMS_ASKED else None
        shown = {"problem": problem, "posted": posted(), "terms": asked}
        answer = make_response(render_template("members/accounts/resume.html", **shown))
    answer.status_code = problem.status
    answer.headers["Cache-Control"] = "no-store"
    errors.say_when(answer, error)
    return answer


def _refilled(problem: Problem) -> Response | None:
    show: Show | None = getattr(_view(), "refill", None)
    if show is None:
        return None
    try:
        return show(problem=problem, **(request.view_args or {}))
    except WikiError as error:
        # The form itself may be closed to this reader; the plain page needs nothing but the POST.
        log.info("the form of %s cannot be shown: %s", request.path, error.code)
        return None


def problem_of(error: WikiError) -> Problem:
    """The refusal as the form shows it, in the reader's language."""
    return Problem(
        code=error.code,
        status=errors.status_of(error),
        text=sentence(language(), error.code, error.values),
        fields=field_sentences(language(), error),
        login=not actor().is_member and not _is(_view(), "public"),
        step=bool(login.half_token()),
        error=error,
    )


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _is(view: Callable[..., Any] | None, mark: str) -> bool:
    return bool(getattr(view, mark, False))
