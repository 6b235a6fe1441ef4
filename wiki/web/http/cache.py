"""Whole pages for readers who are not logged in, answered before Flask dispatches.

A kept page is exact: it is served only while the wiki is as it was when the page was made (the
database's version and the branch's stamp), and until the next moment at which time alone would
change it. It stands between the server and Flask because dispatching a request costs more than
answering one from here.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, request
from werkzeug.http import parse_cookie

from wiki.engine import Wiki
from wiki.i18n.languages import choose
from wiki.web.http.context import LANGUAGE_COOKIE, THEME_COOKIE, THEMES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LIMIT = 16 * 1024 * 1024
"""Bytes that one process keeps."""
LARGEST = 1024 * 1024
FOREVER = "public, max-age=31536000, immutable"
"""For static files whose address carries a mark of their content."""
FACES = "/static/fonts/"
"""Asked for by style sheets, without a mark; a new version gets a new name."""
MARK = "denktank.fresh"
VERSION = "denktank.version"
PAGES = "denktank-pages"

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of a reader that say which page they get."""

    is_somebody: bool = False
    language: str = ""
    theme: str = ""


@dataclass(slots=True)
class Page:
    """One answer that is kept: valid for one version of the wiki, until one moment (seconds).

    `own_for` are members to whom it looks different; pages for other readers have none.
    """

    version: object
    until: float
    headers: list[tuple[str, str]]
    etag: str
    body: bytes
    packed: bytes = b""
    own_for: frozenset[int | None] = frozenset()

    @property
    def size(self) -> int:
        """Roughly how much memory it takes, in bytes."""
        return 2 * len(self.body) + 2000


@dataclass
class Pages:
    """Kept pages up to a number of bytes; the one used longest ago goes first."""

    limit: int = LIMIT
    hits: int = 0
    misses: int = 0
    _pages: OrderedDict[Key, Page] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Key, version: object) -> Page | None:
        """The page as it is now, or None."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.version != version or page.until <= time.time():
                self.misses += 1
                return None
            self._pages.move_to_end(key)
            self.hits += 1
            return page

    def put(self, key: Key, page: Page) -> None:
        """Keep a page, and let go of others if that is too much."""
        with self._lock:
            old = self._pages.pop(key, None)
            self._bytes += page.size - (old.size if old else 0)
            self._pages[key] = page
            while self._bytes > self.limit:
                _, gone = self._pages.popitem(last=False)
                self._bytes -= gone.size


class PageCache:
    """The WSGI layer that answers from `Pages`, or lets Flask answer and keeps that."""

    def __init__(self, inner: WSGIApplication, wiki: Wiki, session_cookie: str) -> None:
        self._inner = inner
        self._wiki = wiki
        self._session = session_cookie
        self._seen: object = None
        self.pages = Pages()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._inner(environ, start_response)
        cookies = cookies_of(environ.get("HTTP_COOKIE", ""), self._session)
        if cookies.is_somebody:
            return self._inner(environ, start_response)
        version = version_of(self._wiki)
        # The site's own language is part of the key.
        if version != self._seen and self._wiki.renew():
            self._seen = version
        key = self._key(environ, cookies)
        page = self.pages.get(key, version)
        if page is None:
            return self._ask(environ, start_response, key)
        return _serve(page, environ, start_response)

    def _key(self, environ: WSGIEnvironment, cookies: Cookies) -> Key:
        return (
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_HOST", ""),
            language_of(
                environ.get("HTTP_ACCEPT_LANGUAGE", ""),
                cookies.language,
                self._wiki.settings.language,
            ),
            cookies.theme,
        )

    def _ask(
        self, environ: WSGIEnvironment, start_response: StartResponse, key: Key
    ) -> Iterable[bytes]:
        answer: list[Any] = []

        def started(
            status: str, headers: list[tuple[str, str]], failure: Any = None
        ) -> Callable[[bytes], object]:
            answer[:] = [status, headers]
            return start_response(status, headers, failure)

        body = self._inner(environ, started)
        fresh = environ.get(MARK)
        if fresh is None or environ["REQUEST_METHOD"] != "GET":
            return body
        chunks = list(body)
        close = getattr(body, "close", None)
        if close:
            close()
        whole = b"".join(chunks)
        version = environ.get(VERSION)
        if any(name == "Set-Cookie" for name, _ in answer[1]):
            return chunks
        # A change during the request: what was read may be older or newer than either version.
        if len(whole) <= LARGEST and version == version_of(self._wiki):
            headers = [(name, value) for name, value in answer[1] if name != "Content-Length"]
            etag = next((value for name, value in headers if name == "ETag"), "")
            self.pages.put(key, Page(version, fresh, headers, etag, whole))
        return chunks


def version_of(wiki: Wiki) -> object:
    """Return the version of everything that a page depends on; costs microseconds."""
    return (wiki.database.version(), wiki.store.stamp())


def fresh_until(moment: datetime) -> None:
    """Say that time alone changes this page at `moment`; the earliest of several counts."""
    g.fresh_until = min(moment.timestamp(), g.get("fresh_until", moment.timestamp()))


def until(wiki: Wiki) -> float:
    """The moment at which time alone changes the page that was just made, in seconds."""
    midnight = _midnight(wiki.clock(), wiki.settings.timezone)
    return float(min(midnight, g.get("fresh_until", midnight)))


def install(app: Flask, wiki: Wiki, endpoints: frozenset[str]) -> None:
    """Keep the pages of these endpoints; also give them an ETag, so that browsers ask briefly."""

    @app.before_request
    def note_version() -> None:
        request.environ[VERSION] = version_of(wiki)

    @app.after_request
    def mark(answer: Response) -> Response:
        if request.endpoint == "static" and ("v" in request.args or FACES in request.path):
            answer.headers["Cache-Control"] = FOREVER
        if request.endpoint not in endpoints or answer.status_code != 200:
            return answer
        if answer.is_streamed or answer.cache_control.no_store:
            return answer
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        answer.vary.update(("Cookie", "Accept-Language"))
        if app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return answer
        # Weak, because the same page may go out packed.
        answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:20], weak=True)
        request.environ[MARK] = until(wiki)
        return answer

    cache = PageCache(app.wsgi_app, wiki, app.config["SESSION_COOKIE_NAME"])
    app.wsgi_app = cache  # type: ignore[method-assign]
    app.extensions[PAGES] = cache.pages


def _midnight(now: datetime, zone: str) -> float:
    """When the next day begins where the site is: every page may say "today"."""
    here = now.astimezone(ZoneInfo(zone))
    tomorrow = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow.timestamp()


@lru_cache(maxsize=2000)
def cookies_of(header: str, session: str) -> Cookies:
    """The cookies as Flask will read them, quoted or double: the key must say what it shows."""
    if not header:
        return Cookies()
    read = parse_cookie(header)
    theme = read.get(THEME_COOKIE, "")
    return Cookies(
        is_somebody=session in read,
        language=read.get(LANGUAGE_COOKIE, ""),
        theme=theme if theme in THEMES else "",
    )


@lru_cache(maxsize=2000)
def language_of(accept: str, cookie: str, default: str) -> str:
    """The language of a reader without an account, as Flask will choose it."""
    return choose(accept, cookie, "", default)


def _serve(page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if page.etag and page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        kept = [(n, v) for n, v in page.headers if n not in ("Content-Type", "Content-Encoding")]
        start_response("304 NOT MODIFIED", kept)
        return []
    headers, body = list(page.headers), page.body
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        if not page.packed:
            page.packed = gzip.compress(body, 6, mtime=0)
        body = page.packed
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
