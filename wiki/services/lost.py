"""Searching in the past: words that once stood on a page and no longer do, and who took them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from wiki.analysis.tokens import fold_text
from wiki.database import catalogue, history, lost
from wiki.database.connection import Connection
from wiki.database.lost import Trace
from wiki.domain.query import Clause, Filters, Notice, Query
from wiki.domain.revisions import Revision
from wiki.domain.rights import Actor, Right
from wiki.domain.search import Piece
from wiki.engine import Wiki
from wiki.services import hiding, sight

_WORD = re.compile(r"\w+")
_LONGEST = 400
_AROUND = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that is gone: where it stood, marked where it has what was asked for.

    `path` is where its page is now, or was last; `taken` is the revision that removed it, which can
    be looked at if `is_open`: another page may have taken a deleted one's path.
    """

    path: str
    title: str
    alive: bool
    pieces: tuple[Piece, ...]
    taken: Revision
    is_open: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, those that went last first."""

    hits: tuple[Hit, ...]
    has_more: bool
    notices: tuple[Notice, ...]


def search(wiki: Wiki, actor: Actor, query: Query, limit: int, offset: int) -> Found:
    """What once stood on pages that the actor may read and holds every word that is wanted.

    A word is found in longer ones too. Of the filters only the dates count: when it went. What
    stood in hidden revisions alone is for moderators.
    """
    wanted = [[fold_text(term.text) for term in clause.any_of] for clause in _clauses(query, True)]
    unwanted = [fold_text(term.text) for clause in _clauses(query, False) for term in clause.any_of]
    notices = (*query.notices, *_notices(query))
    if not wanted:
        return Found((), False, notices)
    with wiki.database.read() as connection:
        traces = lost.search(
            connection,
            wanted,
            unwanted,
            limit + 1,
            offset,
            since=_seconds(wiki, query.filters.after),
            before=_seconds(wiki, query.filters.before),
            sight=sight.of(wiki, actor),
        )
        words = {word for any_of in wanted for word in any_of}
        shown = _shown(wiki, connection, actor, traces[:limit])
        hits = tuple(_hits(wiki, connection, actor, shown, words))
    return Found(hits, len(traces) > limit, notices)


def pieces(text: str, words: Collection[str]) -> tuple[Piece, ...]:
    """The text with each word marked that holds one of the (folded) words; long ones are cut."""
    parts = [part for word in words for part in word.split()]
    marks = [
        match.span()
        for match in _WORD.finditer(text)
        if any(part in fold_text(match.group()) for part in parts)
    ]
    start = 0
    if len(text) > _LONGEST:
        first = marks[0][0] if marks else 0
        start = text.rfind(" ", 0, max(0, first - _AROUND)) + 1
        end = text.find(" ", start + _LONGEST)
        text = text[: end if end > 0 else len(text)]
    found = [Piece("… ")] if start else []
    at = start
    for low, high in marks:
        if low >= at and high <= len(text):
            found += [Piece(text[at:low]), Piece(text[low:high], True)]
            at = high
    found.append(Piece(text[at:]))
    return tuple(piece for piece in found if piece.text)


def _clauses(query: Query, wanted: bool) -> Iterator[Clause]:
    return (clause for clause in query.clauses if clause.wanted is wanted)


def _notices(query: Query) -> Iterator[Notice]:
    mine = query.filters
    if mine != Filters(after=mine.after, before=mine.before):
        yield Notice("search_history_filters")


def _seconds(wiki: Wiki, day: date | None) -> int | None:
    """When a day begins where the wiki is, in Unix seconds."""
    return int(datetime.combine(day, time(), wiki.zone).timestamp()) if day else None


def _shown(
    wiki: Wiki, connection: Connection, actor: Actor, traces: Sequence[Trace]
) -> Iterator[Trace]:
    """Those that stood in a revision whose text this actor may read."""
    hidden = {page: lost.hidden_steps(connection, page) for page in {one.page for one in traces}}
    for trace in traces:
        stood = range(trace.born, trace.died)
        closed = sum(1 for step in hidden[trace.page] if step in stood)
        may = actor.is_member and wiki.rights.may(actor, Right.MODERATE, trace.path)
        if may or closed < len(stood):
            yield trace


def _hits(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    traces: Iterator[Trace],
    words: Collection[str],
) -> Iterator[Hit]:
    listed = list(traces)
    known = catalogue.find(connection, [trace.path for trace in listed if trace.alive])
    for trace in listed:
        revision = history.revision(connection, trace.page, trace.commit)
        if revision is None:
            continue
        page = known.get(trace.path) if trace.alive else None
        yield Hit(
            path=trace.path,
            title=page.title if page else trace.path,
            alive=trace.alive,
            pieces=pieces(trace.text, words),
            taken=hiding.one(wiki, connection, actor, revision),
            is_open=trace.alive or not history.identity(connection, trace.path),
        )
