"""How alike two pieces of text are, and which of many became which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from wiki.domain.content.effort import Effort

_WORD = re.compile(r"\w+")

_SIMILAR = 0.4


def pair(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[tuple[int, int]]:
    """Which old pieces became which new ones: in order, by the words they share."""
    if not before or not after:
        return []
    if len(before) == len(after) == 1:
        alike = likeness(bag(before[0]), bag(after[0]))
        return [(0, 0)] if alike >= _SIMILAR / 2 else []
    if not effort.may_pair(len(before) * len(after)):
        return _pair_near(before, after, effort)
    left, right = [bag(text) for text in before], [bag(text) for text in after]
    return _best_pairs([[likeness(one, other) for other in right] for one in left])


def _pair_near(
    before: Sequence[str], after: Sequence[str], effort: Effort
) -> list[tuple[int, int]]:
    """Pairs among many pieces: each with one of the few that stand about as far down."""
    pairs: list[tuple[int, int]] = []
    start = 0
    bags: dict[int, Counter[str]] = {}
    for i, text in enumerate(before):
        if not effort.may_pair(8):
            break
        here = bag(text)
        for j in range(start, min(start + 8, len(after))):
            bags[j] = there = bags.get(j) or bag(after[j])
            if likeness(here, there) >= _SIMILAR:
                pairs.append((i, j))
                start = j + 1
                break
    return pairs


def _best_pairs(alike: list[list[float]]) -> list[tuple[int, int]]:
    """The pairs, rising on both sides, with the greatest likeness in all."""
    n, m = len(alike), len(alike[0])
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            value = max(best[i + 1][j], best[i][j + 1])
            if alike[i][j] >= _SIMILAR:
                value = max(value, best[i + 1][j + 1] + alike[i][j])
            best[i][j] = value
    pairs = []
    i = j = 0
    while i < n and j < m:
        likeness = alike[i][j]
        if likeness >= _SIMILAR and best[i][j] == best[i + 1][j + 1] + likeness:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def bag(text: str) -> Counter[str]:
    """The words of a text with how often each stands in it."""
    return Counter(_WORD.findall(text))


def likeness(left: Counter[str], right: Counter[str]) -> float:
    """The Sørensen–Dice coefficient of two bags of words: 0 (none shared) to 1 (the same)."""
    total = left.total() + right.total()
    if not total:
        return 1.0
    if len(right) < len(left):
        left, right = right, left
    shared = sum(min(count, right[word]) for word, count in left.items() if word in right)
    return 2 * shared / total
