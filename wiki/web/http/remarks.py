"""A comment's words on a screen."""

from __future__ import annotations

from markupsafe import Markup

from wiki.render.slots import labels
from wiki.services.talk import comments
from wiki.web.http.context import actor, gettext, language, wiki


def html(text: str, path: str) -> Markup:
    """A comment on a page as this reader gets it, in their language."""
    return comments.html_of(wiki(), actor(), text, path, labels(gettext, language()))
