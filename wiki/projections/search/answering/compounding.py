"""Compounds with a word of the query in them that no word list knows how to split.

`denktank` finds `denktankleden`, because the index has both words and `leden` as a word of its own;
`wijkdenktank` likewise, because Dutch has many compounds that begin with `wijk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from wiki.analysis import compounds
from wiki.analysis.analyser import forms
from wiki.projections.search.answering.plan import Group, Leaf, Plan, Word
from wiki.projections.search.storage.entries import PART
from wiki.projections.search.storage.view import View

SHORTEST = 5
SHORTEST_TAIL = 3
MOST = 40
MOST_CONSIDERED = 200
"""Words with one ending that are looked at in each segment."""

MOST_WORDS = 4
"""Longer queries find enough by their many words."""


def compounded(plan: Plan, view: View) -> Plan:
    """The plan with such compounds as further stems of its words."""
    groups = (Group(tuple(_leaf(leaf, view) for leaf in group.leaves)) for group in plan.wanted)
    first = tuple(islice(groups, MOST_WORDS))
    return replace(plan, wanted=(*first, *plan.wanted[MOST_WORDS:]))


def _leaf(leaf: Leaf, view: View) -> Leaf:
    word = leaf.what
    if not isinstance(word, Word) or len(word.exact) < SHORTEST or not word.exact.isalpha():
        return leaf
    known = {stem for stem, _ in word.stems}
    found = {*_beginning(word.exact, view), *islice(_ending(word.exact, view), MOST)} - known
    more = tuple((stem, PART) for stem in sorted(found))
    return replace(leaf, what=replace(word, stems=word.stems + more)) if more else leaf


def _beginning(start: str, view: View) -> Iterator[str]:
    for part in view.parts:
        for stem in part.segment.terms("stem", start, MOST):
            if not _is_split(stem, start) and _is_tail(stem.removeprefix(start), view):
                yield stem


def _ending(word: str, view: View) -> Iterator[str]:
    last = forms(word, "nl")[0]
    if len(last) < SHORTEST - 1:
        return
    for part in view.parts:
        for stem in part.segment.ending(last, MOST_CONSIDERED):
            if _is_head(stem.removesuffix(last), word, view):
                yield stem


def _is_tail(rest: str, view: View) -> bool:
    """Whether what follows the first part is a word of the wiki, perhaps after linking letters."""
    tails = {rest.removeprefix(link) for link in compounds.LINKS if rest.startswith(link)}
    return any(len(tail) >= SHORTEST_TAIL and view.has("stem", tail) for tail in sorted(tails))


def _is_head(rest: str, last: str, view: View) -> bool:
    """Whether what stands before the last part can be a first one, perhaps with linking letters.

    A list that knows both has decided already; what it does not know may be a word of the wiki.
    """
    heads = [rest.removesuffix(link) for link in compounds.LINKS if rest.endswith(link)]
    if any(compounds.is_first(head) for head in heads):
        return not compounds.is_last(last)
    return any(len(head) >= SHORTEST and view.has("exact", head) for head in heads)


@lru_cache(maxsize=10_000)
def _is_split(stem: str, part: str) -> bool:
    """Whether the part finds the compound as it is: the index has it under its parts as well."""
    return forms(part, "nl")[0] in forms(stem, "nl")[1]
