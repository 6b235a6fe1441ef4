"""From text to the tokens that are indexed and searched for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from wiki.analysis import compounds, dutch, english
from wiki.analysis.tokens import fold, is_unspaced, spans


class Token(NamedTuple):
    """One word of a text.

    `exact` is the word folded; `parts` are the stems of a compound's parts and of its kin; `start`
    and `end` are characters in the text; `position` counts words, stop words included.
    """

    exact: str
    stem: str
    parts: tuple[str, ...]
    start: int
    end: int
    position: int


@lru_cache(maxsize=50_000)
def forms(word: str, language: str) -> tuple[str, tuple[str, ...]]:
    """The stem of a folded word, and the stems of its parts if it is a compound."""
    if language == "en":
        return english.stem(word), ()
    stem = dutch.stem(word)
    parts = (dutch.stem(part) for part in _all_parts(word))
    return stem, tuple(part for part in dict.fromkeys(parts) if part != stem)


@lru_cache(maxsize=50_000)
def kin(word: str, language: str) -> str:
    """The stem of the family that a folded word belongs to, if that is not its own; or empty."""
    found = "" if language == "en" else dutch.kin(word)
    return "" if found == forms(word, language)[0] else found


@lru_cache(maxsize=50_000)
def _indexed(word: str, language: str) -> tuple[str, tuple[str, ...]]:
    """The stem of a folded word, and every other stem that finds it: of parts and of kin.

    Of two characters without spaces in between each finds both.
    """
    if is_unspaced(word):
        return word, tuple(dict.fromkeys(char for char in word if char != word))
    stem, parts = forms(word, language)
    if language == "en":
        return stem, parts
    related = (kin(word, language), *(dutch.kin(part) for part in _all_parts(word)))
    others = dict.fromkeys((*parts, *filter(None, related)))
    return stem, tuple(other for other in others if other != stem)


def _all_parts(word: str) -> Iterator[str]:
    """A compound's parts and theirs: `raadsverkiezing` has three in `gemeenteraadsverkiezing`."""
    for part in compounds.split(word):
        yield part
        yield from _all_parts(part)


def is_stop(word: str, language: str) -> bool:
    """Whether a folded word is too common in the language to be searched for."""
    return word in (english.STOP if language == "en" else dutch.STOP)


def analyse(text: str, language: str) -> list[Token]:
    """The words of a text in order, without stop words.

    A word held together by signs (`BZK/DGOO`) is followed by the words inside it, and where its
    first one stands by what it is written as elsewhere.
    """
    tokens: list[Token] = []
    position = 0
    for span in spans(text):
        if span.pieces:
            exact = fold(span.text)
            tokens.append(Token(exact, *_indexed(exact, language), span.start, span.end, position))
        for other in span.others:
            exact = fold(other)
            tokens.append(Token(exact, *_indexed(exact, language), span.start, span.end, position))
        for word in span.pieces or (span,):
            known = _known(word.text, language)
            if known:
                tokens.append(Token(*known, word.start, word.start + len(word.text), position))
            position += 1
    return tokens


@lru_cache(maxsize=50_000)
def _known(written: str, language: str) -> tuple[str, str, tuple[str, ...]] | None:
    """A word as it is written: folded, its stem, its other stems; None for a stop word."""
    exact = fold(written)
    return None if is_stop(exact, language) else (exact, *_indexed(exact, language))
