"""The buttons of the form for a new page that begin it with a page to start from.

They send the whole form, so nothing that was typed is lost: where there is a text of one's own, the
form comes back and asks what to do with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import request

from wiki.domain.content import text
from wiki.domain.content.pages import STATUSES, Kind
from wiki.domain.errors import Conflict, Forbidden, NotFound, WikiError
from wiki.services.editing import templates
from wiki.services.editing.creating import New
from wiki.services.editing.templates import Template
from wiki.web.http.context import actor, wiki

START, REPLACE, BELOW = "start", "start-replace", "start-below"


@dataclass(frozen=True, slots=True)
class Step:
    """The form after a button: `start` is the page it began with, empty for an empty text.

    `asked` is the page that waits for an answer: there is a text of one's own.
    """

    shown: New
    start: str
    asked: str | None = None


def asks(action: str) -> bool:
    """Whether a button begins the form with another text: a word, a colon, and a path."""
    return action.partition(":")[0] in (START, REPLACE, BELOW)


def step(shown: New) -> Step:
    """Give the form as typed with what a page to start from has; raises Conflict, LoginRequired."""
    action, _, path = request.form.get("do", "").partition(":")
    try:
        chosen = of_kind(path, shown.kind)
    except (Forbidden, NotFound) as error:
        # It may have gone meanwhile; the form comes back with what was typed.
        raise Conflict("page_missing", path=path[:200]) from error
    begun = request.form.get("start", "")
    before = _before(begun, shown.kind)
    is_own = shown.text.strip() not in ("", _body(before).strip())
    if action == START and is_own:
        return Step(shown, begun, path)
    written = _body(chosen)
    if action == BELOW and is_own:
        written = f"{shown.text.rstrip()}\n\n{written.lstrip()}"
    values = _values(shown, before, chosen)
    return Step(replace(shown, text=written, fields=values), chosen.path if chosen else "")


def of_kind(path: str, kind: Kind) -> Template | None:
    """The page to start from at a path, if it is for this kind of page."""
    found = templates.get(wiki(), actor(), path) if path else None
    return found if found and found.kind is kind else None


def _before(path: str, kind: Kind) -> Template | None:
    try:
        return of_kind(path, kind)
    except WikiError:
        # It may have been deleted meanwhile: then all that is there counts as typed.
        return None


def _body(found: Template | None) -> str:
    return text.normalise(found.text) if found else ""


def _values(shown: New, before: Template | None, chosen: Template | None) -> Mapping[str, str]:
    """The fields as typed; where nothing was, those that the page to start from gives."""
    first = {"status": STATUSES[shown.kind][0]} if STATUSES[shown.kind] else {}
    was = {**first, **(before.fields if before else {})}
    given = {**first, **(chosen.fields if chosen else {})}
    return {
        name: value if value not in ("", was.get(name, "")) else given.get(name, "")
        for name, value in shown.fields.items()
    }
