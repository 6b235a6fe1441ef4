"""The page that the server itself answers, where the application is not asked."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from wiki.web.http.errors import bare
from wiki.web.http.safety import BARE
from wiki.web.operation.placing import in_html


def answer(status: int, language: str, prefix: str) -> bytes:
    """A whole answer that says what is wrong and what to do; the connection ends with it."""
    body, shown = page(status, language, prefix)
    headers = {
        "Date": formatdate(usegmt=True),
        "Connection": "close",
        "Content-Length": str(len(body)),
        **shown,
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def page(status: int, language: str, prefix: str) -> tuple[bytes, dict[str, str]]:
    """The page alone, and the headers that go with it on any connection."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        **BARE,
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    return _page(status, language, prefix), headers


@lru_cache(maxsize=32)
def _page(status: int, language: str, prefix: str) -> bytes:
    return in_html(bare(language, status, f"http_{status}"), prefix).encode()
