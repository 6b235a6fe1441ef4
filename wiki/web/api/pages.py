"""Pages: read, make, save, rename, delete."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from wiki.domain.content.addresses import url_of
from wiki.domain.content.text import decode
from wiki.domain.errors import Conflict, Invalid
from wiki.domain.login.access_tokens import Scope
from wiki.render.slots import labels
from wiki.services.access import rates
from wiki.services.content import places
from wiki.services.editing import creating, renaming, submitting, trash
from wiki.services.editing.saving import Saved, Sent
from wiki.services.pages import including, pages
from wiki.services.pages.pages import View
from wiki.web.api import shapes
from wiki.web.api.operations import Made, operation
from wiki.web.http import pace, sizes
from wiki.web.http.context import actor, gettext, language, wiki

TAG = "pages"
IF_MATCH = {"If-Match": "the blob that the text started from, as `ETag` gave it"}


@operation(
    "GET", "/pages/<path:path>", TAG, answer=shapes.PageShape, query=shapes.At, codes=(404, 410)
)
def read(path: str, at: str, html: str) -> Made:
    """Read a page, now or as it was.

    `ETag` is the blob: what a save names in `If-Match`.
    """
    view = pages.read(wiki(), actor(), path, at=at)
    told = page(view)
    if html == "yes":
        words, whole = labels(gettext, language()), view.html
        if not view.then:
            whole = including.expand(wiki(), actor(), view.path, whole, view.links, words)
        told["html"] = str(wiki().renderer.fill(whole, view.links, words))
        return Made(told)
    return Made(told, headers={"ETag": f'"{view.blob}"'})


def page(view: View) -> dict[str, Any]:
    """A page as it is told."""
    at = view.then.commit if view.then else ""
    _, data = pages.raw(wiki(), actor(), view.path, at)
    return {
        "path": view.path,
        "title": view.title,
        "blob": view.blob,
        "revision": view.then.commit if view.then else view.revision,
        "meta": view.meta,
        "text": decode(data if isinstance(data, bytes) else b"".join(data)).text,
    }


@operation("GET", "/raw/<path:path>", TAG, query=shapes.At, raw="text/markdown", codes=(404, 410))
def raw(path: str, at: str, html: str) -> Response:
    """Read a page's exact bytes."""
    del html
    blob, data = pages.raw(wiki(), actor(), path, at)
    answer = Response(data, content_type="text/markdown; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.set_etag(blob)
    answer.make_conditional(request)
    return answer


@operation(
    "PUT",
    "/pages/<path:path>",
    TAG,
    scope=Scope.EDIT,
    body=shapes.SaveShape,
    answer=shapes.SavedShape,
    codes=(202, 404, 409, 410, 413, 422),
    headers=IF_MATCH,
)
@sizes.takes_text
def save(path: str, sent: dict[str, str]) -> Made:
    """Save a page.

    `If-Match` names the blob that the text started from; `If-None-Match: *` makes a page that must
    not exist. What others changed meanwhile is merged; where that cannot be, the answer is 409 with
    the three texts. Where one may only suggest, it is 202 with the number of the suggestion.
    """
    base = _base()
    pace.take(rates.edits, sent["text"])
    form = Sent(text=sent["text"], base=base, summary=sent["summary"])
    return saved(submitting.submit(wiki(), actor(), path, form), made=not base)


def _base() -> str:
    """Read the blob that a save started from (`If-Match`, RFC 9110, 13.1.1); empty for a new page.

    Raises Invalid (`base_missing`).
    """
    if request.headers.get("If-None-Match", "").strip() == "*":
        return ""
    tags = request.if_match.as_set(include_weak=True)
    if len(tags) != 1:
        raise Invalid("api_base_missing")
    return str(tags.pop())


def saved(done: Saved | int | None, *, made: bool) -> Made:
    """The answer to a save, or to the suggestion that it became."""
    if not isinstance(done, Saved):
        if done is None:
            return Made({"changed": False})
        return Made({"suggestion": done}, 202, {"Location": url_of("api_suggestion", done)})
    place = places.look(wiki(), done.path)
    blob = place.blob if place else ""
    told = {
        "path": done.path,
        "revision": done.revision,
        "blob": blob,
        "changed": done.changed,
        "merged": [revision.commit for revision in done.merged],
    }
    headers = {"Location": url_of("api_page", done.path)} if made else {}
    return Made(told, 201 if made else 200, headers | {"ETag": f'"{blob}"'})


@operation(
    "POST",
    "/pages",
    TAG,
    scope=Scope.EDIT,
    body=shapes.NewPageShape,
    answer=shapes.SavedShape,
    status=201,
    codes=(202, 409, 413, 422),
)
@sizes.takes_text
def create(sent: dict[str, Any]) -> Made:
    """Make a page, a question or a dialogue.

    Without a path the title gives one that is free.
    """
    pace.take(rates.edits, sent["text"])
    fields = {"title": sent["title"]} | sent["fields_"]
    new = creating.New(sent["kind"], sent["path"], sent["text"], fields, sent["summary"])
    return saved(submitting.submit_new(wiki(), actor(), new), made=True)


@operation(
    "DELETE",
    "/pages/<path:path>",
    TAG,
    scope=Scope.EDIT,
    query=shapes.DeleteQuery,
    status=204,
    codes=(404, 409, 410),
    headers=IF_MATCH,
)
def delete(path: str, summary: str) -> None:
    """Delete a page; its history remains."""
    base = _base()
    place = places.look(wiki(), path)
    if place and base != place.blob:
        raise Conflict("api_changed", path=path)
    trash.delete(wiki(), actor(), path, summary)


@operation(
    "POST",
    "/renames/<path:path>",
    TAG,
    scope=Scope.EDIT,
    body=shapes.RenameShape,
    answer=shapes.RenamedShape,
    codes=(404, 409, 410),
)
def rename(path: str, sent: dict[str, str]) -> dict[str, Any]:
    """Rename a page: a redirect stays, and links to it follow."""
    done = renaming.rename(wiki(), actor(), path, sent["new_path"], sent["summary"])
    return {"path": done.path, "revision": done.revision, "repaired": list(done.repaired)}
