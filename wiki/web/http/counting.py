"""Counting views: in memory, one number for each page, written down once a minute.

It stands before the kept pages, so that those count too. Nothing of who looks is kept, not even
for a moment; what a process counted since its last minute is lost when it is killed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from wiki.domain.content.addresses import url_of
from wiki.domain.pages.views import is_robot
from wiki.engine import Wiki
from wiki.services.pages import views

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two times that a process writes down what it counted."""
PAGE = url_of("page", "")
SEEN = ("200", "304")
EXTENSION = "denktank-views"


class ViewCounter:
    """The WSGI layer that counts pages which somebody looked at."""

    def __init__(self, inner: WSGIApplication, wiki: Wiki) -> None:
        self._inner = inner
        self._wiki = wiki
        self._counted: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._due = time.monotonic() + EVERY

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, and count it if it is a view."""
        if not _is_view(environ):
            return self._inner(environ, start_response)

        def started(
            status: str, headers: list[tuple[str, str]], failure: Any = None
        ) -> Callable[[bytes], object]:
            if status.startswith(SEEN):
                self._count(environ["PATH_INFO"])
            return start_response(status, headers, failure)

        return self._inner(environ, started)

    def _count(self, address: str) -> None:
        # As WSGI has it: UTF-8 read as Latin-1.
        path = address.removeprefix(PAGE).encode("latin-1", "replace").decode(errors="replace")
        with self._lock:
            self._counted[path.strip("/")] += 1
            is_due = time.monotonic() >= self._due
            if is_due:
                self._due = time.monotonic() + EVERY
        if is_due:
            self.write()

    def write(self) -> None:
        """Write down what was counted; if that fails, try again a minute later."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        try:
            views.add(self._wiki, counted)
        except Exception:
            # A reader never pays for it.
            log.exception("views could not be written down")
            with self._lock:
                self._counted.update(counted)


def install(app: Flask, wiki: Wiki) -> None:
    """Count the views of pages, those from the cache too."""
    counter = ViewCounter(app.wsgi_app, wiki)
    app.wsgi_app = counter  # type: ignore[method-assign]
    app.extensions[EXTENSION] = counter


def _is_view(environ: WSGIEnvironment) -> bool:
    """Whether somebody looks at a page as it is now: no robot, nothing fetched ahead."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ.get("PATH_INFO", "").startswith(PAGE)
        and "at=" not in environ.get("QUERY_STRING", "")
        and "prefetch" not in environ.get("HTTP_SEC_PURPOSE", "")
        and "prefetch" not in environ.get("HTTP_PURPOSE", "")
        and not is_robot(environ.get("HTTP_USER_AGENT", ""))
    )
