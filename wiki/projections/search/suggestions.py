"""What to offer: while someone types, and when what they typed finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from wiki.analysis.tokens import fold, spans
from wiki.domain.search.query import How, Query, parse
from wiki.domain.search.search import Found, Results, Scope, Site, Suggestion, person_path
from wiki.projections.search.answers import answer
from wiki.projections.search.filters import visible
from wiki.projections.search.view import Part, View

SHORTEST = 2
MOST_TERMS = 150
MOST_CORRECTED = 5
"""Each looks at all words with the same first letter."""

SHORTEST_SLIP = 4
_ORDER = {Found.QUESTION: 3, Found.DIALOGUE: 2, Found.PERSON: 2, Found.PAGE: 1}
_SHORT_WORD = 5


def suggest(view: View, text: str, scope: Scope, limit: int) -> list[Suggestion]:
    """Pages, people and tags with all the words in their name, the last one perhaps unfinished."""
    words = [fold(span.text) for span in spans(text[:100])]
    if not words or len(words[-1]) < SHORTEST:
        return []
    ranked: list[tuple[int, int, int, int]] = []
    for number, part in enumerate(view.parts):
        column, when = part.segment.column("kind"), part.segment.when
        order = [_ORDER.get(Found(kind), 0) if kind else 0 for kind in column.values]
        found = _named(part, words, scope)
        ranked += [(order[column.codes[d]], when[d], number, d) for d in found]
    ranked.sort(reverse=True)
    offered = [_suggestion(view, number, d, scope) for _, _, number, d in ranked[: 4 * limit]]
    begins = fold(text.strip())
    offered.sort(key=lambda one: not fold(one.title).startswith(begins))
    tags = [Suggestion("tag", tag, tag) for tag in _tags(view, words, scope)]
    return (offered[: max(limit - len(tags), limit // 2)] + tags)[:limit]


def corrected(view: View, query: Query, scope: Scope, site: Site, found: Results) -> Results:
    """The results with a better query, if they are empty and one is near that finds something."""
    if found.total or query.is_empty:
        return found
    text = query.text
    words = (term for clause in query.clauses if clause.wanted for term in clause.any_of)
    unknown = (one for one in words if one.how is How.WORD and _is_unknown(view, fold(one.text)))
    for term in islice(unknown, MOST_CORRECTED):
        better = _better(view, fold(term.text))
        text = text.replace(term.text, better) if better else text
    if text == query.text:
        return found
    other = replace(parse(text), where=query.where, filters=query.filters)
    if answer(view, other, scope, site, 0, 0).total:
        return replace(found, corrected=text)
    return found


def _named(part: Part, words: list[str], scope: Scope) -> set[int]:
    segment = part.segment
    found: set[int] | None = None
    for number, word in enumerate(words):
        last = number == len(words) - 1
        terms = segment.terms("name", word, MOST_TERMS) if last else [word]
        here: set[int] = set().union(*(segment.postings("name", term) for term in terms))
        found = here if found is None else found & here
        if not found:
            return set()
    allowed = visible(segment, scope)
    found = part.live(found or set())
    return found if allowed is None else found & allowed


def _suggestion(view: View, number: int, document: int, scope: Scope) -> Suggestion:
    segment = view.parts[number].segment
    column = segment.column("kind")
    path, title = segment.label(document)
    kind = column.values[column.codes[document]]
    if kind == Found.PERSON:
        path = person_path(scope, path, title)
    return Suggestion(kind, title, path)


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


def _is_unknown(view: View, word: str) -> bool:
    return len(word) >= SHORTEST_SLIP and not view.frequency("exact", word)


def _better(view: View, word: str) -> str:
    """A word of the index that an unknown one may be a slip for; empty if none is near."""
    most = 1 if len(word) <= _SHORT_WORD else 2
    letters = set(word)
    best: tuple[int, int, str] = (most + 1, 0, "")
    for part in view.parts:
        for term in part.segment.vocabulary(word[0]):
            if abs(len(term) - len(word)) > most or len(letters.symmetric_difference(term)) > 4:
                continue
            far = distance(word, term, most)
            if far <= most:
                best = min(best, (far, -len(part.segment.postings("exact", term)), term))
    return best[2]


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or swap to come from one word to the other; or `most` + 1."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        now = [i, *_row(one, other, i, letter, row, before)]
        if min(now) > most:
            return most + 1
        before, row = row, now
    return min(row[-1], most + 1)


def _row(
    one: str, other: str, i: int, letter: str, row: list[int], before: list[int]
) -> Iterator[int]:
    left = i
    for j, against in enumerate(other, 1):
        left = min(row[j] + 1, left + 1, row[j - 1] + (letter != against))
        swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against
        if swapped:
            left = min(left, before[j - 2] + 1)
        yield left
