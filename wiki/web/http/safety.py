"""Rules for every answer and request: security headers, our own host name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from wiki.domain import proxies
from wiki.domain.errors import Invalid
from wiki.domain.proxies import Proxies
from wiki.render.slots import IN_PLACE
from wiki.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
BARE = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY, **HEADERS}
"""Headers of an answer that Flask does not make, and nobody keeps."""
FOR, PROTO, HOST = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"
FORWARDED = (FOR, PROTO, HOST)
OWN = "private, no-cache"
"""How long an answer is kept that says nothing else: by the visitor's browser, which asks again."""
KEEPING = re.compile("public|private|no-store")
"""Words of an answer that said itself who may keep it."""
_IN_PLACE = f'<a class="external {IN_PLACE}"'.encode()
_OTHER_SITE = re.compile(_IN_PLACE + rb' href="(https?://[A-Za-z0-9.-]+(?::\d{1,5})?)(?=[/?#"])')
MOST_SITES = 50
"""Sites that a policy names one by one: headers have their bounds."""
A_YEAR = 31_536_000
LARGEST_ID = 2**31 - 1


class IdConverter(IntegerConverter):
    """A number in an address; one that no database column holds is an address of nothing."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def install(app: Flask, settings: Settings) -> None:
    """Check hosts and numbers of every request, put the security headers on every answer."""
    app.url_map.converters["int"] = IdConverter
    ours = urlsplit(settings.base_url)
    hosts = LOCAL_HOSTS | {ours.hostname or ""} if ours.hostname else frozenset()

    @app.before_request
    def our_host() -> None:
        if hosts and host_name(request.host) not in hosts:
            raise Invalid("host_unknown")

    @app.after_request
    def headers(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", policy(other_sites(answer)))
        # Rights decide what somebody sees: nothing on the way may keep it for others.
        if not KEEPING.search(answer.headers.get("Cache-Control", "")):
            answer.headers["Cache-Control"] = OWN
        if ours.scheme == "https":
            answer.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
        return answer


class Gate:
    """The WSGI layer that settles what a request says of itself before anything reads it.

    Believes the proxies that are named about the visitor, and nobody else; leaves out what no
    cookie holds, which Flask could not read.
    """

    def __init__(self, inner: WSGIApplication, proxies: Proxies) -> None:
        self._inner = inner
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        cookies = environ.get("HTTP_COOKIE", "")
        if not cookies.isascii():
            environ["HTTP_COOKIE"] = cookies.encode("ascii", "ignore").decode()
        if not self._proxies:
            return self._inner(environ, start_response)
        said = {name: _values(environ, name) for name in FORWARDED}
        peer = environ.get("REMOTE_ADDR", "")
        through = self._proxies.between(peer, said[FOR])
        if not through:
            return self._inner(environ, start_response)
        # A proxy may add a value to the list or put its own in place of it.
        hops = {name: min(through, len(values)) for name, values in said.items()}
        fix = ProxyFix(self._inner, x_for=hops[FOR], x_proto=hops[PROTO], x_host=hops[HOST])
        return fix(environ, start_response)


def _values(environ: WSGIEnvironment, name: str) -> list[str]:
    """The values of a header that is a list."""
    written = environ.get(name, "")
    return [value.strip() for value in written.split(",")] if written else []


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe what the proxies that are named say about the visitor, and nobody else."""
    gate = Gate(app.wsgi_app, proxies.read(settings.trusted_proxies))
    app.wsgi_app = gate  # type: ignore[method-assign]


def policy(others: Sequence[str] = ()) -> str:
    """Say this answer's Content Security Policy (W3C, level 3); with an editor it has a nonce.

    `others` are the sites whose pictures may come on it.
    """
    said = POLICY.replace("data:", " ".join(["data:", *others])) if others else POLICY
    nonce = g.get("csp_nonce")
    return f"{said}; style-src 'self' 'nonce-{nonce}'" if nonce else said


def other_sites(answer: Response) -> Sequence[str]:
    """The sites of which an answer holds pictures that come in place once the reader asks."""
    if answer.mimetype != "text/html" or not answer.is_sequence:
        return ()
    body = answer.get_data()
    if _IN_PLACE not in body:
        return ()
    found = dict.fromkeys(match[1].decode() for match in _OTHER_SITE.finditer(body))
    return list(found) if len(found) <= MOST_SITES else ["https:"]


def host_name(host: str) -> str:
    """The host without its port, in lower case."""
    bare = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return bare.lower()
