"""Differences between texts as HTML, in the language of the reader."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask
from markupsafe import Markup

from wiki.domain.content.effort import Effort
from wiki.domain.history import diff
from wiki.render.diff import DiffLabels, changes_html, diff_labels, words_html
from wiki.web.http.context import gettext, ngettext


def install(app: Flask) -> None:
    """Let templates show what came and went: `{{ ops|changes }}`."""
    app.jinja_env.filters["changes"] = _changes


def labels() -> DiffLabels:
    """The words of a difference."""
    return diff_labels(gettext, ngettext)


def words(old: str, new: str, effort: Effort | None = None) -> Markup:
    """The difference between two texts in words; `effort` is what all of a screen may spend."""
    return words_html(diff.words(old, new, effort), labels())


def _changes(ops: Iterable[diff.Op]) -> Markup:
    return changes_html(ops, labels())
