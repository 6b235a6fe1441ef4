"""Abbreviations that a text explains: after `*[HTML]: a language`, each HTML in it says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wiki.domain.markdown.nodes import Inline, Kind

MOST = 500
"""What one text may explain."""

_MOST_ALIKE = 8
"""How many may begin with the same word: they are looked at in turn."""

MOST_MARKED = 5_000
"""How often a text says what one stands for: a word that comes again and again need not tell it."""

_DEFINITION = re.compile(r"\*\[(\w[^\[\]\n]{0,59}+)\]:[ \t]++(?=\S)([^\n]{1,500}+)\Z")
_WORD = re.compile(r"\w+")


def definition(line: str, at: int) -> tuple[str, str] | None:
    """The abbreviation that a line explains from a place on, and what it stands for."""
    found = _DEFINITION.match(line, at)
    return (found[1].strip(), found[2].strip()) if found else None


class Abbreviations:
    """The words that the abbreviations of a text stand for."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self._meanings = meanings
        self._left = MOST_MARKED
        self._by_word: dict[str, list[str]] = {}
        for label in sorted(meanings, key=len, reverse=True):
            first = _WORD.match(label)
            alike = self._by_word.setdefault(first[0] if first else label, [])
            if len(alike) < _MOST_ALIKE:
                alike.append(label)

    def split(self, text: str, start: int, end: int) -> Iterator[Inline]:
        """A stretch of plain text as text and abbreviations."""
        at = start
        for word in _WORD.finditer(text, start, end):
            if word.start() < at or not self._left:
                continue
            label = self._label(text, word.start(), end) if word[0] in self._by_word else ""
            if label:
                if at < word.start():
                    yield Inline(Kind.TEXT, at, word.start(), text[at : word.start()])
                at = word.start() + len(label)
                self._left -= 1
                yield Inline(
                    Kind.ABBREVIATION, word.start(), at, label, title=self._meanings[label]
                )
        if at < end:
            yield Inline(Kind.TEXT, at, end, text[at:end])

    def _label(self, text: str, at: int, end: int) -> str:
        """The longest abbreviation that stands here as a whole word; empty if none does."""
        first = _WORD.match(text, at)
        for label in self._by_word[first[0]] if first else ():
            after = at + len(label)
            whole = after <= end and not _WORD.match(text[after : after + 1])
            if whole and text.startswith(label, at):
                return label
        return ""
