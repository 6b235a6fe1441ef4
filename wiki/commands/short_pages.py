"""The page that the server itself answers, where the application is not asked."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from wiki.i18n.errors import sentence
from wiki.i18n.mail_templates import as_html
from wiki.web.http.safety import HEADERS, POLICY


def answer(status: int, language: str) -> bytes:
    """A whole answer that says what is wrong and what to do; the connection ends with it."""
    body = _page(status, language)
    headers = {
        "Date": formatdate(usegmt=True),
        "Connection": "close",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
        **HEADERS,
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@lru_cache(maxsize=32)
def _page(status: int, language: str) -> bytes:
    code = f"http_{status}"
    text = sentence(language, code)
    shown = {"status": status, "code": code, "text": text, "typed": (), "posted": ()}
    return as_html("http/errors/plain.html", language, "UTC", **shown).encode()
