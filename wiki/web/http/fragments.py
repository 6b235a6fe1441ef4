"""Pieces of screens that are made once: fifty rows of a history cost more than all else about it.

In templates: `{% set row = fragments("history row", path) %}`, then for each row
`{% call row(revision) %}...{% endcall %}`. All that a piece depends on is in its key, language and
time zone included; nothing in it may depend on the moment or on who asks. So a piece is never out
of date, and needs no invalidation.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from flask import Flask
from markupsafe import Markup

from wiki.shelf import Shelf
from wiki.web.http.context import language, zone

MOST = 1_500
"""Pieces that one process keeps, of about a kilobyte each."""

Key = tuple[Hashable, ...]


class Fragments:
    """The pieces of one process; the one used longest ago goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: Shelf[Key, Markup] = Shelf(most)

    def of(self, *shared: Hashable) -> Callable[..., Markup]:
        """A function that gives a piece by the rest of its key: as it was made, else made now."""
        begin = (language(), zone(), *shared)

        def piece(*rest: Hashable, caller: Callable[[], Markup]) -> Markup:
            return self._piece((begin, rest), caller)

        return piece

    def _piece(self, key: Key, make: Callable[[], Markup]) -> Markup:
        piece = self._kept.get(key)
        if piece is None:
            piece = make()
            self._kept.put(key, piece)
        return piece


def install(app: Flask) -> None:
    """Give templates `fragments`."""
    app.jinja_env.globals["fragments"] = Fragments().of
