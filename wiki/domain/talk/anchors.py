"""Anchors: the words on a page that a comment is about, and what became of them.

An anchor is a revision of the page, a range of characters, and the words that stood there. It is
counted in the page's plain text (`render.anchors`). As sent with a comment it is one of

    {"revision": "4f2a…", "start": 120, "end": 138, "quote": "the words"}
    4f2a…:120-138
    the words

where the first may leave out the revision (what the page says now), the range, or the words. The
words alone will do where they stand exactly once.

A passage is carried from one text to the next by the difference that the diff page shows. It stays
where its words stayed, or went together with their sentence; or where it was edited inside while a
sentence beside it was carried too. Else it is gone, until its words come back.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from wiki.domain.errors import Invalid
from wiki.domain.history.diff import Block, Change, Fate, paragraphs, sentences, words

WRITTEN_MOST = 20_000
QUOTE_MOST = 4_000
"""Characters of a passage; a longer one is cut at a word where a paragraph is offered whole."""

_SHORT_FORM = re.compile(r"([0-9a-f]{4,64}):(\d{1,9})-(\d{1,9})")
_REVISION = re.compile(r"[0-9a-f]{4,64}")
_WORD = re.compile(r"\w+")
_LEAST_RUN = 3
"""Words that stayed together, for a part of a changed sentence to count as the same words."""
_LEAST_KEPT = 0.25
"""Part of a passage's words that stay when it is edited."""


