"""Suggestions: propose a text, see what waits, and decide."""

from __future__ import annotations

from typing import Any

from wiki.domain.content.addresses import url_of
from wiki.domain.editing.suggestions import Suggestion
from wiki.domain.login.access_tokens import Scope
from wiki.services.access import rates
from wiki.services.editing import suggestions
from wiki.services.editing.saving import Sent
from wiki.web.api import shapes
from wiki.web.api.operations import Made, operation
from wiki.web.api.pages import saved
from wiki.web.http import pace, sizes
from wiki.web.http.context import actor, number_of, wiki

TAG = "suggestions"


@operation("GET", "/suggestions", TAG, query=shapes.Cursor, answer=shapes.SuggestionListShape)
def listing(cursor: str) -> dict[str, Any]:
    """List suggestions that wait: one's own, and those that one decides on; the newest first."""
    found = suggestions.listing(wiki(), actor(), before=number_of(cursor, 0))
    items = [_told(listed.suggestion) for listed in found.items]
    return {"items": items, "next": str(found.more) if found.more else ""}


def _told(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "id": suggestion.id,
        "path": suggestion.path,
        "base": suggestion.base,
        "author": suggestion.username,
        "text": suggestion.text,
        "summary": suggestion.summary,
        "state": suggestion.state.value,
        "created": suggestion.created,
    }


@operation("GET", "/suggestions/<int:id>", TAG, answer=shapes.SuggestionShape, codes=(404,))
def read(id: int) -> dict[str, Any]:
    """Read a suggestion: one's own, or one that one decides on."""
    return _told(suggestions.get(wiki(), actor(), id))


@operation(
    "POST",
    "/suggestions",
    TAG,
    scope=Scope.SUGGEST,
    body=shapes.SuggestShape,
    answer=shapes.SuggestedShape,
    status=201,
    codes=(404, 409, 410, 413, 422),
)
@sizes.takes_text
def suggest(sent: dict[str, str]) -> Made:
    """Propose a text for a page, or for a page that is not there; nothing is published."""
    pace.take(rates.edits, sent["text"])
    form = Sent(text=sent["text"], base=sent["base"], summary=sent["summary"])
    id = suggestions.suggest(wiki(), actor(), sent["path"], form)
    if id is None:
        return Made({"suggestion": None})
    return Made({"suggestion": id}, 201, {"Location": url_of("api_suggestion", id)})


@operation(
    "POST",
    "/suggestions/<int:id>/accept",
    TAG,
    scope=Scope.EDIT,
    answer=shapes.SavedShape,
    codes=(404, 409),
)
def accept(id: int) -> Made:
    """Publish a suggestion, merged with what the page says by now."""
    return saved(suggestions.accept(wiki(), actor(), id), made=False)


@operation(
    "POST",
    "/suggestions/<int:id>/decline",
    TAG,
    scope=Scope.EDIT,
    body=shapes.DeclineShape,
    status=204,
    codes=(404, 409),
)
def decline(id: int, sent: dict[str, str]) -> None:
    """Do not publish a suggestion, and say why."""
    suggestions.decline(wiki(), actor(), id, sent["reason"])


@operation(
    "POST",
    "/suggestions/<int:id>/withdraw",
    TAG,
    scope=Scope.SUGGEST,
    status=204,
    codes=(404, 409),
)
def withdraw(id: int) -> None:
    """Take one's own suggestion back."""
    suggestions.withdraw(wiki(), actor(), id)
