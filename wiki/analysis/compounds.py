"""Splitting Dutch compounds: `beleidsregels` is `beleid` and `regels`."""

from __future__ import annotations

from functools import lru_cache
from math import log

from wiki.analysis.words import listed, ranked

PARTS = "parts_nl"
SHORTEST = 7
MOST_PARTS = 4
LINKS = ("", "s", "en", "e", "n")
"""The letters that Dutch puts between the parts of a compound."""

# look like compounds and are none, or not of these parts
_WHOLE = listed("whole_nl")


@lru_cache(maxsize=10_000)
def split(word: str) -> tuple[str, ...]:
    """The parts of a folded word, without the letters that link them; empty if it is no compound.

    The fewest parts win, then those with the fewest letters between them (`belang` and `stelling`,
    not `belang-s-telling`), then the parts that most compounds are made of: `gemeente` and `huis`,
    not `gemeen` and `tehuis`.
    """
    if len(word) < SHORTEST or not word.isalpha() or word in _WHOLE:
        return ()
    best: tuple[str, ...] = ()
    for found in _splits(word, MOST_PARTS):
        if len(found) > 1 and (not best or _rank(found) < _rank(best)):
            best = found
    return best


def _rank(parts: tuple[str, ...]) -> tuple[int, int, float]:
    places = ranked(PARTS)
    letters = sum(map(len, parts))
    return len(parts), -letters, sum(log(places[part]) for part in parts)


def _splits(word: str, most: int) -> list[tuple[str, ...]]:
    known = ranked(PARTS)
    found: list[tuple[str, ...]] = [(word,)] if word in known else []
    if most == 1:
        return found
    for at in range(3, len(word) - 2):
        head = _head(word[:at])
        if head:
            found += [(head, *rest) for rest in _splits(word[at:], most - 1)]
    return found


def _head(text: str) -> str:
    """The part that `text` is as the first of a compound, or empty."""
    known = ranked(PARTS)
    bare = (text.removesuffix(link) for link in LINKS if text.endswith(link))
    heads = [head for head in bare if len(head) > 2 and head in known]
    return min(heads, key=known.__getitem__, default="")