class Span(NamedTuple):
    """A range of characters: from `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Asked:
    """An anchor as it was sent; what was left out is empty or None."""

    revision: str = ""
    quote: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words that stand, or stood, in a text: where, and the blob that says so."""

    blob: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The fate of an anchor: where it stands now, or where it stood last.

    `gone` is the revision in which it was removed; empty while it stands.
    """

    place: Anchor
    gone: str = ""


# -- as sent --


def parse(written: str) -> Asked:
    """An anchor in any of its forms. Raises Invalid (field `anchor`)."""
    written = written.strip()
    if len(written) > WRITTEN_MOST:
        raise Invalid.field("anchor", "anchor_wrong")
    short = _SHORT_FORM.fullmatch(written)
    if short:
        return Asked(short[1], "", Span(int(short[2]), int(short[3])))
    if written.startswith("{"):
        return _parse_object(written)
    return Asked(quote=written)


def _parse_object(written: str) -> Asked:
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        raise Invalid.field("anchor", "anchor_wrong") from None
    revision, quote = value.get("revision") or "", value.get("quote") or ""
    start, end = value.get("start"), value.get("end")
    is_text = isinstance(revision, str) and isinstance(quote, str)
    if not is_text or (revision and not _REVISION.fullmatch(revision)):
        raise Invalid.field("anchor", "anchor_wrong")
    if start is None and end is None and quote.strip():
        return Asked(revision, quote)
    if type(start) is not int or type(end) is not int:
        raise Invalid.field("anchor", "anchor_wrong")
    return Asked(revision, quote, Span(start, end))


def written(revision: str, start: int, end: int, quote: str) -> str:
    """An anchor in its full form."""
    value = {"revision": revision, "start": start, "end": end, "quote": quote}
    return json.dumps(value, ensure_ascii=False)


def locate(wanted: Asked, text: str) -> Span:
    """Where the words that were asked for stand in a text.

    Raises Invalid (field `anchor`): they are not there, or not at the place that was named and
    elsewhere more than once.
    """
    if len(wanted.quote) > QUOTE_MOST:
        raise Invalid.field("anchor", "anchor_long", most=QUOTE_MOST)
    if wanted.span is not None and 0 <= wanted.span.start < wanted.span.end <= len(text):
        span = _trim(text, wanted.span)
        here = text[span.start : span.end]
        if here and (not wanted.quote.strip() or even(here) == even(wanted.quote)):
            if len(here) > QUOTE_MOST:
                raise Invalid.field("anchor", "anchor_long", most=QUOTE_MOST)
            return span
    spans = find(wanted.quote, text, most=2)
    if len(spans) == 1:
        return spans[0]
    raise Invalid.field("anchor", "anchor_twice" if spans else "anchor_missing")


def even(text: str) -> str:
    """The text with its space made even, as passages are compared."""
    return " ".join(text.split())


def beginning(words: str, most: int) -> str:
    """A passage in at most so many characters, cut between words; an ellipsis says that it was."""
    words = even(words)
    if len(words) <= most:
        return words
    return words[:most].rsplit(" ", 1)[0].rstrip() + " …"


def find(quote: str, text: str, most: int) -> list[Span]:
    """Where words stand in a text, whatever the space between them; at most so many places."""
    wanted, words_of_text = even(quote), text.split()
    evened = " ".join(words_of_text)
    at = evened.find(wanted) if wanted else -1
    if at < 0:
        return []
    places = _Places(text, words_of_text)
    spans: list[Span] = []
    while at >= 0 and len(spans) < most:
        spans.append(Span(places.of(at), places.of(at + len(wanted) - 1) + 1))
        at = evened.find(wanted, at + 1)
    return spans


class _Places:
    """Where the characters of a text stood before its space was made even."""

    def __init__(self, text: str, words: Sequence[str]) -> None:
        self._starts: list[int] = []
        self._even: list[int] = []
        at = place = 0
        for word in words:
            at = text.index(word, at)
            self._starts.append(at)
            self._even.append(place)
            at += len(word)
            place += len(word) + 1

    def of(self, at: int) -> int:
        """Where the character at a place of the even text stands; it is no space."""
        word = bisect_right(self._even, at) - 1
        return self._starts[word] + at - self._even[word]


def clip(text: str, span: Span) -> Span:
    """The span, or as much of its beginning as a passage may hold, ended at a word."""
    span = _trim(text, span)
    if span.end - span.start <= QUOTE_MOST:
        return span
    cut = text.rfind(" ", span.start, span.start + QUOTE_MOST)
    return _trim(text, Span(span.start, cut if cut > span.start else span.start + QUOTE_MOST))


def _trim(text: str, span: Span) -> Span:
    here = text[span.start : span.end]
    start = span.start + len(here) - len(here.lstrip())
    return Span(start, max(start, span.start + len(here.rstrip())))


# -- carried --


class Step:
    """The text of one revision, and what became in it of anchors in other texts.

    `load` gives the text of a blob.
    """

    def __init__(self, revision: str, blob: str, text: str, load: Callable[[str], str]) -> None:
        self.revision = revision
        self.blob = blob
        self.text = text
        self._even = even(text)
        self._load = load
        self._carries: dict[str, Carry] = {}

    def follow(self, standing: Standing, made: Anchor) -> Standing:
        """Follow an anchor, `made` as it was, that stood (or stands) so before."""
        place = standing.place
        if place.blob == self.blob:
            return Standing(place)
        if not standing.gone:
            span = self._carry(place.blob).carry(place.start, place.end)
            return self._at(span) if span else replace(standing, gone=self.revision)
        for anchor in (place, made):
            if anchor.blob == self.blob:
                return Standing(anchor)
            if even(anchor.words) in self._even:
                span = self._carry(anchor.blob).equal(anchor.start, anchor.end)
                if span:
                    return self._at(span)
        return standing

    def _at(self, span: Span) -> Standing:
        return Standing(Anchor(self.blob, *span, self.text[span.start : span.end]))

    def _carry(self, blob: str) -> Carry:
        if blob not in self._carries:
            self._carries[blob] = Carry(self._load(blob), self.text)
        return self._carries[blob]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the old text: kept in the new one at `there`, or replaced by what is there.

    Pieces of one `lane` keep their order: 0 is what stayed in place, others are what moved.
    """

    start: int
    end: int
    kept: bool
    there: Span
    lane: int

    def at(self, old: int) -> int:
        """Where a character of a piece that was kept stands in the new text."""
        return self.there.start + old - self.start


