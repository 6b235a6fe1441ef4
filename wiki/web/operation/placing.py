"""A wiki under a path of a site, its prefix: `BASE_URL = https://example.org/denktank`.

Inside, every address begins at the root of the wiki, so nothing there has to think of the prefix.
What a request says of it goes off here, before anything reads the address; it comes on again where
an answer names addresses: in HTML before the page is kept, in headers when it goes out. JSON and
plain text ask `context.placed`; addresses with a host have the prefix from BASE_URL. A wiki that
has a host for itself has none of these layers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response

from wiki.domain.content.addresses import within
from wiki.domain.proxies import Proxies

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HELD_IN = (
    "href src action formaction poster data-draft-url data-mentions data-offers data-passkey"
    " data-preview-url data-suggest data-url"
).split()
"""The attributes in which pages hold addresses; templates are held against this list."""

_TAG = re.compile(r"""<[A-Za-z](?:[^"'>]++|"[^"]*+"|'[^']*+')*+>?""")
"""What is never closed is one match too, so that none is looked at twice."""
_ADDRESS = re.compile(rf'(\s(?:{"|".join(HELD_IN)})=")/(?!/)')
_COOKIE_PATH = re.compile(r"; Path=/(?=;|$)")
_TAKEN_AWAY = "HTTP_X_FORWARDED_PREFIX"


class Placed:
    """The outermost WSGI layer of a wiki under a prefix, which says and reads it for all others."""

    def __init__(self, inner: WSGIApplication, prefix: str, proxies: Proxies) -> None:
        self._inner = inner
        self._prefix = prefix
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not self._is_taken_away(environ):
            environ["PATH_INFO"] = within(environ.get("PATH_INFO", ""), self._prefix)
        environ["SCRIPT_NAME"] = self._prefix

        def started(
            status: str, headers: list[tuple[str, str]], failure: Any = None
        ) -> Callable[[bytes], object]:
            return start_response(status, [self._header(*one) for one in headers], failure)

        return self._inner(environ, started)

    def _is_taken_away(self, environ: WSGIEnvironment) -> bool:
        """Whether a proxy that is believed says that it took the prefix away."""
        said = environ.get(_TAKEN_AWAY, "").rstrip("/") == self._prefix
        return said and bool(self._proxies.between(environ.get("REMOTE_ADDR", ""), ()))

    def _header(self, name: str, value: str) -> tuple[str, str]:
        if name == "Location" and value.startswith("/") and not value.startswith("//"):
            return name, self._prefix + value
        if name == "Set-Cookie":
            return name, _COOKIE_PATH.sub(f"; Path={self._prefix}", value)
        return name, value


def install(app: Flask, prefix: str) -> None:
    """Put the prefix in every page; after what fills pages, before what keeps them."""
    if not prefix:
        return

    @app.after_request
    def place(answer: Response) -> Response:
        if answer.mimetype == "text/html" and answer.is_sequence:
            answer.set_data(in_html(answer.get_data(as_text=True), prefix))
        return answer


def in_html(html: str, prefix: str) -> str:
    """The HTML with the prefix in front of each address of the wiki; other text stays as it is.

    Our pages are well-formed: a `<` is the beginning of a tag, and addresses stand in `"`.
    """

    def placed(tag: re.Match[str]) -> str:
        return _ADDRESS.sub(rf"\1{prefix}/", tag[0]) if '="/' in tag[0] else tag[0]

    return _TAG.sub(placed, html)
