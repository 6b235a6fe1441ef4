"""Answers of a web process whose wiki could not be opened yet: a killed one comes back at any time.

Whether the wiki can be opened at all the supervisor has seen before; what fails here is a fault,
and faults pass.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from wiki.app import outermost
from wiki.commands.serving import short_pages
from wiki.domain.errors import Unavailable
from wiki.i18n import languages
from wiki.settings import Settings
from wiki.web.http.context import LANGUAGE_COOKIE
from wiki.web.operation.health import Alive

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

RETRY = 1.0


class Opening:
    """The application that `make` gives, once it gives one; until then 503 with a short page.

    It is tried at once, then every `RETRY` seconds in a thread of its own.
    """

    def __init__(self, make: Callable[[], WSGIApplication], settings: Settings) -> None:
        self._make = make
        self._settings = settings
        self._app = outermost(Alive(self._unavailable), settings)
        self._said = ""
        if not self._is_open():
            threading.Thread(target=self._retry, name="opening", daemon=True).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._app(environ, start_response)

    def _retry(self) -> None:
        while not self._is_open():
            time.sleep(RETRY)

    def _is_open(self) -> bool:
        try:
            self._app = self._make()
        except Exception as error:
            # Whatever it is: a process that ended of it would only be started again.
            if str(error) != self._said:
                self._said = str(error)
                # What only has to wait for a disk or a database says enough by its name.
                trace = None if isinstance(error, Unavailable) else error
                log.error(
                    "the wiki cannot be opened: %s; trying again until it can",
                    error,
                    exc_info=trace,
                )
            return False
        return True

    def _unavailable(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        request = Request(environ)
        language = languages.choose(
            request.headers.get("Accept-Language", ""),
            request.cookies.get(LANGUAGE_COOKIE, ""),
            default=self._settings.language,
        )
        page, headers = short_pages.page(503, language, self._settings.prefix)
        return Response(page, 503, headers)(environ, start_response)