class Carry:
    """One text compared with another; says where passages of the old one are in the new one."""

    def __init__(self, old: str, new: str) -> None:
        self._old = old
        self._new = new
        self._pieces = sorted(_pieces(words(old, new)), key=lambda piece: piece.start)
        self._starts = [piece.start for piece in self._pieces]
        self._sentences = _Sentences(old)
        self._targets = _Sentences(new)

    def carry(self, start: int, end: int) -> Span | None:
        """Where a passage of the old text is in the new one, edited or not; None if nowhere."""
        return self.equal(start, end) or self._edited(start, end)

    def equal(self, start: int, end: int) -> Span | None:
        """Where the same words are in the new text: they stayed, or moved with their sentence."""
        return self._stayed(start, end) or self._moved(start, end)

    # -- the same words --

    def _stayed(self, start: int, end: int) -> Span | None:
        pieces = self._between(start, end)
        if not self._is_kept(start, end) or not self._is_telling(pieces, start, end):
            return None
        span = Span(pieces[0].at(start), pieces[-1].at(end - 1) + 1)
        same = even(self._new[span.start : span.end]) == even(self._old[start:end])
        return span if same else None

    def _is_telling(self, pieces: Sequence[_Piece], start: int, end: int) -> bool:
        """Whether words that stayed are more than a scrap of a sentence that was rewritten."""
        run = self._old[pieces[0].start : pieces[-1].end]
        if len(_WORD.findall(run)) >= _LEAST_RUN:
            return True
        around = self._around(start, end)
        return self._is_kept(around[0].start, around[-1].end)

    def _moved(self, start: int, end: int) -> Span | None:
        """Where the passage's sentences went, if they stand once in the old text and in the new."""
        touched = self._sentences.touched(start, end)
        keys = [self._sentences.keys[number] for number in touched]
        runs = self._targets.runs(keys)
        if len(runs) != 1 or len(self._sentences.runs(keys)) != 1:
            return None
        there = self._new[runs[0].start : runs[0].end]
        before = even(self._old[self._sentences.spans[touched[0]].start : start])
        for span in find(self._old[start:end], there, most=len(there)):
            if even(there[: span.start]) == before:
                return Span(runs[0].start + span.start, runs[0].start + span.end)
        return None

    # -- edited inside --

    def _edited(self, start: int, end: int) -> Span | None:
        around = self._around(start, end)
        pieces = [piece for piece in self._between(start, end) if piece.kept or _full(piece.there)]
        lanes = {piece.lane for piece in pieces}
        if len(lanes) != 1 or not self._is_beside(start, end, lanes.pop()):
            return None
        if not self._is_related(pieces, around, start, end):
            return None
        first = self._begin(pieces[0], start, around[0].start)
        last = self._finish(pieces[-1], end, around[-1].end)
        span = _trim(self._new, Span(first, max(first, last)))
        return span if span.start < span.end else None

    def _is_beside(self, start: int, end: int, lane: int) -> bool:
        """Whether the sentence right before or after these was carried along."""
        touched, spans = self._sentences.touched(start, end), self._sentences.spans
        beside = spans[max(0, touched.start - 1) : touched.start]
        beside += spans[touched.stop : touched.stop + 1]
        return any(self._is_kept(*span, lane) for span in beside)

    def _is_related(
        self, pieces: Sequence[_Piece], around: Sequence[Span], start: int, end: int
    ) -> bool:
        """Whether enough of the passage's words stayed, or of the sentence that it is a part of."""
        every = len(_WORD.findall(self._old[start:end]))
        words_kept = self._words_kept(start, end)
        if words_kept and words_kept >= _LEAST_KEPT * every:
            return True
        whole = Span(around[0].start, around[-1].end)
        others = len(_WORD.findall(self._old[whole.start : whole.end])) - every
        stayed = self._words_kept(*whole) - words_kept
        return bool(pieces) and stayed >= 2 and 2 * stayed >= others

    def _words_kept(self, start: int, end: int) -> int:
        kept = (piece for piece in self._between(start, end) if piece.kept)
        parts = (self._old[max(start, piece.start) : min(end, piece.end)] for piece in kept)
        return sum(len(_WORD.findall(part)) for part in parts)

    def _begin(self, piece: _Piece, start: int, sentence: int) -> int:
        if piece.kept:
            return piece.at(max(start, piece.start))
        # What replaced more than this sentence is not this passage's.
        return piece.there.start if piece.start >= sentence else piece.there.end

    def _finish(self, piece: _Piece, end: int, sentence: int) -> int:
        if piece.kept:
            return piece.at(min(end, piece.end) - 1) + 1
        return piece.there.end if piece.end <= sentence else piece.there.start

    # -- the old text --

    def _between(self, start: int, end: int) -> list[_Piece]:
        """The pieces that a range of the old text touches."""
        first = max(0, bisect_right(self._starts, start) - 1)
        last = bisect_right(self._starts, end - 1)
        return self._pieces[first:last]

    def _is_kept(self, start: int, end: int, lane: int | None = None) -> bool:
        """Whether all of a range but space was kept (in one lane)."""
        for piece in self._between(start, end):
            if piece.kept and (lane is None or piece.lane == lane):
                continue
            if self._old[max(start, piece.start) : min(end, piece.end)].strip():
                return False
        return True

    def _around(self, start: int, end: int) -> list[Span]:
        """The sentences that a range of the old text touches."""
        touched = self._sentences.touched(start, end)
        return self._sentences.spans[touched.start : touched.stop]


