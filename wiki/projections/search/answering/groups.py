"""The groups of a plan, as both engines loosen and choose them."""

from __future__ import annotations

from collections.abc import Mapping

from wiki.projections.search.answering.bounds import cost
from wiki.projections.search.answering.lexicon import Lexicon
from wiki.projections.search.answering.matching import apart
from wiki.projections.search.answering.plan import Group, Plan

FEW = 3
"""Below so many documents with all the words, those with some are found too."""

MOST_SCORED = 40_000
"""Documents times words that are scored: of more, only the rarest words make the difference."""


def loose(group: Group) -> Group:
    """The group with the parts of its compounds, standing apart, as further leaves."""
    extra = tuple(leaf for leaf in map(apart, group.leaves) if leaf)
    return Group((*group.leaves, *extra)) if extra else group


def needed(having: Mapping[int, int], groups: int) -> int:
    """How many groups a document must have: half of them, more if that are too many to score.

    `having` counts the documents by how many groups they have.
    """
    least = (groups + 1) // 2
    while least < max(having, default=0):
        documents = sum(number for count, number in having.items() if count >= least)
        if documents * groups <= MOST_SCORED:
            break
        least += 1
    return least


def rarest(plan: Plan, lexicon: Lexicon, documents: int) -> list[Group]:
    """The groups that are scored: the rarest, as many as so many documents allow."""
    ordered = sorted(
        plan.wanted, key=lambda group: sum(cost(leaf, lexicon) for leaf in group.leaves)
    )
    return ordered[: max(1, MOST_SCORED // max(1, documents))]
