"""The plain text of a rendered page, in which comments' anchors are counted, and marks in its HTML.

It is the text of the page's own rendered Markdown: no slot's text (titles of other pages, words in
the reader's language), no numbers of turns and notes. All space between words counts as one blank;
items, rows and broken lines begin on a new line, other blocks after an empty one. Characters are
Unicode code points. `static/js/passages.js` counts the same way in the browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape, unescape

from wiki.domain.talk.anchors import Span, clip
from wiki.render.plugins import mathematics
from wiki.render.slots import CLOSE, MARK, OPEN, clean, slot

_TOKEN = re.compile(
    mathematics.PATTERN + r"|<(?P<close>/?)(?P<tag>[a-z0-9]++)(?P<attributes>[^<>]*+)>"
    f"|{MARK}N[^{OPEN}{CLOSE}]*{CLOSE}(?P<named>[^{OPEN}{CLOSE}]*){MARK}Z{CLOSE}"
    f"|{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}"
    f"|[^<{OPEN}]+"
)
_SPACE = re.compile(r"[ \t\n\r\f]+")
_ATOM = re.compile(r"&[A-Za-z0-9#]{1,32};|[ \t\n\r\f]+|.", re.DOTALL)
_CLASS = re.compile(r'class="([^"]*)"')

_BLOCK, _LINE, _BLANK = "\n\n", "\n", " "
_APART = {
    **dict.fromkeys(
        "p h1 h2 h3 h4 h5 h6 blockquote pre ul ol dl table thead tbody div section hr details "
        "summary aside".split(),
        _BLOCK,
    ),
    **dict.fromkeys("li tr dt dd br".split(), _LINE),
    **dict.fromkeys("td th".split(), _BLANK),
}
_RANK = {"": 0, _BLANK: 1, _LINE: 2, _BLOCK: 3}
_VOID = {"br", "hr", "img", "input"}
_NOT_OWN = {"alert-title", "formula-note", "turn-meta", "footnote-ref", "footnote-back"}
_NOT_OWN |= {"list-note", "visually-hidden"}
_OFFERED = {"p", "li", "dd"}
"""Blocks that offer to comment on them; with a script any words can be chosen."""

_MOST_MARKS = 5
"""Marks beside one paragraph; what there is more is counted."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage to be marked, and the link beside it: where it leads and what it says."""

    id: int
    start: int
    end: int
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of marks that do not fit beside a paragraph, and where they lead."""

    more: str
    href: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text between two tags: where it is in the HTML, and where its words begin in the text."""

    begin: int
    finish: int
    start: int
    end: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """Text of one block: where it ends in the HTML, and what block it is."""

    finish: int
    start: int
    end: int
    tag: str


@dataclass(slots=True)
class _Reading:
    """The text of some HTML, and where each piece of it came from."""

    text: str = ""
    pieces: list[_Piece] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)


def plain(html: str) -> str:
    """The plain text of a page's HTML with its slots."""
    return _Reader(html).run().text


def offer(html: str) -> str:
    """The HTML with a slot at the end of each paragraph, for a link to comment on it."""
    reading = _Reader(html).run()
    parts: list[str] = []
    at = 0
    for run in reading.runs:
        if run.tag in _OFFERED:
            span = clip(reading.text, Span(run.start, run.end))
            parts += [html[at : run.finish], slot("P", str(span.start), str(span.end))]
            at = run.finish
    return "".join([*parts, html[at:]])


def mark(html: str, marks: Sequence[Mark], words: Words) -> str:
    """The HTML with passages marked, and links to their comments beside them."""
    if not marks:
        return html
    reading = _Reader(html).run()
    wrappings = list(_wrappings(html, reading, sorted(marks, key=lambda mark: mark.start)))
    wrappings += _links(reading, marks, words)
    wrappings.sort(key=lambda item: item[0])
    parts: list[str] = []
    at = 0
    for place, inserted in wrappings:
        parts += [html[at:place], inserted]
        at = place
    return "".join([*parts, html[at:]])