def _full(span: Span) -> bool:
    return span.start < span.end


def _pieces(blocks: Iterable[Block]) -> Iterator[_Piece]:
    """The old text of a difference in pieces, and where each is in the new one."""
    listed = list(blocks)
    left: dict[int, int] = {}
    old = 0
    for block in listed:
        if block.fate is Fate.MOVED_AWAY:
            left[block.move] = old
        if block.fate is not Fate.MOVED_HERE:
            old += sum(len(op.text) for op in block.ops if op.change is not Change.INSERT)
    old = new = 0
    for block in listed:
        if block.fate is Fate.MOVED_AWAY:
            old += len(block.ops[0].text)
            continue
        here = left[block.move] if block.move else old
        yield from _of_block(block, here, new)
        gone = sum(len(op.text) for op in block.ops if op.change is not Change.INSERT)
        old += 0 if block.move else gone
        new += sum(len(op.text) for op in block.ops if op.change is not Change.DELETE)


def _of_block(block: Block, old: int, new: int) -> Iterator[_Piece]:
    for number, op in enumerate(block.ops):
        size = len(op.text)
        if op.change is Change.INSERT:
            new += size
            continue
        is_equal = op.change is Change.EQUAL
        following = block.ops[number + 1] if number + 1 < len(block.ops) else None
        replaced = following and following.change is Change.INSERT
        there = size if is_equal else len(following.text) if following and replaced else 0
        yield _Piece(old, old + size, is_equal, Span(new, new + there), block.move)
        old += size
        new += size if is_equal else 0


class _Sentences:
    """The sentences of a text that are more than space: where they are, and as compared."""

    def __init__(self, text: str) -> None:
        self.spans: list[Span] = []
        at = 0
        for paragraph in paragraphs(text):
            for sentence in sentences(paragraph):
                span = _trim(text, Span(at, at + len(sentence)))
                if _full(span):
                    self.spans.append(span)
                at += len(sentence)
        self.keys = [even(text[start:end]) for start, end in self.spans]
        self._starts = [span.start for span in self.spans]
        self._places: dict[str, list[int]] = {}
        for number, key in enumerate(self.keys):
            self._places.setdefault(key, []).append(number)

    def touched(self, start: int, end: int) -> range:
        """The numbers of the sentences that a range touches."""
        first = max(0, bisect_right(self._starts, start) - 1)
        return range(first, bisect_right(self._starts, end - 1))

    def runs(self, keys: Sequence[str]) -> list[Span]:
        """Where these sentences stand in a row; the first two of such places."""
        places = [self._places.get(key, []) for key in keys]
        rarest = min(range(len(keys)), key=lambda number: len(places[number]))
        starts = (at - rarest for at in places[rarest] if at >= rarest)
        matches = (at for at in starts if self.keys[at : at + len(keys)] == keys)
        return [
            Span(self.spans[at].start, self.spans[at + len(keys) - 1].end)
            for at in islice(matches, 2)
        ]
