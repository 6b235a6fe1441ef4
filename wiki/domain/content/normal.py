"""Text in one Unicode form, in time that grows with its length and no faster.

Normalising sorts each run of combining marks, which takes the square of the run's length and holds
the interpreter meanwhile. So a run is cut first, as the Stream-Safe Text Process has it (Unicode
Standard Annex 15, section 13). What has a greatest length is measured before it is normalised.
"""

from __future__ import annotations

import re
from typing import Literal
from unicodedata import combining, normalize

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

MOST_MARKS = 30
"""Combining marks in a row; no writing known needs so many (UAX 15, section 13)."""

_JOINER = "\u034f"
"""The combining grapheme joiner: it keeps marks on either side of it from being sorted together."""

_MAY_HOLD_MARKS = re.compile(f"[\u0300-\U0010ffff]{{{MOST_MARKS + 1},}}+")


def form(text: str, which: Form) -> str:
    """Write a text in a Unicode form (UAX #15), so that it can be done in linear time.

    A run of more than 30 combining marks is cut by a joiner, as its section 13 has it.
    """
    if text.isascii():
        return text
    return normalize(which, _MAY_HOLD_MARKS.sub(_safe, text))


def fold(text: str, which: Form, most: int) -> str:
    """Fold a name: without case, in one form, and no more than `most` characters of it."""
    return form(text.strip()[:most], which).casefold()


def _safe(match: re.Match[str]) -> str:
    pieces = []
    run = 0
    for char in match[0]:
        run = run + 1 if combining(char) else 0
        if run > MOST_MARKS:
            pieces.append(_JOINER)
            run = 1
        pieces.append(char)
    return "".join(pieces)
