"""Robots: what they need not keep, and how much of what is costly they get.

History multiplies addresses: each version, each pair of versions, each sentence's origin. A robot
that follows them all asks for more than the site has pages, again and again. Who has no account
gets so much processor time for these in a minute, counted over all processes; a person does not
come near that. Who had it is sent away before Flask dispatches: a robot goes on asking, and
dispatching costs more than saying no.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, request

from wiki.domain.access.rights import ANONYMOUS
from wiki.domain.errors import TooFast
from wiki.engine import Wiki
from wiki.services.access import rates
from wiki.services.access.rates import Rate
from wiki.web.http import cache, errors
from wiki.web.http.context import actor, language, wiki
from wiki.web.http.safety import BARE
from wiki.web.operation import health
from wiki.web.operation.placing import in_html

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COSTLY = frozenset("blame diff export history search".split())
"""Addresses that compare, look back or gather, by where they begin; a page as it was (`at`) is
another."""
UNSEEN = COSTLY | frozenset("login raw register trash".split())
"""Addresses that no search engine need keep."""
CLOSED: Final = (
    "account admin blame close comment-draft delete diff draft edit export hide history language"
    " login logout new notifications preview register rename reopen report restore search setup"
    " suggest suggestions theme trash undo unsubscribe upload views watch"
).split()
"""Where robots find nothing that is not elsewhere, or nothing that is for them."""
ROBOTS = "noindex, nofollow"
_AT = re.compile("(?:^|&)at=[^&]")


class Door:
    """The WSGI layer that sends away who has to wait, if nothing says that they have an account."""

    def __init__(self, inner: WSGIApplication, app: Flask, wiki: Wiki, prefix: str) -> None:
        self._inner = inner
        self._app = app
        self._wiki = wiki
        self._prefix = prefix
        self._session: str = app.config["SESSION_COOKIE_NAME"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        seconds = self._waits(environ)
        if not seconds:
            return self._inner(environ, start_response)
        began = time.perf_counter()
        cookies = cache.cookies_of(environ.get("HTTP_COOKIE", ""), self._session)
        language = cache.language_of(
            environ.get("HTTP_ACCEPT_LANGUAGE", ""), cookies.language, self._wiki.settings.language
        )
        body = _told(language, seconds, self._prefix).encode()
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            "Retry-After": str(seconds),
            "X-Robots-Tag": ROBOTS,
            **BARE,
        }
        start_response("429 TOO MANY REQUESTS", list(headers.items()))
        counts: health.Counts = self._app.extensions[health.COUNTS]
        counts.add("GET", 429, time.perf_counter() - began)
        return [body]

    def _waits(self, environ: WSGIEnvironment) -> int:
        """Seconds that who asks has to wait still; 0 for who may be somebody: Flask knows that."""
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ:
            return 0
        if self._session in environ.get("HTTP_COOKIE", ""):
            return 0
        is_old = _AT.search(environ.get("QUERY_STRING", "")) is not None
        rate = _rate(environ.get("PATH_INFO", ""), is_old)
        if rate is None:
            return 0
        address = environ.get("REMOTE_ADDR", "")
        return rates.waits(self._wiki, rate(self._wiki), ANONYMOUS, address)


def install(app: Flask, wiki: Wiki, prefix: str) -> None:
    """Count what is costly, and say what need not be kept."""
    app.jinja_env.globals.update(unseen=is_unseen, robots=ROBOTS)
    app.before_request(wait)
    app.wsgi_app = Door(app.wsgi_app, app, wiki, prefix)  # type: ignore[method-assign]

    @app.after_request
    def say(answer: Response) -> Response:
        count()
        if is_unseen():
            answer.headers["X-Robots-Tag"] = ROBOTS
        return answer


def is_unseen() -> bool:
    """Whether this address is one of many for the same, or not for search engines."""
    return _begins(request.path) in UNSEEN or _is_old()


def wait() -> Response | None:
    """Let who has no account wait if they cost too much lately; else note when this began."""
    rate = _rate(request.path, _is_old())
    if rate is None or request.method != "GET" or actor().is_member:
        return None
    seconds = rates.waits(wiki(), rate(wiki()), actor(), request.remote_addr or "")
    if not seconds:
        g.costs_since = time.thread_time()
        return None
    answer = Response(_told(language(), seconds, ""), 429)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Retry-After"] = str(seconds)
    return answer


def count() -> None:
    """Count what an answer has cost; who is over their share waits the next time."""
    rate, since = _rate(request.path, _is_old()), g.pop("costs_since", None)
    if rate is None or since is None:
        return
    spent = ceil(1000 * (time.thread_time() - since))
    with suppress(TooFast):
        rates.count(wiki(), rate(wiki()), actor(), request.remote_addr or "", weight=spent)


def _rate(path: str, is_old: bool) -> Callable[[Wiki], Rate] | None:
    """Tell what an address counts for; endless forms too, by where they lead."""
    begins = _begins(path)
    if begins in COSTLY or is_old:
        return rates.costly
    return rates.forms if begins in CLOSED else None


def _begins(path: str) -> str:
    return path.lstrip("/").partition("/")[0]


def _is_old() -> bool:
    return bool(request.args.get("at"))


@lru_cache(maxsize=256)
def _told(language: str, seconds: int, prefix: str) -> str:
    """The page that asks to wait, without lists or menus: refusing costs less than answering."""
    page = errors.bare(language, 429, "too_fast", seconds=seconds)
    return in_html(page, prefix) if prefix else page
