"""Pieces of screens that are made once: fifty rows of a history cost more than all else about it.

In templates: `{% set row = fragments("history row", path) %}`, then for each row
`{% call row(revision) %}...{% endcall %}`. All that a piece depends on is in its key, language and
time zone included; nothing in it may depend on the moment or on who asks. So a piece is never out
of date, and needs no invalidation.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from flask import Flask
from markupsafe import Markup

from wiki.web.http.context import language, zone

MOST = 1_500
"""Pieces that one process keeps, of about a kilobyte each."""

Key = tuple[Hashable, ...]


class Fragments:
    """The pieces of one process; the one used longest ago goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, *shared: Hashable) -> Callable[..., Markup]:
        """A function that gives a piece by the rest of its key: as it was made, else made now."""
        begin = (language(), zone(), *shared)

        def piece(*rest: Hashable, caller: Callable[[], Markup]) -> Markup:
            return self._piece((begin, rest), caller)

        return piece

    def _piece(self, key: Key, make: Callable[[], Markup]) -> Markup:
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


def install(app: Flask) -> None:
    """Give templates `fragments`."""
    app.jinja_env.globals["fragments"] = Fragments().of
