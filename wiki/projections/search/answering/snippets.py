"""The best snippets of a hit with the words marked, from positions kept in the index.

Nothing is analysed again but the words that are marked and the title.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from wiki.analysis import compounds
from wiki.analysis.analyser import analyse, forms
from wiki.analysis.tokens import Span, fold, word_at
from wiki.domain.search.search import Piece, Snippet
from wiki.projections.search.answering.plan import Plan, Prefix, words_of
from wiki.projections.search.storage.entries import TITLE_AT
from wiki.projections.search.texts.documents import FACTS

LENGTH = 230
LEAD = 70
MOST = 2
MOST_MARKS = 400
_BOUNDARY = re.compile(r"(?<=[.!?:;])\s++|(?<!\s)\s*\n\s*+")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A marked stretch of a text, and which word of the query it answers."""

    start: int
    end: int
    stem: str


class Places(Protocol):
    """Where words stand in documents."""

    def positions(self, term: str, documents: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """Where the stem stands in each of these documents (ascending) that has it."""


class Marker:
    """Marks what a plan looks for in documents (ascending), by where its words stand in them."""

    def __init__(self, places: Places, plan: Plan, documents: list[int]) -> None:
        self.stems = self.stems_of(plan)
        prefixes = [leaf.what.start for leaf in plan.leaves() if isinstance(leaf.what, Prefix)]
        self._prefix = _beginning(prefixes)
        self._places = {stem: places.positions(stem, documents) for stem in self.stems}

    @staticmethod
    def stems_of(plan: Plan) -> set[str]:
        """The stems that are marked."""
        words = [word for leaf in plan.leaves() for word in words_of(leaf.what)]
        parts = {forms(part, "nl")[0] for word in words for part in word.parts}
        return parts | {stem for word in words for stem, _ in word.stems}

    def title(self, stored: Mapping[str, Any]) -> tuple[Piece, ...]:
        """The title, marked."""
        title, language = stored["title"], stored["language"]
        marks = {
            _mark(title, token.start, self.stems, language)
            for token in analyse(title, language)
            if token.stem in self.stems or not self.stems.isdisjoint(token.parts)
        }
        marks |= self._beginnings(title)
        return tuple(_pieces(title, 0, len(title), sorted(filter(None, marks))))

    def snippets(self, document: int, stored: Mapping[str, Any]) -> tuple[Snippet, ...]:
        """The best snippets; the text's beginning if nothing in it is marked."""
        text = stored["text"]
        marks = self._marks(document, stored)
        windows = _windows(text, marks)
        if not windows:
            windows = [(0, _end(text, 0))] if text else []
        return tuple(_snippet(text, start, end, marks) for start, end in sorted(windows))

    def _marks(self, document: int, stored: Mapping[str, Any]) -> list[Mark]:
        text, starts = stored["text"], array("I", stored["starts"])
        marks = self._beginnings(text)
        for places in self._places.values():
            positions = [p for p in places.get(document, ()) if p < TITLE_AT]
            for position in positions[:MOST_MARKS]:
                mark = _mark(text, starts[position], self.stems, stored["language"])
                if mark:
                    marks.add(mark)
        return _apart(sorted(marks, key=lambda mark: (mark.start, -mark.end)))

    def _beginnings(self, text: str) -> set[Mark]:
        if self._prefix is None:
            return set()
        found = self._prefix.finditer(text)
        return {Mark(m.start(), m.end(), m.group(1).lower()) for m in found}


def _beginning(prefixes: list[str]) -> re.Pattern[str] | None:
    if not prefixes:
        return None
    either = "|".join(map(re.escape, prefixes))
    return re.compile(rf"(?<!\w)({either})\w*", re.IGNORECASE)


def _mark(text: str, start: int, stems: set[str], language: str) -> Mark | None:
    """Give what to mark of the word that begins here: it, a word inside it, a compound's part."""
    span = word_at(text, start)
    if span is None:
        return None
    for candidate in (span, *span.pieces[:1]):
        stem, _ = forms(fold(candidate.text), language)
        if stem in stems:
            return Mark(start, start + len(candidate.text), stem)
    for other in span.others:
        stem, _ = forms(fold(other), language)
        if stem in stems:
            return Mark(start, span.end - span.start + start, stem)
    whole = span.pieces[0] if span.pieces else span
    for part_start, part in _parts(whole):
        stem, _ = forms(part, language)
        if stem in stems:
            return Mark(start + part_start, start + part_start + len(part), stem)
    return Mark(start, start + len(whole.text), fold(whole.text))


def _parts(span: Span) -> Iterator[tuple[int, str]]:
    folded = fold(span.text)
    if len(folded) != len(span.text):
        return
    at = 0
    for part in compounds.split(folded):
        begin = folded.find(part, at)
        if begin >= 0:
            yield begin, part
            yield from ((begin + folded[begin:].find(p), p) for p in compounds.split(part))
            at = begin + len(part)


def _apart(marks: list[Mark]) -> list[Mark]:
    apart: list[Mark] = []
    for mark in marks:
        if not apart or mark.start >= apart[-1].end:
            apart.append(mark)
    return apart


def _windows(text: str, marks: list[Mark]) -> list[tuple[int, int]]:
    """The stretches with most different words in them, the best two that do not overlap."""
    counts = []
    for number, mark in enumerate(marks):
        inside = []
        for other in marks[number:]:
            if other.end > mark.start + LENGTH - LEAD:
                break
            inside.append(other.stem)
        counts.append((len(set(inside)), len(inside), -number))
    chosen: list[tuple[int, int]] = []
    for _, _, number in sorted(counts, reverse=True):
        start = _start(text, marks[-number].start)
        end = _end(text, start)
        if all(end <= begin or start >= stop for begin, stop in chosen):
            chosen.append((start, end))
        if len(chosen) == MOST:
            break
    return chosen


def _start(text: str, mark: int) -> int:
    """Where a snippet around a mark begins: with its sentence if that is near, else at a word."""
    earliest = max(0, mark - LEAD)
    boundaries = [m.end() for m in _BOUNDARY.finditer(text, earliest, mark)]
    if boundaries:
        return boundaries[0]
    if earliest == 0:
        return 0
    space = text.find(" ", earliest, mark)
    return space + 1 if space >= 0 else earliest


def _end(text: str, start: int) -> int:
    """Where a snippet ends: before the facts of the front matter, else between two words."""
    latest = min(len(text), start + LENGTH)
    facts = text.find(FACTS, start, latest)
    if facts >= 0:
        return facts
    if latest == len(text):
        return latest
    space = max(text.rfind(" ", start, latest), text.rfind("\n", start, latest))
    return space if space > latest - 60 else latest


def _snippet(text: str, start: int, end: int, marks: list[Mark]) -> Snippet:
    inside = [mark for mark in marks if start <= mark.start and mark.end <= end]
    pieces = tuple(_pieces(text, start, end, inside))
    goes_on = end < len(text) and not text.startswith(FACTS, end)
    return Snippet(pieces, start > 0 and text[start - 1] != "\n", goes_on)


def _pieces(text: str, start: int, end: int, marks: list[Mark]) -> Iterator[Piece]:
    at = start
    for mark in marks:
        if mark.start > at:
            yield Piece(_one_line(text[at : mark.start]))
        if mark.start >= at:
            yield Piece(_one_line(text[mark.start : mark.end]), marked=True)
            at = mark.end
    if at < end:
        yield Piece(_one_line(text[at:end]))


def _one_line(text: str) -> str:
    return " ".join(text.split("\n")) if "\n" in text else text
