"""Which documents of a segment a filter lets through, and what may be found at all.

Filters look at the distinct values of a column, then at numbers; never at one document's text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import MAXYEAR, UTC, date, datetime, tzinfo

from wiki.analysis.tokens import fold
from wiki.domain.search.query import Filters, Query, Where
from wiki.domain.search.search import Found, Scope
from wiki.projections.search.storage.fields import NEVER
from wiki.projections.search.storage.segments import Segment, split

MOST_SCOPES = 32

PLACES: dict[Where, tuple[Found, ...]] = {
    Where.PAGES: (Found.PAGE, Found.QUESTION, Found.DIALOGUE),
    Where.TURNS: (Found.TURN,),
    Where.COMMENTS: (Found.COMMENT,),
}


def visible(segment: Segment, scope: Scope) -> frozenset[int] | None:
    """The documents that may be found (None: all of them); worked out once for each scope."""
    if scope.is_whole:
        return None
    documents = segment.visible.get(scope)
    if documents is None:
        if len(segment.visible) >= MOST_SCOPES:
            segment.visible.clear()
        documents = segment.visible[scope] = frozenset(_visible(segment, scope))
    return documents


def _visible(segment: Segment, scope: Scope) -> set[int]:
    """By terms for every ancestor folder: rules go from short prefixes to long ones, so the last
    word is the longest's.
    """
    allowed = set(range(segment.size)) if scope.everywhere else set()
    for prefix, may in scope.rules:
        under = segment.postings("under", prefix).keys() if prefix else range(segment.size)
        allowed = allowed.union(under) if may else allowed.difference(under)
    return _people(segment, scope, allowed)


def _people(segment: Segment, scope: Scope, allowed: set[int]) -> set[int]:
    """A person may be found if any of the pages that name them may be."""
    kinds = segment.column("kind")
    code = kinds.values.index(Found.PERSON) if Found.PERSON in kinds.values else -1
    for document in kinds.documents({code}):
        paths = segment.stored(document)["paths"]
        if any(scope.holds(path) for path in paths):
            allowed.add(document)
        else:
            allowed.discard(document)
    return allowed


def wanted(segment: Segment, filters: Filters, zone: tzinfo) -> set[int] | None:
    """The documents that all filters but the kind let through; None if there is no filter."""
    allowed: set[int] | None = None
    for names, values, equal in (
        (("tags",), filters.tags, _same),
        (("people", "authors"), filters.people, _named),
        (("questions",), filters.questions, _question),
        (("status",), filters.statuses, _same),
    ):
        if values:
            asked = tuple(map(fold, values))
            documents = set().union(*(_with(segment, name, asked, equal) for name in names))
            allowed = documents if allowed is None else allowed & documents
    if filters.after or filters.before:
        documents = _between(segment, filters.after, filters.before, zone)
        allowed = documents if allowed is None else allowed & documents
    return allowed


def kinds(query: Query) -> frozenset[Found]:
    """The kinds that a query wants; empty: all."""
    chosen = {Found(kind) for kind in query.filters.kinds}
    place = set(PLACES.get(query.where, ()))
    if chosen and place:
        return frozenset(chosen & place) or frozenset({Found.PERSON} - chosen)
    return frozenset(chosen or place)


def of_kinds(segment: Segment, chosen: frozenset[Found]) -> set[int]:
    """The documents of these kinds."""
    column = segment.column("kind")
    return column.documents({n for n, value in enumerate(column.values) if value in chosen})


def _with(
    segment: Segment, name: str, wanted: tuple[str, ...], equal: Callable[[str, str], bool]
) -> set[int]:
    column = segment.column(name)
    codes = {
        code
        for code, joined in enumerate(column.values)
        if any(equal(fold(value), one) for value in split(joined) for one in wanted)
    }
    return column.documents(codes)


def _same(value: str, asked: str) -> bool:
    return value == asked


def _named(value: str, asked: str) -> bool:
    return value.startswith(asked) or f" {asked}" in value


def _question(value: str, asked: str) -> bool:
    return value == asked or value.endswith("/" + asked) or asked.replace(" ", "-") in value


def _between(segment: Segment, after: date | None, before: date | None, zone: tzinfo) -> set[int]:
    first = seconds(after, zone) if after else NEVER + 1
    last = seconds(before, zone) if before else 2**62
    return {document for document, when in enumerate(segment.when) if first <= when < last}


def seconds(day: date, zone: tzinfo) -> int:
    """The first moment of a day, in seconds since 1970."""
    # the first and last days there are have no moment in every zone
    if not 1 < day.year < MAXYEAR:
        zone = UTC
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
