"""Completion: pages, people and tags to go to, offered while somebody types."""

from __future__ import annotations

from wiki.analysis.tokens import fold, spans
from wiki.domain.search.search import Completion, Found, Scope, person_path
from wiki.projections.search.answering.filters import visible
from wiki.projections.search.storage.view import Part, View

SHORTEST = 2
MOST_TERMS = 150
ORDER = {Found.QUESTION: 3, Found.DIALOGUE: 2, Found.PERSON: 2, Found.PAGE: 1}


def complete(view: View, text: str, scope: Scope, limit: int) -> list[Completion]:
    """Pages, people and tags with all the words in their name, the last one perhaps unfinished."""
    words = [fold(span.text) for span in spans(text[:100])]
    if not words or len(words[-1]) < SHORTEST:
        return []
    ranked: list[tuple[int, int, int, int]] = []
    for number, part in enumerate(view.parts):
        column, when = part.segment.column("kind"), part.segment.when
        order = [ORDER.get(Found(kind), 0) if kind else 0 for kind in column.values]
        found = _named(part, words, scope)
        ranked += [(order[column.codes[d]], when[d], number, d) for d in found]
    ranked.sort(reverse=True)
    offered = [_completion(view, number, d, scope) for _, _, number, d in ranked[: 4 * limit]]
    begins = fold(text.strip())
    offered.sort(key=lambda one: not fold(one.title).startswith(begins))
    tags = [Completion("tag", tag, tag) for tag in _tags(view, words, scope)]
    return (offered[: max(limit - len(tags), limit // 2)] + tags)[:limit]


def _named(part: Part, words: list[str], scope: Scope) -> set[int]:
    segment = part.segment
    named: set[int] | None = None
    for number, word in enumerate(words):
        last = number == len(words) - 1
        terms = segment.terms("name", word, MOST_TERMS) if last else [word]
        here: set[int] = set().union(*(segment.postings("name", term) for term in terms))
        named = here if named is None else named & here
        if not named:
            return set()
    allowed = visible(segment, scope)
    named = part.live(named or set())
    return named if allowed is None else named & allowed


def _completion(view: View, number: int, document: int, scope: Scope) -> Completion:
    segment = view.parts[number].segment
    column = segment.column("kind")
    path, title = segment.label(document)
    kind = column.values[column.codes[document]]
    if kind == Found.PERSON:
        path = person_path(scope, path, title)
    return Completion(kind, title, path)


def _tags(view: View, words: list[str], scope: Scope) -> list[str]:
    counted: dict[str, int] = {}
    begins = " ".join(words)
    for part in view.parts:
        allowed = visible(part.segment, scope)
        for tag in part.segment.terms("tag", begins, MOST_TERMS):
            documents = part.live(set(part.segment.postings("tag", tag)))
            if allowed is not None:
                documents &= allowed
            if documents:
                counted[tag] = counted.get(tag, 0) + len(documents)
    return sorted(counted, key=lambda tag: (-counted[tag], tag))[:3]
