"""Mail from templates: the words and filters of the screen, in the language of who gets it."""

from __future__ import annotations

import html
from datetime import datetime
from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from wiki.i18n import screen


def as_html(template: str, language: str, zone: str, /, **values: object) -> str:
    """A mail as HTML; `language` is a code, `zone` the name of a time zone."""
    return _environment(language, zone).get_template(template).render(lang=language, **values)


def as_text(template: str, language: str, zone: str, /, **values: object) -> str:
    """A mail as plain text: from a template of text that may use the words of HTML templates."""
    return html.unescape(as_html(template, language, zone, **values))


def block(template: str, name: str, language: str, zone: str, /, **values: object) -> str:
    """One block of a template of text, such as the subject of a mail."""
    made = _environment(language, zone).get_template(template)
    context = made.new_context({"lang": language, **values})
    return html.unescape("".join(made.blocks[name](context)))


@lru_cache(maxsize=64)
def _environment(language: str, zone: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(screen.templates()),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    screen.install(made, lambda: language, lambda: zone, _never)
    return made


def _never() -> datetime:
    raise NotImplementedError("nobody knows when a mail is read: it says no relative times")
