"""Cutting text into words as people write them, odd ones included.

`R&D`, `2.0`, `C++`, `BZK/DGOO`, `12a`, `e-participatie`, `verslag.pdf` and `a.b@example.nl` are one
word each; those with letters inside a sign are also the words between the signs, `wi-fi` is also
`wifi`, `2015-2018` two years and `1.250.000,00` also `1.250.000` and `1250000`. Marks belong to the
letter that bears them in every script. Where words are written without spaces between them
(Chinese, Japanese, Korean, Thai) every two characters are a word; a sign such as 🚲 is one too.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, combining

from wiki.domain.content.normal import form

LONGEST = 80


_WITH_MARKS = (
    (0x300, 0x1E00),
    (0x20D0, 0x2100),
    (0x2CEF, 0x2E00),
    (0x302A, 0x30A0),
    (0xA66F, 0xABFF),
    (0xFB1E, 0xFE30),
    (0x101FD, 0x12000),
    (0x1D165, 0x1E950),
)
_WITH_SIGNS = ((0x2100, 0x2C00), (0x3200, 0x3400), (0x1F000, 0x1FB00))
"""Where characters of a category stand: looking at all there are would take 50 ms at each start."""


def _class(categories: Container[str], places: Iterable[tuple[int, int]]) -> str:
    """The characters of these categories as they stand in a pattern's brackets: as ranges.

    Patterns of thousands of single characters take longer to compile and to search with.
    """
    codes = [code for low, high in places for code in range(low, high)]
    found = {code for code in codes if category(chr(code)) in categories}
    firsts = sorted(code for code in found if code - 1 not in found)
    lasts = sorted(code for code in found if code + 1 not in found)
    return "".join(f"{chr(one)}-{chr(other)}" for one, other in zip(firsts, lasts, strict=True))


_MARKS = _class(("Mn", "Mc", "Me"), _WITH_MARKS) + "\u00ad\u200b-\u200d"
_SIGN = rf"(?![\x00-\u20ff])[{_class(('So',), _WITH_SIGNS)}]"
_MAY_BE_SIGN = re.compile("[\u2100-\U0001ffff]")
_UNSPACED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u318f"
    "\u31a0-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)
_LETTERS = rf"[^\W_]++(?:(?![\x00-\xac])[{_MARKS}]++[^\W_]*+)*+"
"""What most text consists of is told from marks and signs first: to look at all those is slow."""
_WORD = re.compile(rf"{_LETTERS}(?:[-‐‑&/.,'’@_+](?=[^\W_]){_LETTERS})*+(?:\+\+|\#(?!\w))?")
_WORD_OR_SIGN = re.compile(rf"{_WORD.pattern}|{_SIGN}")
"""Takes twice the time: only for texts that have signs."""
_COMMA = re.compile(r",(?!\d)|(?<!\d),")
_INSIDE = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_RANGE = re.compile(r"[^:/-]+")
_THOUSANDS = re.compile(r"(\d{1,3}(?:\.\d{3})++|\d{1,3}(?:,\d{3})++)(?:[.,]\d++)?")
_HYPHENS = re.compile("[-‐‑]")
_HYPHENED = re.compile(rf"{_LETTERS}(?:[-‐‑]{_LETTERS})+")
_HAS_UNSPACED = re.compile(_UNSPACED)
_STRETCH = re.compile(rf"(?:{_UNSPACED}[{_MARKS}]*+)++|(?:(?!{_UNSPACED}).)++", re.DOTALL)
_CLUSTER = re.compile(rf".[{_MARKS}]*+", re.DOTALL)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d"))
_SPELLED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "’": "'", "‐": "-", "‑": "-"}
)


class Span(NamedTuple):
    """A word in a text: `pieces` are the words inside it if signs hold it together.

    `others` are forms in which it is written elsewhere.
    """

    text: str
    start: int
    pieces: tuple[Span, ...] = ()
    others: tuple[str, ...] = ()

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
    """The words of a text in order; longer than `LONGEST` characters is no word.

    Only those of two characters where no spaces are written run into each other.
    """
    has_sign = not text.isascii() and _has_sign(text)
    for match in (_WORD_OR_SIGN if has_sign else _WORD).finditer(text):
        whole = match.group()
        if not whole.isascii() and _HAS_UNSPACED.search(whole):
            yield from _unspaced(whole, match.start())
        elif whole.isalnum() and len(whole) <= LONGEST:
            yield Span(whole, match.start())
        elif "," in whole:
            yield from _listed(whole, match.start())
        elif len(whole) <= LONGEST:
            yield _span(whole, match.start())
        else:
            yield from _inside(whole, match.start())


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that writes no spaces between words."""
    return not word.isascii() and bool(_HAS_UNSPACED.match(word))


def word_at(text: str, start: int) -> Span | None:
    """The word that begins at a place in the text, or None."""
    match = _WORD_OR_SIGN.match(text, start)
    return next(spans(match.group()), None) if match else None


def _listed(whole: str, start: int) -> Iterator[Span]:
    at = 0
    for part in _COMMA.split(whole):
        if part and len(part) <= LONGEST:
            yield _span(part, start + at)
        at += len(part) + 1


def _unspaced(whole: str, start: int) -> Iterator[Span]:
    """The words of a stretch in which scripts with and without spaces stand side by side."""
    for stretch in _STRETCH.finditer(whole):
        if not _HAS_UNSPACED.match(stretch[0]):
            for span in spans(stretch[0]):
                yield _moved(span, start + stretch.start())
            continue
        places = [each.start() for each in _CLUSTER.finditer(stretch[0])] + [len(stretch[0])]
        for number in range(max(1, len(places) - 2)):
            low, high = places[number], places[min(number + 2, len(places) - 1)]
            if high - low <= LONGEST:
                yield Span(stretch[0][low:high], start + stretch.start() + low)


def _has_sign(text: str) -> bool:
    return any(category(char) == "So" for char in set(_MAY_BE_SIGN.findall(text)))


def _moved(span: Span, by: int) -> Span:
    pieces = tuple(_moved(piece, by) for piece in span.pieces)
    return Span(span.text, span.start + by, pieces, span.others)


def _span(text: str, start: int) -> Span:
    if text.isalnum():
        return Span(text, start)
    if _NUMBER.fullmatch(text):
        return _number(text, start)
    pieces = tuple(_inside(text, start))
    joined = (_HYPHENS.sub("", text),) if _HYPHENED.fullmatch(text) else ()
    return Span(text, start, pieces if len(pieces) > 1 else (), joined)


def _number(text: str, start: int) -> Span:
    """A number, or several: the years of a range, and long ones without their decimals or dots."""
    parts = [Span(part[0], start + part.start()) for part in _RANGE.finditer(text)]
    others: list[str] = []
    for part in parts:
        long = _THOUSANDS.fullmatch(part.text)
        if long:
            others += [long[1], re.sub("[.,]", "", long[1])]
    pieces = tuple(parts) if len(parts) > 1 else ()
    return Span(text, start, pieces, tuple(other for other in others if other != text))


def _inside(text: str, start: int) -> Iterator[Span]:
    for match in _INSIDE.finditer(text):
        if match.end() - match.start() <= LONGEST:
            yield Span(match.group(), start + match.start())
