"""Splitting Dutch compounds: `beleidsregels` is `beleid` and `regels`.

Of all ways to split a word the likeliest wins: by how many compounds of the word list each part is
the first or the last of, and by the letters that usually follow it. A word that is itself a part of
many compounds (`bestuur`) needs a likelier split than one that nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from math import inf, log
from typing import NamedTuple

from wiki.analysis.words import lines, listed

SHORTEST = 7
LINKS = ("", "s", "en", "e", "n")
"""The letters that Dutch puts between the parts of a compound."""

DEAREST = 25.0
"""A split of two parts that costs more is chance."""

UNUSUAL = 4.0
"""What a link costs that seldom follows the part."""

ANOTHER = 1.0
"""What each further part costs beside its own rarity."""

LENIENCE = 8.0
"""How much dearer than the word as it is a split may be."""

BEYOND_TWO = 9.0
"""How much more each part beyond two may cost."""

SELDOM = 3
"""Of so many compounds a word of policy is taken to be a part, if the list has fewer of it."""

WITH_S = ("ing", "heid", "teit", "schap", "er", "aar", "isme")
"""Words with these endings are linked with an s."""

_ENDINGS = ("", "e", "en", "n", "s")


class Part(NamedTuple):
    """The costs of a word as the first part, the last, or alone; and its usual links."""

    first: float
    last: float
    alone: float
    links: tuple[str, ...]


class _Split(NamedTuple):
    cost: float
    parts: tuple[str, ...]


_NONE = _Split(inf, ())


@cache
def parts() -> dict[str, Part]:
    """The words that compounds are made of; costs are minus the logarithms of chances."""
    policy = listed("more_parts_nl")
    total = sum(first for _, first, _, _ in _counted())

    @cache
    def part(first: int, last: int, links: tuple[str, ...]) -> Part:
        """One object for all words with the same counts."""
        costs = [log(total / count) if count else inf for count in (first, last, first + last)]
        return Part(costs[0], costs[1], costs[2] + log(2), links)

    by_word = {word: part(SELDOM, SELDOM, _usual(word)) for word in policy}
    for word, first, last, links in _counted():
        least = SELDOM if word in policy else 0
        by_word[word] = part(max(first, least), max(last, least), links or _usual(word))
    return by_word


def _counted() -> Iterator[tuple[str, int, int, tuple[str, ...]]]:
    for line in lines("parts_nl"):
        word, first, last, *links = line.split()
        yield word, int(first), int(last), tuple(link.strip("-") for link in links)


def _usual(word: str) -> tuple[str, ...]:
    return ("s",) if word.endswith(WITH_S) else ("",)


@lru_cache(maxsize=10_000)
def split(word: str) -> tuple[str, ...]:
    """The parts of a folded word, without the letters between; empty if it is no compound."""
    if len(word) < SHORTEST or not word.isalpha() or word in _whole():
        return ()
    best = _best(word)
    if best is None:
        return ()
    itself = parts().get(word)
    most = min(DEAREST, itself.alone + LENIENCE) if itself else DEAREST
    return best.parts if best.cost <= most + BEYOND_TWO * (len(best.parts) - 2) else ()


def is_first(word: str) -> bool:
    """Whether compounds are known that begin with a folded word."""
    return word in parts() and parts()[word].first < inf


def is_last(word: str) -> bool:
    """Whether compounds are known that end in a folded word."""
    return word in parts() and parts()[word].last < inf


def _best(word: str) -> _Split | None:
    """The likeliest split of a word in two parts or more, worked out from its end."""
    tails: dict[int, _Split] = {}
    for at in range(len(word) - 3, -1, -1):
        longer = [_joined(word[at:cut], tail) for cut, tail in tails.items() if cut > at + 2]
        last = parts().get(word[at:]) if at else None
        if last:
            longer.append(_Split(last.last, (word[at:],)))
        best = min(longer, default=_NONE)
        if best.cost < inf:
            tails[at] = best
    return tails.get(0)


def _joined(text: str, tail: _Split) -> _Split:
    """`text` as the first part before `tail`, with the link that fits best."""
    known_parts = parts()
    best = _NONE
    for link in LINKS:
        part = text.removesuffix(link)
        if not text.endswith(link) or part not in known_parts:
            continue
        cost = known_parts[part].first + (0.0 if link in known_parts[part].links else UNUSUAL)
        if cost < best.cost:
            best = _Split(cost, (part,))
    return _Split(best.cost + ANOTHER + tail.cost, best.parts + tail.parts)


@cache
def _whole() -> frozenset[str]:
    """Words that look like compounds and are none, or not of these parts, with their plurals."""
    return frozenset(word + ending for word in listed("whole_nl") for ending in _ENDINGS)
