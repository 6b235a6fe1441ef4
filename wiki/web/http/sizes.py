"""Limits on the size of a request: checked before its token or any field of it is read.

A handler that takes a page's text or a file says so; every other form is small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

FORM = 512 * 1024
"""Bytes of a form with at most a comment in it: 20,000 characters, each four bytes, each of those
three in the encoding of forms, and the passage that it is about."""
FIELDS = 2000
"""The most fields of a form; a conflict with all its passages has a few hundred."""

View = TypeVar("View", bound=Callable[..., Any])
URLENCODED = "application/x-www-form-urlencoded"


def takes_text(view: View) -> View:
    """Mark a handler whose form holds the text of a page."""
    view.most = "MAX_FORM_MEMORY_SIZE"  # type: ignore[attr-defined]
    return view


def takes_file(view: View) -> View:
    """Mark a handler whose form holds a file."""
    view.most = "MAX_CONTENT_LENGTH"  # type: ignore[attr-defined]
    return view


def takes_push(view: View) -> View:
    """Mark the handler to which git sends whole histories."""
    view.most = "MAX_PUSH_LENGTH"  # type: ignore[attr-defined]
    return view


def check(view: Callable[..., Any] | None) -> None:
    """Raise RequestEntityTooLarge for more than the handler takes; nothing is parsed yet."""
    named = getattr(view, "most", "")
    most = int(current_app.config[named]) if named else FORM
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge
    # Parts of other kinds of forms are counted where those are read (MAX_FORM_PARTS).
    if request.mimetype == URLENCODED and request.get_data().count(b"&") >= FIELDS:
        raise RequestEntityTooLarge
