"""The member who makes this request: Flask-Login around the sessions that SQL keeps.

The signed session cookie carries the session's token and the secret of the CSRF tokens; the
token's hash is looked up for each request, so that a session ended anywhere is over everywhere.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, after_this_request, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user

from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.domain.members.members import Visit
from wiki.services.login import devices, passkeys, sessions
from wiki.services.login.passkeys import Relying
from wiki.services.login.sessions import Client
from wiki.web.http.context import wiki

COOKIE_SECONDS = 365 * 24 * 3600
"""The cookie may outlive the session, never the other way round: SQL says when it is over."""

MEMBERS_KEY = "_user_id"
"""Where Flask-Login keeps the session's token in the cookie."""

HALF_KEY = "half"
"""Where the token of a login is kept whose second step is to follow."""

PROVIDER_KEY = "by_provider"
"""Where is kept that this browser logged in with the OpenID provider."""

DEVICE_COOKIE = "DEVICE_COOKIE_NAME"
"""Where the application keeps under which name the browser has the next thing."""

PROGRAMS = frozenset({"api", "git"})
"""The blueprint in which a token says who asks, and a cookie nothing."""

DEVICE = "device"
"""What the browser keeps of who logged in there before (see services/devices)."""


class Person(UserMixin):  # type: ignore[misc]
    """The visit behind a session's token, as Flask-Login wants it."""

    def __init__(self, token: str, visit: Visit) -> None:
        self.token = token
        self.visit = visit

    def get_id(self) -> str:
        """Return what the cookie keeps."""
        return self.token


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, never sent in the clear once it came over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return super().get_cookie_secure(app) or request.is_secure


def install(app: Flask) -> None:
    """Recognise members by their cookie."""
    app.config["PERMANENT_SESSION_LIFETIME"] = COOKIE_SECONDS
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.session_interface = SessionCookie()
    manager = LoginManager()
    # Addresses of phones change all day; a stolen cookie is stopped by ending its session.
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(_load)
    app.before_request(_prefer)


def _load(token: str) -> Person | None:
    visit = sessions.visit_of(wiki(), token)
    return Person(token, visit) if visit else None


def _prefer() -> None:
    """The member's own language and time zone, before anything is written in them."""
    visit = current_visit()
    if visit:
        g.member_language = visit.language
        g.member_timezone = visit.timezone
        g.member_theme = visit.theme
        g.unread = visit.unread
        g.cautions = visit.cautions


def current_visit() -> Visit | None:
    """The visit of the member who makes this request; None if nobody is logged in."""
    # Without a token in the cookie there is nothing to load.
    if MEMBERS_KEY not in session or not current_user.is_authenticated:
        return None
    return cast(Visit, current_user.visit)


def current_actor() -> Actor:
    """The person who makes this request; `ANONYMOUS` if nobody is logged in."""
    if request.blueprint in PROGRAMS:
        # A cookie would let another site's page act for whoever looks at it.
        return cast(Actor, g.get("bearer_actor", ANONYMOUS))
    visit = current_visit()
    return visit.actor if visit else ANONYMOUS


def client(*, remember: bool = False) -> Client:
    """From where this request logs in."""
    return Client(
        address=request.remote_addr or "",
        agent=request.headers.get("User-Agent", ""),
        device=_device(),
        remember=remember,
    )


def enter(token: str) -> bool:
    """From this request on the browser is logged in with a new session's token.

    Nothing that was in the cookie before is kept: an attacker may have put it there. False if a
    second step is to follow first.
    """
    session.clear()
    g.pop("csrf_token", None)
    person = _load(token)
    if person is None:
        session[HALF_KEY] = token
        return False
    login_user(person)
    session.permanent = person.visit.remember
    after_this_request(_keep_device)
    _prefer()
    return True


def relying() -> Relying | None:
    """For whom this request's passkeys are; None where browsers make none."""
    return passkeys.relying(wiki().settings, request.host_url)


def session_id() -> int:
    """The session in which this request is made; 0 if nobody is logged in."""
    visit = current_visit()
    return visit.session if visit else 0


def half_token() -> str:
    """The token of this browser's login whose second step is to follow; empty if there is none."""
    return str(session.get(HALF_KEY, ""))


def _keep_device(answer: Response) -> Response:
    visit = current_visit()
    if visit and visit.actor.id is not None:
        device = devices.keep(wiki(), visit.actor.id, _device())
        answer.set_cookie(
            current_app.config[DEVICE_COOKIE],
            device,
            max_age=COOKIE_SECONDS,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"] or request.is_secure,
        )
    return answer


def _device() -> str:
    """Return what this browser keeps of earlier logins there; empty if nothing."""
    return request.cookies.get(current_app.config[DEVICE_COOKIE], "")


def note_provider() -> None:
    """This browser logged in with the OpenID provider."""
    session[PROVIDER_KEY] = True


def is_by_provider() -> bool:
    """Whether it did."""
    return bool(session.get(PROVIDER_KEY))


def leave() -> None:
    """Log out: the session is over, here and in SQL."""
    token = session.get(MEMBERS_KEY) or half_token()
    if token:
        sessions.end(wiki(), token)
    session.clear()
    g.pop("csrf_token", None)
    g.pop("_login_user", None)
