"""Compounds that begin with a word of the query and that no word list knows how to split.

`denktank` finds `denktankleden`: the index has both words, and `leden` as a word of its own.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from wiki.analysis.compounds import LINKS
from wiki.projections.search.entries import PART
from wiki.projections.search.plan import Group, Leaf, Plan, Word
from wiki.projections.search.view import View

SHORTEST = 5
SHORTEST_TAIL = 3
MOST = 40
MOST_WORDS = 4
"""Longer queries find enough by their many words."""


def compounded(asked: Plan, view: View) -> Plan:
    """The plan with such compounds as further stems of its words."""
    groups = (Group(tuple(_leaf(leaf, view) for leaf in group.leaves)) for group in asked.wanted)
    first = tuple(islice(groups, MOST_WORDS))
    return replace(asked, wanted=(*first, *asked.wanted[MOST_WORDS:]))


def _leaf(leaf: Leaf, view: View) -> Leaf:
    word = leaf.what
    if not isinstance(word, Word) or len(word.exact) < SHORTEST or not word.exact.isalpha():
        return leaf
    known = {stem for stem, _ in word.stems}
    found = sorted(_beginning(word.exact, view) - known)
    more = tuple((stem, PART) for stem in found)
    return replace(leaf, what=replace(word, stems=word.stems + more)) if more else leaf


def _beginning(start: str, view: View) -> set[str]:
    stems: set[str] = set()
    for part in view.parts:
        stems.update(part.segment.terms("stem", start, MOST))
    return {stem for stem in stems if _is_compound(stem.removeprefix(start), view)}


def _is_compound(rest: str, view: View) -> bool:
    """Whether what follows the first part is a word of the wiki, perhaps after linking letters."""
    tails = {rest.removeprefix(link) for link in LINKS if rest.startswith(link)}
    return any(len(tail) >= SHORTEST_TAIL and view.has("stem", tail) for tail in sorted(tails))