def _wrappings(html: str, reading: _Reading, marks: Sequence[Mark]) -> Iterator[tuple[int, str]]:
    """Where marks begin and end in the HTML, never across a tag."""
    spans = _joined([Span(mark.start, mark.end) for mark in marks])
    at = 0
    for piece in reading.pieces:
        while at < len(spans) and spans[at].end <= piece.start:
            at += 1
        for span in spans[at:]:
            if span.start >= piece.end:
                break
            low, high = max(span.start, piece.start), min(span.end, piece.end)
            begin, finish = _inside(html, piece, low, high)
            yield begin, '<mark class="passage">'
            yield finish, "</mark>"


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans, sorted by their start, as the ranges that they cover together."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _inside(html: str, piece: _Piece, low: int, high: int) -> tuple[int, int]:
    """Where in the HTML a range of the text begins and ends, within one piece."""
    if piece.is_whole or (low == piece.start and high == piece.end):
        return piece.begin, piece.finish
    if piece.finish - piece.begin == piece.end - piece.start:
        # Nothing in it is written longer than it reads: no "&amp;", no two blanks.
        return piece.begin + low - piece.start, piece.begin + high - piece.start
    at, text = piece.begin, piece.start
    begin = finish = -1
    for atom in _ATOM.finditer(html, piece.begin, piece.finish):
        if text >= low and begin < 0:
            begin = at
        size = 1 if atom[0].isspace() else len(unescape(atom[0]))
        at, text = atom.end(), text + size
        if text >= high:
            finish = at
            break
    return begin, finish if finish >= 0 else piece.finish


def _links(reading: _Reading, marks: Sequence[Mark], words: Words) -> Iterator[tuple[int, str]]:
    """The links to comments, beside the block in which their passage ends."""
    runs = iter(reading.runs)
    run = next(runs, None)
    beside: dict[int, list[Mark]] = {}
    for each in sorted(marks, key=lambda mark: (mark.end, mark.id)):
        while run and run.end < each.end:
            run = next(runs, None)
        if run:
            beside.setdefault(run.finish, []).append(each)
    for place, some in beside.items():
        inside = "".join(_link(mark) for mark in some[:_MOST_MARKS])
        if len(some) > _MOST_MARKS:
            more = escape(clean(words.more % {"number": len(some) - _MOST_MARKS}))
            inside += f'<a class="margin-mark more" href="{escape(words.href)}">{more}</a>'
        yield place, f'<span class="margin-marks">{inside}</span>'


def _link(mark: Mark) -> str:
    label = escape(clean(mark.label))
    return (
        f'<a class="margin-mark" id="passage-{mark.id}" href="{escape(mark.href)}" '
        f'data-thread="{mark.id}" title="{label}"><span class="visually-hidden">{label}</span></a>'
    )


class _Reader:
    """One walk over some HTML that has been sanitised."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._found = _Reading()
        self._out: list[str] = []
        self._length = 0
        self._apart = ""
        self._open: list[str] = []
        self._run = -1
        self._skipped: list[str] = []

    def run(self) -> _Reading:
        for token in _TOKEN.finditer(self._html):
            tag = token["tag"]
            if tag:
                self._tag(token, tag)
            elif not self._skipped:
                if token["formula"] is not None:
                    self._text(token.start(), token.end(), token["formula"], whole=True)
                elif token["named"] is not None:
                    self._text(token.start(), token.end(), token["named"], whole=True)
                elif token[0][0] != OPEN:
                    self._text(token.start(), token.end(), token[0])
        self._close_run(len(self._html))
        self._found.text = "".join(self._out)
        return self._found

    def _tag(self, token: re.Match[str], tag: str) -> None:
        if self._skipped:
            self._skip(tag, bool(token["close"]))
            return
        if not token["close"] and tag not in _APART:
            classes = _CLASS.search(token["attributes"])
            if classes and not _NOT_OWN.isdisjoint(classes[1].split()) and tag not in _VOID:
                self._skipped.append(tag)
            return
        apart = _APART.get(tag)
        if apart is None:
            return
        if tag != "br":
            self._close_run(token.start())
            if tag not in _VOID:
                if token["close"]:
                    self._open.pop()
                else:
                    self._open.append(tag)
        if self._out and _RANK[apart] > _RANK[self._apart]:
            self._apart = apart

    def _skip(self, tag: str, closes: bool) -> None:
        if closes:
            self._skipped.pop()
        elif tag not in _VOID:
            self._skipped.append(tag)

    def _text(self, begin: int, finish: int, written: str, *, whole: bool = False) -> None:
        text = _SPACE.sub(" ", unescape(written) if "&" in written else written)
        if text[:1] == " ":
            self._apart = self._apart or (_BLANK if self._out else "")
        words = text.strip(" ")
        if not words:
            return
        self._put(self._apart)
        start = self._length
        self._put(words)
        if not whole:
            begin += len(written) - len(written.lstrip(" \t\n\r\f"))
            finish -= len(written) - len(written.rstrip(" \t\n\r\f"))
        self._found.pieces.append(_Piece(begin, finish, start, self._length, whole))
        if self._run < 0:
            self._run = start
        self._apart = _BLANK if text[-1] == " " else ""

    def _put(self, text: str) -> None:
        self._out.append(text)
        self._length += len(text)

    def _close_run(self, place: int) -> None:
        if self._run >= 0:
            tag = self._open[-1] if self._open else ""
            self._found.runs.append(_Run(place, self._run, self._length, tag))
        self._run = -1
