"""Compounds with a word of the query in them that no word list knows how to split.

`denktank` finds `denktankleden`, because the index has both words and `leden` as a word of its own;
`wijkdenktank` likewise, because Dutch has many compounds that begin with `wijk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain, islice

from wiki.analysis import compounds
from wiki.analysis.analyser import forms
from wiki.projections.search.answering.lexicon import Lexicon
from wiki.projections.search.answering.plan import Group, Leaf, Plan, Word
from wiki.projections.search.storage.entries import PART

SHORTEST = 5
SHORTEST_TAIL = 3
MOST = 40
MOST_CONSIDERED = 200
"""Words with one ending that are looked at in each segment."""

MOST_WORDS = 4
"""Longer queries find enough by their many words."""


def compounded(plan: Plan, lexicon: Lexicon) -> Plan:
    """The plan with such compounds as further stems of its words."""
    if lexicon.is_far:
        _ask_ahead(plan, lexicon)
    groups = (Group(tuple(_leaf(leaf, lexicon) for leaf in group.leaves)) for group in plan.wanted)
    first = tuple(islice(groups, MOST_WORDS))
    return replace(plan, wanted=(*first, *plan.wanted[MOST_WORDS:]))


def _ask_ahead(plan: Plan, lexicon: Lexicon) -> None:
    """Ask at once for all that will be asked for of each word by itself."""
    leaves = [leaf for group in plan.wanted[:MOST_WORDS] for leaf in group.leaves]
    words = [leaf.what for leaf in leaves if isinstance(leaf.what, Word) and _may_be(leaf.what)]
    lasts = {word.exact: _last(word.exact) for word in words}
    lexicon.expect_around(lasts, MOST, filter(None, lasts.values()), MOST_CONSIDERED)
    stems = [stem for word in words for stem, _ in word.stems]
    exacts = list(lasts)
    for word, last in lasts.items():
        for stem in lexicon.beginning("stem", word, MOST):
            stems += _tails(stem.removeprefix(word))
        for stem in lexicon.ending(last, MOST_CONSIDERED) if last else ():
            exacts += _heads(stem.removesuffix(last))
    lexicon.expect("stem", stems)
    lexicon.expect("exact", exacts)


def _may_be(word: Word) -> bool:
    """Whether a word may be part of a compound."""
    return len(word.exact) >= SHORTEST and word.exact.isalpha()


def _last(word: str) -> str:
    """The stem with which compounds end whose last part the word is; empty if it is too short."""
    stem = forms(word, "nl")[0]
    return stem if len(stem) >= SHORTEST - 1 else ""


def _leaf(leaf: Leaf, lexicon: Lexicon) -> Leaf:
    word = leaf.what
    if not isinstance(word, Word) or not _may_be(word):
        return leaf
    known = {stem for stem, _ in word.stems}
    found = {*_beginning(word.exact, lexicon), *islice(_ending(word.exact, lexicon), MOST)} - known
    more = tuple((stem, PART) for stem in sorted(found))
    return replace(leaf, what=replace(word, stems=word.stems + more)) if more else leaf


def _beginning(start: str, lexicon: Lexicon) -> Iterator[str]:
    stems = [s for s in lexicon.beginning("stem", start, MOST) if not _is_split(s, start)]
    tails = {stem: _tails(stem.removeprefix(start)) for stem in stems}
    lexicon.expect("stem", chain.from_iterable(tails.values()))
    for stem in stems:
        if any(lexicon.has("stem", tail) for tail in tails[stem]):
            yield stem


def _ending(word: str, lexicon: Lexicon) -> Iterator[str]:
    last = _last(word)
    if not last:
        return
    stems = list(lexicon.ending(last, MOST_CONSIDERED))
    heads = {stem: _heads(stem.removesuffix(last)) for stem in stems}
    lexicon.expect("exact", chain.from_iterable(heads.values()))
    for stem in stems:
        if _is_head(heads[stem], word, lexicon):
            yield stem


def _tails(rest: str) -> list[str]:
    """What may be the last word in what follows the first: linking letters may stand before it."""
    tails = {rest.removeprefix(link) for link in compounds.LINKS if rest.startswith(link)}
    return sorted(tail for tail in tails if len(tail) >= SHORTEST_TAIL)


def _heads(rest: str) -> list[str]:
    """What may be the first word in what stands before the last, without its linking letters."""
    return [rest.removesuffix(link) for link in compounds.LINKS if rest.endswith(link)]


def _is_head(heads: list[str], last: str, lexicon: Lexicon) -> bool:
    """Whether one of these can be the first part of a compound.

    A list that knows both has decided already; what it does not know may be a word of the wiki.
    """
    if any(compounds.is_first(head) for head in heads):
        return not compounds.is_last(last)
    return any(len(head) >= SHORTEST and lexicon.has("exact", head) for head in heads)


@lru_cache(maxsize=10_000)
def _is_split(stem: str, part: str) -> bool:
    """Whether the part finds the compound as it is: the index has it under its parts as well."""
    return forms(part, "nl")[0] in forms(stem, "nl")[1]
