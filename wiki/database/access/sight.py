"""Conditions on paths: what lies under a prefix, and what an actor may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, false, or_, true

from wiki.domain.access.sight import Sight


def inside(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """Whether a path is the prefix itself or lies under it; the empty prefix holds all."""
    prefix = prefix.rstrip("/")
    if not prefix:
        return true()
    # "0" comes right after "/": a range that an index can answer.
    return or_(column == prefix, and_(column >= prefix + "/", column < prefix + "0"))


def visible(column: ColumnElement[str], sight: Sight) -> ColumnElement[bool]:
    """Whether a path is in sight."""
    if not sight.hidden:
        return true()
    prefixes = [(prefix, False) for prefix in sight.hidden]
    prefixes += [(prefix, True) for prefix in sight.shown]
    prefixes.sort(key=lambda entry: -len(entry[0].rstrip("/")))
    decided = [
        (inside(column, prefix), true() if is_shown else false()) for prefix, is_shown in prefixes
    ]
    if not sight.shown:
        return and_(*(~condition for condition, _ in decided))
    return case(*decided, else_=true())
