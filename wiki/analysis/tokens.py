"""Cutting text into words as people write them, odd ones included.

`R&D`, `2.0`, `C++`, `BZK/DGOO`, `12a`, `e-participatie`, `verslag.pdf` and `a.b@example.nl` are one
word each; those with letters inside a sign are also the words between the signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining

from wiki.domain.content.normal import form

LONGEST = 80

_LETTERS = r"[^\W_][\u0300-\u036f\u00ad\u200b-\u200d]*"
_WORD = re.compile(
    rf"(?:{_LETTERS})+(?:[-‐‑&/.,'’@_+](?=[^\W_])(?:{_LETTERS})+)*(?:\+\+|\#(?!\w))?", re.UNICODE
)
_COMMA = re.compile(r",(?!\d)|(?<!\d),")
_INSIDE = re.compile(rf"(?:{_LETTERS})+(?:['’](?:{_LETTERS})+)*")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d"))
_SPELLED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "’": "'", "‐": "-", "‑": "-"}
)


class Span(NamedTuple):
    """A word in a text: `pieces` are the words inside it if signs hold it together."""

    text: str
    start: int
    pieces: tuple[Span, ...] = ()

    @property
    def end(self) -> int:
        """Where the word ends, in characters from the start of the text."""
        return self.start + len(self.text)


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """A word without case, accents and invisible characters: equal for words that look alike."""
    return fold_text(word)


def fold_text(text: str) -> str:
    """`fold` for a whole text, which is not kept."""
    if text.isascii():
        return text.lower()
    bare = text.casefold().translate(_INVISIBLE).translate(_SPELLED)
    split = form(bare, "NFKD")
    return "".join(char for char in split if not combining(char))


def spans(text: str) -> Iterator[Span]:
    """The words of a text in order; longer than `LONGEST` characters is no word."""
    for match in _WORD.finditer(text):
        whole = match.group()
        if whole.isalnum() and len(whole) <= LONGEST:
            yield Span(whole, match.start())
        elif "," in whole:
            yield from _listed(whole, match.start())
        elif len(whole) <= LONGEST:
            yield _span(whole, match.start())
        else:
            yield from _inside(whole, match.start())


def word_at(text: str, start: int) -> Span | None:
    """The word that begins at a place in the text, or None."""
    match = _WORD.match(text, start)
    return next(spans(match.group()), None) if match else None


def _listed(whole: str, start: int) -> Iterator[Span]:
    at = 0
    for part in _COMMA.split(whole):
        if part and len(part) <= LONGEST:
            yield _span(part, start + at)
        at += len(part) + 1


def _span(text: str, start: int) -> Span:
    if text.isalnum() or _NUMBER.fullmatch(text):
        return Span(text, start)
    pieces = tuple(_inside(text, start))
    return Span(text, start, pieces if len(pieces) > 1 else ())


def _inside(text: str, start: int) -> Iterator[Span]:
    for match in _INSIDE.finditer(text):
        if match.end() - match.start() <= LONGEST:
            yield Span(match.group(), start + match.start())
