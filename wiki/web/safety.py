"""What every answer and request must satisfy: security headers, our own host name."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from wiki.domain.errors import Invalid
from wiki.settings import Settings

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
        answer.headers.setdefault("Content-Security-Policy", policy())
        if ours.scheme == "https":
            answer.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
        return answer


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe what so many proxies say about the visitor; nobody else's X-Forwarded-* counts."""
    proxies = settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )


def policy() -> str:
    """The content security policy of this answer; a page with the editor names its nonce."""
    nonce = g.get("csp_nonce")
    return f"{POLICY}; style-src 'self' 'nonce-{nonce}'" if nonce else POLICY


def host_name(host: str) -> str:
    """The host without its port, in lower case."""
    bare = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return bare.lower()
