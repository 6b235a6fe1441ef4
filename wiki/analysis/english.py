"""English stems, by the Snowball stemmer."""

from __future__ import annotations

from functools import lru_cache

from wiki.analysis.snowball import Stemmer
from wiki.analysis.words import listed

STOP = listed("stop_en")

_snowball = Stemmer("english")


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """The stem of a folded English word."""
    bare = word.removesuffix("'s")
    if len(bare) < 3 or not bare.isalpha():
        return bare
    return _snowball.stem(bare)
