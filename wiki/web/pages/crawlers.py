"""Robots: what they need not keep, and how much of what is costly they get.

History multiplies addresses: each version, each pair of versions, each sentence's origin. A robot
that follows them all asks for more than the site has pages, again and again. Who has no account
gets so much processor time for these in a minute, counted over all processes; what is kept costs
nothing, and a person does not come near that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from typing import Final

from flask import Flask, Response, g, request

from wiki.domain.errors import TooFast
from wiki.engine import Wiki
from wiki.i18n.errors import sentence
from wiki.services.access import rates
from wiki.services.access.rates import Rate
from wiki.web.http import errors
from wiki.web.http.context import actor, language, wiki

COSTLY = frozenset(
    {
        "blame.show",
        "history.compare",
        "history.show",
        "search.show",
        "whole_pages.export",
    }
)
"""Endpoints that compare, look back or gather; a page as it was (`at`) is another."""
UNSEEN = COSTLY | frozenset(
    {"accounts.login_form", "accounts.register_form", "moves.show_trash", "pages.raw"}
)
"""Endpoints that no search engine need keep."""
CLOSED: Final = (
    "account admin blame close comment-draft delete diff draft edit export hide history language"
    " login logout new notifications preview register rename reopen report restore search setup"
    " suggest suggestions theme trash undo unsubscribe upload views watch"
).split()
"""Where robots find nothing that is not elsewhere, or nothing that is for them."""
ROBOTS = "noindex, nofollow"


def install(app: Flask) -> None:
    """Count what is costly, and say what need not be kept."""
    app.jinja_env.globals.update(unseen=is_unseen, robots=ROBOTS)
    app.before_request(wait)

    @app.after_request
    def say(answer: Response) -> Response:
        count()
        if is_unseen() and request.endpoint != "static":
            answer.headers["X-Robots-Tag"] = ROBOTS
        return answer


def is_unseen() -> bool:
    """Whether this address is one of many for the same, or not for search engines."""
    return request.endpoint in UNSEEN or bool(request.args.get("at"))


def wait() -> Response | None:
    """Let who has no account wait if they cost too much lately; else note when this began."""
    rate = _rate()
    if rate is None or request.method != "GET" or actor().is_member:
        return None
    try:
        rates.count(wiki(), rate(wiki()), actor(), request.remote_addr or "", weight=0)
    except TooFast as error:
        # A page of its own, without lists and menus: refusing has to cost less than answering.
        told = sentence(language(), error.code, error.values)
        answer = errors.alone("http/errors/plain.html", 429, code=error.code, text=told, typed=())
        answer.headers["Retry-After"] = str(error.values.get("seconds", errors.WAIT))
        return answer
    g.costs_since = time.thread_time()
    return None


def count() -> None:
    """Count what an answer has cost; who is over their share waits the next time."""
    rate, since = _rate(), g.pop("costs_since", None)
    if rate is None or since is None:
        return
    spent = ceil(1000 * (time.thread_time() - since))
    with suppress(TooFast):
        rates.count(wiki(), rate(wiki()), actor(), request.remote_addr or "", weight=spent)


def _rate() -> Callable[[Wiki], Rate] | None:
    """Tell what this request counts for; endless forms too, by where they lead."""
    if request.endpoint in COSTLY or request.args.get("at"):
        return rates.costly
    return rates.forms if request.path.split("/")[1] in CLOSED else None
