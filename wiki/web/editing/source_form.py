"""The text in the editor's form: front matter as fields (`front` beside `text`), or as source.

`text` is the whole file, as programs send it, unless `front` comes with it: then it is the body.
"""

from __future__ import annotations

from dataclasses import replace

from flask import request

from wiki.domain.content import frontmatter, text
from wiki.domain.content.pages import Kind
from wiki.domain.errors import Refused
from wiki.render import frontmatter as reading
from wiki.services.content import contents, fields
from wiki.services.editing.editor import Editor

AS_SOURCE, AS_FIELDS = "source", "fields"
"""What the buttons ask (`do`) that show the same page another way."""


def whole() -> str:
    """The whole text that was sent, be it in one piece or in two."""
    form = request.form
    front, body = (text.normalise(form.get(name, "")) for name in ("front", "text"))
    return frontmatter.joined(front, body)


def may_be_body() -> bool:
    """Whether a program sent what the form shows in `text`, and nothing of the fields beside it."""
    form = request.form
    return "front" not in form and form.get("source") != "yes"


def asks(action: str) -> bool:
    """Whether a button asks for the other way to show the page."""
    return action in (AS_SOURCE, AS_FIELDS)


def turned(shown: Editor) -> Editor:
    """The editor with its fields in the text, or out of it; as it is where the text forbids it."""
    if request.form.get("do") == AS_SOURCE:
        written = fields.apply(shown.text, fields.changed(shown.fields, shown.was))
        return replace(shown, text=written, as_source=True, fields={}, was={})
    return with_fields(shown)


def with_fields(shown: Editor) -> Editor:
    """The editor with the fields that its text has; as source if they cannot be read."""
    with contents.spared():
        meta = reading.read(shown.text)
        values = fields.values(meta, shown.text)
    problems = tuple(code for code in meta.problems if code.startswith(fields.UNREADABLE))
    if problems:
        return replace(shown, as_source=True, problems=problems)
    title = meta.title or shown.title
    return replace(shown, kind=meta.kind, title=title, fields=values, was=values, as_source=False)


def kind_of(given: dict[str, str]) -> Kind:
    """The kind of page that a form with these fields is for."""
    if "date" in given:
        return Kind.DIALOGUE
    return Kind.QUESTION if "status" in given else Kind.PAGE


def needs_source(written: str, given: dict[str, str]) -> bool:
    """Whether a form has to come back as source: its fields are not those that its text has."""
    if request.form.get("source") == "yes" or not given:
        return True
    try:
        with contents.spared():
            meta = reading.read(written)
    except Refused:
        return True
    broken = any(code.startswith(fields.UNREADABLE) for code in meta.problems)
    return broken or meta.kind is not kind_of(given)
