"""Spelling: a better query for one that finds nothing because a word in it is misspelt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from wiki.analysis.tokens import fold
from wiki.domain.search.query import How, Query, parse
from wiki.domain.search.search import Results
from wiki.projections.search.answering.lexicon import Lexicon

MOST_CORRECTED = 5
"""Each looks at all words with the same first letter."""

SHORTEST_SLIP = 4
_SHORT_WORD = 5


def corrected(
    lexicon: Lexicon, query: Query, results: Results, finds: Callable[[Query], bool]
) -> Results:
    """The results with a better query, if they are empty and one is near that finds something."""
    if results.total or query.is_empty:
        return results
    text = query.text
    words = (term for clause in query.clauses if clause.wanted for term in clause.any_of)
    unknown = (one for one in words if one.how is How.WORD and _is_unknown(lexicon, fold(one.text)))
    for term in islice(unknown, MOST_CORRECTED):
        better = _better(lexicon, fold(term.text))
        text = text.replace(term.text, better) if better else text
    if text == query.text:
        return results
    other = replace(parse(text), where=query.where, filters=query.filters)
    if finds(other):
        return replace(results, corrected=text)
    return results


def _is_unknown(lexicon: Lexicon, word: str) -> bool:
    return len(word) >= SHORTEST_SLIP and not lexicon.frequency("exact", word)


def _better(lexicon: Lexicon, word: str) -> str:
    """A word of the index that an unknown one may be a slip for; empty if none is near."""
    most = 1 if len(word) <= _SHORT_WORD else 2
    letters = set(word)
    best: tuple[int, int, str] = (most + 1, 0, "")
    for term in lexicon.alike(word[0], len(word) - most, len(word) + most):
        if len(letters.symmetric_difference(term)) > 4:
            continue
        far = distance(word, term, most)
        if far <= min(most, best[0]):
            best = min(best, (far, -lexicon.frequency("exact", term), term))
    return best[2]


def distance(word: str, other: str, most: int) -> int:
    """The Damerau–Levenshtein distance of two words, or `most` + 1 if it is more than `most`.

    It counts letters added, dropped, changed, or swapped with their neighbour (Damerau 1964), and
    lets no part be changed twice: the form called optimal string alignment.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        now = [i, *_row(word, other, i, letter, row, before)]
        if min(now) > most:
            return most + 1
        before, row = row, now
    return min(row[-1], most + 1)


def _row(
    word: str, other: str, i: int, letter: str, row: list[int], before: list[int]
) -> Iterator[int]:
    left = i
    for j, against in enumerate(other, 1):
        left = min(row[j] + 1, left + 1, row[j - 1] + (letter != against))
        swapped = i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == against
        if swapped:
            left = min(left, before[j - 2] + 1)
        yield left
