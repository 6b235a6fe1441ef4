"""How much one query may cost: what would read too many postings is left out, and said so.

Decided before anything is read, from how many documents each word has. So a query is always
answered in the same way, however busy the machine is, and none takes long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate
from typing import cast

from wiki.domain.search.query import Notice
from wiki.projections.search.answering.lexicon import Lexicon
from wiki.projections.search.answering.plan import (
    AllOf,
    Group,
    Leaf,
    Plan,
    Prefix,
    Sequence,
    Word,
    words_of,
)

MOST_READ = 120_000
"""Postings that one query reads, some 50 milliseconds: eight common words of a large site."""

MOST_BEGUN = 80_000
"""Postings of the words that beginnings stand for, shared among these; one takes half at most.
The most frequent words are taken first.
"""

MOST_CONSIDERED = 500
"""Words with one beginning that are looked at in each segment."""

PLACED = 4
"""What it costs to look up where a word stands in a document, in postings."""

MOST_NEAR = 2_000
"""Texts with the rarest word of a passage that are looked at for the others beside it."""

MOST_PLACED = 8
"""Words of a phrase that are looked up; with few texts left all are compared with what is read."""


def bounded(whole: Plan, lexicon: Lexicon) -> tuple[Plan, list[Notice]]:
    """The plan without what costs too much, its beginnings spelled out, and what there is to say.

    The rarest words are kept: they say most about what is wanted. One of them always is.
    """
    notices: list[Notice] = []
    words = [word for leaf in whole.every_leaf() for word in words_of(leaf.what)]
    lexicon.expect("exact", (word.exact for word in words))
    lexicon.expect("stem", (stem for word in words for stem, _ in word.stems))
    spelled = _spell(whole, lexicon, notices)
    spelled = {leaf: _phrased(made, lexicon, notices) for leaf, made in spelled.items()}
    wanted = [_within(group, spelled, lexicon, notices) for group in whole.wanted]
    refused = [Group(tuple(spelled[leaf] for leaf in group.leaves)) for group in whole.refused]
    costs = {group: sum(cost(leaf, lexicon) for leaf in group.leaves) for group in wanted + refused}
    ordered = sorted(wanted, key=costs.__getitem__) + sorted(refused, key=costs.__getitem__)
    spent = accumulate(costs[group] for group in ordered)
    affordable = {
        group
        for number, (group, sum_) in enumerate(zip(ordered, spent, strict=True))
        if sum_ <= MOST_READ or (number == 0 and group in wanted)
    }
    left = [_shown(group) for group in (*wanted, *refused) if group not in affordable]
    if left:
        notices.append(Notice("search_too_common", ", ".join(left)))
    spent_in_all = sum(costs[group] for group in affordable)
    plan = replace(
        whole,
        passage=_near(whole.passage, lexicon, MOST_READ - spent_in_all) if whole.passage else None,
        wanted=tuple(group for group in wanted if group in affordable),
        refused=tuple(group for group in refused if group in affordable),
    )
    return plan, notices


def cost(leaf: Leaf, lexicon: Lexicon) -> int:
    """The postings that looking for a leaf reads at most, and scoring what it finds."""
    what = leaf.what
    if isinstance(what, Prefix):
        return what.postings
    if isinstance(what, Word):
        return _read(what, lexicon)
    if not isinstance(what, Sequence):
        return sum(_read(word, lexicon) for word in what.words)
    each = [lexicon.frequency("exact", exact) for exact in {word.exact for word in what.words}]
    return sum(each) + 2 * PLACED * min(each)


def _read(word: Word, lexicon: Lexicon) -> int:
    stems = sum(lexicon.frequency("stem", stem) for stem, _ in word.stems)
    return stems + lexicon.frequency("exact", word.exact)


def _field(leaf: Leaf) -> str:
    return "name" if leaf.title else "exact"


def _spell(plan: Plan, lexicon: Lexicon, notices: list[Notice]) -> dict[Leaf, Leaf]:
    """Each leaf; a beginning with the words that begin so, as far as they are looked for."""
    leaves = dict.fromkeys(plan.every_leaf())
    begun = [leaf for leaf in leaves if isinstance(leaf.what, Prefix)]
    share = MOST_BEGUN // max(2, len(begun))
    spelled = dict(zip(leaves, leaves, strict=True))
    cut = []
    for leaf in begun:
        prefix, whole = _spelled(leaf, lexicon, share)
        spelled[leaf] = replace(leaf, what=prefix)
        if not whole:
            cut.append(f"{prefix.start}*")
    if cut:
        notices.append(Notice("search_prefix_wide", ", ".join(cut)))
    return spelled


def _spelled(leaf: Leaf, lexicon: Lexicon, most: int) -> tuple[Prefix, bool]:
    """A beginning with its words, and whether these are all of them."""
    prefix = cast(Prefix, leaf.what)
    documents, whole = lexicon.frequencies(_field(leaf), prefix.start, MOST_CONSIDERED)
    terms = sorted(documents, key=lambda term: (-documents[term], term))
    spent = accumulate(documents[term] for term in terms)
    kept = [term for term, sum_ in zip(terms, spent, strict=True) if sum_ <= most] or terms[:1]
    postings = sum(documents[term] for term in kept)
    return replace(prefix, terms=tuple(kept), postings=postings), whole and len(kept) == len(terms)


def _phrased(leaf: Leaf, lexicon: Lexicon, notices: list[Notice]) -> Leaf:
    """The leaf; a phrase by its rarest words, or if nearly every text has those, them apart."""
    what = leaf.what
    if not isinstance(what, Sequence):
        return leaf
    rarest = sorted(what.words, key=lambda word: (lexicon.frequency("exact", word.exact), word.at))
    made = replace(leaf, what=replace(what, words=tuple(rarest[:MOST_PLACED])))
    if cost(made, lexicon) <= MOST_READ:
        return made
    notices.append(Notice("search_phrase_common", " ".join(what.typed)))
    words = {word.exact: word for word in rarest[:MOST_PLACED]}
    return replace(leaf, what=AllOf(tuple(words.values())))


def _near(passage: Sequence, lexicon: Lexicon, most: int) -> Sequence | None:
    """The passage by its rarest words, whose postings are read anyway; None if it costs more."""
    words = [word for word in passage.words if lexicon.frequency("exact", word.exact)]
    if len(words) < len(passage.words):
        return None
    rarest = sorted(words, key=lambda word: (lexicon.frequency("exact", word.exact), word.at))
    first = lexicon.frequency("exact", rarest[0].exact)
    if first > MOST_NEAR or 2 * PLACED * first > most:
        return None
    return replace(passage, words=tuple(rarest[:MOST_PLACED]))


def _within(
    group: Group, spelled: dict[Leaf, Leaf], lexicon: Lexicon, notices: list[Notice]
) -> Group:
    """The group without those of its alternatives that together cost too much."""
    leaves = [spelled[leaf] for leaf in group.leaves]
    if len(leaves) == 1:
        return Group(tuple(leaves))
    costs = {leaf: cost(leaf, lexicon) for leaf in leaves}
    ordered = sorted(leaves, key=costs.__getitem__)
    spent = accumulate(costs[leaf] for leaf in ordered)
    affordable = {leaf for leaf, sum_ in zip(ordered, spent, strict=True) if sum_ <= MOST_READ // 2}
    affordable.add(ordered[0])
    left = Group(tuple(leaf for leaf in leaves if leaf not in affordable))
    if left.leaves:
        notices.append(Notice("search_too_common", _shown(left)))
    return Group(tuple(leaf for leaf in leaves if leaf in affordable))


def _shown(group: Group) -> str:
    return ", ".join(dict.fromkeys(_words(group.leaves)))


def _words(leaves: Iterable[Leaf]) -> Iterable[str]:
    for leaf in leaves:
        what = leaf.what
        if isinstance(what, Prefix):
            yield f"{what.start}*"
        elif isinstance(what, Word):
            yield what.exact
        else:
            yield f"“{' '.join(word.exact for word in what.words)}”"
