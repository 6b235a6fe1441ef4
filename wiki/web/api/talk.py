"""Talk: comments on a page, and what one may do with one's own."""

from __future__ import annotations

from typing import Any

from wiki.domain.content.addresses import url_of
from wiki.domain.login.access_tokens import Scope
from wiki.domain.members.members import FORMER
from wiki.domain.talk.comments import Comment, State
from wiki.services.history import history
from wiki.services.talk import comments, threads
from wiki.services.talk.comments import Spot
from wiki.web.api import shapes
from wiki.web.api.operations import Made, operation
from wiki.web.api.think_tank import following
from wiki.web.http.context import actor, number_of, wiki

TAG = "comments"


@operation(
    "GET",
    "/comments/<path:path>",
    TAG,
    query=shapes.Cursor,
    answer=shapes.CommentListShape,
    codes=(404,),
)
def listing(path: str, cursor: str) -> dict[str, Any]:
    """List the comments on a page, thread by thread."""
    page = history.page_at(wiki(), actor(), path)
    shown = threads.show(wiki(), actor(), page.page, page.path, number=number_of(cursor))
    items = [
        _told(view.comment, page.path, view.passage.words if view.passage else "")
        for view in shown.items
    ]
    return {"items": items, "next": following(shown.number, shown.number < shown.pages)}


def _told(comment: Comment, path: str, passage: str = "") -> dict[str, Any]:
    is_there = comment.state is State.LIVE
    return {
        "id": comment.id,
        "path": path,
        "revision": comment.revision,
        "thread": comment.thread,
        "parent": comment.parent,
        "author": "" if comment.username == FORMER else comment.username,
        "text": comment.text if is_there else "",
        "state": comment.state.value,
        "passage": passage if is_there else "",
        "created": comment.created,
        "edited": comment.edited,
    }


@operation(
    "POST",
    "/comments/<path:path>",
    TAG,
    scope=Scope.COMMENT,
    body=shapes.NewCommentShape,
    answer=shapes.SpotShape,
    status=201,
    codes=(404, 409, 413, 422),
)
def post(path: str, sent: dict[str, Any]) -> Made:
    """Comment on a page, or answer a comment there."""
    spot = comments.post(
        wiki(), actor(), path, sent["text"], parent=sent["parent"], anchor=sent["anchor"]
    )
    return Made(spot, 201, {"Location": url_of("api_comment", spot.id)})


@operation("GET", "/comment/<int:id>", TAG, answer=shapes.CommentShape, codes=(404,))
def read(id: int) -> dict[str, Any]:
    """Read one comment."""
    placed = comments.get(wiki(), actor(), id)
    return _told(placed.comment, placed.path)


@operation(
    "PUT",
    "/comment/<int:id>",
    TAG,
    scope=Scope.COMMENT,
    body=shapes.ChangeCommentShape,
    answer=shapes.SpotShape,
    codes=(404, 409, 413, 422),
)
def change(id: int, sent: dict[str, str]) -> Spot:
    """Change the text of one's own comment."""
    return comments.edit(wiki(), actor(), id, sent["text"])


@operation("DELETE", "/comment/<int:id>", TAG, scope=Scope.COMMENT, status=204, codes=(404, 409))
def delete(id: int) -> Made:
    """Delete one's own comment; with answers below it, its place stays."""
    comments.delete(wiki(), actor(), id)
    return Made(None)
