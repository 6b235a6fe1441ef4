"""Which language a text is in, guessed from its most common words."""

from __future__ import annotations

import re

from wiki.analysis import dutch, english
from wiki.analysis.tokens import fold

LANGUAGES = ("nl", "en")

_BOTH = dutch.STOP & english.STOP
_ONLY_DUTCH = dutch.STOP - _BOTH
_ONLY_ENGLISH = english.STOP - _BOTH
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH = 4
_LOOKED_AT = 4_000


def language_of(text: str, declared: str = "", otherwise: str = "nl") -> str:
    """`nl` or `en`: as declared, else as the words suggest, else `otherwise`."""
    short = declared.lower()[:2]
    if short in LANGUAGES:
        return short
    words = [fold(word) for word in _WORD.findall(text[:_LOOKED_AT])]
    dutch_words = sum(word in _ONLY_DUTCH for word in words)
    english_words = sum(word in _ONLY_ENGLISH for word in words)
    if abs(dutch_words - english_words) < _ENOUGH:
        return otherwise
    return "nl" if dutch_words > english_words else "en"
