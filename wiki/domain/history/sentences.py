"""A page's text cut into sentences, and when each of them came, went and came back.

`Weave` holds every sentence that ever stood on one page, in one order that fits every revision
(those that are gone stay at their place between the others), so the text at any revision is what
was born by then and had not died. It is folded one revision at a time, in history's order; the
result depends on the texts alone, so following gives the same as making it anew.

The order is the weave of Rochkind, "The Source Code Control System", 1975, of sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from wiki.domain.content import frontmatter
from wiki.domain.content.alignment import changes, outer
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.nodes import Code, Heading, Table, walk

ALIVE = 2**31 - 1
"""The step in which a sentence that still stands will have died."""

MOST_KEPT = 4_000
"""Characters of a sentence that are kept and compared."""

MOST_SENTENCES = 20_000
"""Of a text that has more sentences its paragraphs are given, of one with more of those all."""

_SPACE = 2**40
_CLOSE_BY = 2**20
_LONGEST = 4_000_000
_MOST_STEPS = 10_000
_MANY = 200
"""Texts about which the past is not asked: all of it is read."""

_WORD = re.compile(r"\w+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*+(?=\s)")
_SHORT = re.compile(
    r"(?:^|[\s(\[“‘\"'*_])(?:\w|dr|drs|prof|mr|mrs|ms|ir|ing|mw|dhr|st|nr|no|art|vs|jr|sr|hr)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Sentence:
    """A sentence that stands or stood on a page.

    `number` counts the page's sentences from 1, `place` orders them. `born`, `died` and `origin`
    are steps: a page's revisions counted from 1 in history's order. `origin` is the step that first
    wrote these words; earlier than `born` where they moved, or came back after having gone. `text`
    is kept of what died, its space made even; `back` says that these words stand, or stood, again.
    """

    number: int
    place: int
    born: int
    died: int
    origin: int
    words: int
    text: str = ""
    back: bool = False


def cut(text: str) -> list[str]:
    """A page's text without its front matter, in sentences; joined they are exactly that text.

    A heading, a list item, a table row and a line of code begin one of their own. Of what has more
    sentences than anybody writes, paragraphs are given, else all of it as one.
    """
    begin = frontmatter.body_at(text)
    if len(text) - begin > _LONGEST:
        return [text[begin:]]
    units = _units(read(text, begin))
    if len(units) > MOST_SENTENCES:
        return [text[begin:]]
    sentences: list[str] = []
    for unit in units:
        sentences += _sentences(unit)
        if len(sentences) > MOST_SENTENCES:
            return _with_space([lines for lines, _ in units])
    return _with_space(sentences)


def key(sentence: str) -> str:
    """The sentence as it is compared: breaking a line elsewhere makes no difference."""
    return " ".join(sentence.split())[:MOST_KEPT]


def keys(text: str) -> list[str]:
    """The key of each sentence of a page's text, front matter left out."""
    return [key(sentence) for sentence in cut(text)]


@dataclass(slots=True)
class _Gone:
    """Words that died on a page: who first wrote them, and the sentence that had them last."""

    origin: int
    last: Sentence


class Past(Protocol):
    """The sentences that died on a page, where they are not all in memory."""

    def gone(self, texts: Collection[str]) -> Iterable[Sentence]:
        """Every sentence that died with one of these texts."""

    def last_place(self, after: int, before: int | None) -> int:
        """The largest place between two others (None: no end); `after` if there is none."""

    def every(self) -> Iterable[Sentence]:
        """All of them."""


class _NoPast:
    """Of a page whose sentences are all in memory."""

    def gone(self, texts: Collection[str]) -> Iterable[Sentence]:
        return ()

    def last_place(self, after: int, before: int | None) -> int:
        return after

    def every(self) -> Iterable[Sentence]:
        return ()


class Weave:
    """The sentences of one page, and the keys of those that stand; `changed` by `fold`.

    `all` holds every one of them, unless those that died stay in a `past` and are asked for there:
    then what a fold costs follows the text, not what the page has been through.
    """

    def __init__(
        self,
        sentences: Iterable[Sentence] = (),
        standing: Sequence[str] = (),
        past: Past | None = None,
        last: int = 0,
    ) -> None:
        """`standing` are the keys of the sentences that are alive, in their order.

        `last` is the highest number in the past. Raises ValueError if they are not as many.
        """
        self.all = {sentence.number: sentence for sentence in sentences}
        alive = [sentence for sentence in self.all.values() if sentence.died == ALIVE]
        self._alive = sorted(alive, key=lambda sentence: sentence.place)
        self._keys = list(standing)
        if len(self._keys) != len(self._alive):
            raise ValueError("the text has not as many sentences as stand in the weave")
        self._past: Past = past or _NoPast()
        self._asked: set[str] = set()
        self._places = sorted(sentence.place for sentence in self.all.values())
        self._gone: dict[str, _Gone] = {}
        for sentence in self.all.values():
            if sentence.died != ALIVE:
                self._note_gone(sentence)
        self._next = max(last, *self.all, 0) + 1
        self.changed: dict[int, Sentence] = {}

    @property
    def standing(self) -> Sequence[Sentence]:
        """The sentences that stand, in reading order."""
        return self._alive

    def fold(self, step: int, keys: Sequence[str]) -> None:
        """Let the page's next revision be `step`, with these sentences."""
        before, alive = self._keys, self._alive
        if before == keys:
            return
        steps = changes(before, keys)
        if len(steps) > _MOST_STEPS:
            # So many scattered changes are a new text: finding a place for each takes too long.
            steps = outer(steps)
        dying = {at for same, a, b, _, _ in steps if not same for at in range(a, b)}
        born = {keys[at] for same, _, _, c, d in steps if not same for at in range(c, d)}
        self._recall(born.union(before[at] for at in dying))
        for at in dying:
            self._die(alive[at], before[at], step)
        standing: list[Sentence] = []
        for same, a, b, c, d in steps:
            if same:
                standing += alive[a:b]
            elif c < d:
                follower = alive[b] if b < len(alive) else None
                standing += self._bear(step, keys[c:d], follower, replaces=a < b)
        self._alive, self._keys = standing, list(keys)
        # Words that stand elsewhere on the page too are not gone.
        for text in {before[at] for at in dying}.intersection(keys):
            self._set_back(self._gone[text].last)

    def _recall(self, texts: set[str]) -> None:
        """Bring what died with these texts to mind."""
        new = texts - self._asked
        if not new:
            return
        if len(new) > _MANY:
            self._recall_all()
        self._asked |= new
        self._remember(self._past.gone(new))

    def _recall_all(self) -> None:
        """Bring all of the past to mind, rather than ask about it place by place."""
        for sentence in self._past.every():
            if sentence.number not in self.all:
                self.all[sentence.number] = sentence
                self._note_gone(sentence)
        self._places = sorted(sentence.place for sentence in self.all.values())
        self._past = _NoPast()

    def _remember(self, sentences: Iterable[Sentence]) -> None:
        for sentence in sentences:
            if sentence.number not in self.all:
                self.all[sentence.number] = sentence
                insort(self._places, sentence.place)
                self._note_gone(sentence)

    def _die(self, sentence: Sentence, text: str, step: int) -> None:
        sentence.died, sentence.text = step, text
        self.changed[sentence.number] = sentence
        self._note_gone(sentence)

    def _note_gone(self, sentence: Sentence) -> None:
        """Of equal words that died, only the last to go can be gone for good."""
        gone = self._gone.setdefault(sentence.text, _Gone(sentence.origin, sentence))
        gone.origin = min(gone.origin, sentence.origin)
        if (sentence.died, sentence.number) > (gone.last.died, gone.last.number):
            gone.last, sentence = sentence, gone.last
        if sentence is not gone.last:
            self._set_back(sentence)

    def _set_back(self, sentence: Sentence) -> None:
        if not sentence.back:
            sentence.back = True
            self.changed[sentence.number] = sentence

    def _bear(
        self, step: int, keys: Sequence[str], follower: Sentence | None, *, replaces: bool
    ) -> list[Sentence]:
        """New sentences right before `follower` (None: at the end), after all that died there."""
        born = []
        places = self._room(len(keys), follower, replaces)
        at = bisect_left(self._places, places[0])
        self._places[at:at] = places
        for text, place in zip(keys, places, strict=True):
            gone = self._gone.get(text)
            origin = gone.origin if gone else step
            words = len(_WORD.findall(text))
            sentence = Sentence(self._next, place, step, ALIVE, origin, words)
            self._next += 1
            self.all[sentence.number] = self.changed[sentence.number] = sentence
            born.append(sentence)
            if gone:
                self._set_back(gone.last)
        return born

    def _room(self, number: int, follower: Sentence | None, replaces: bool) -> list[int]:
        """Places for so many sentences; all are spread anew where there is no room left."""
        places = self._places
        if follower is None:
            last = self._past.last_place(places[-1] if places else 0, None)
            apart = _CLOSE_BY if replaces else _SPACE
            return [last + apart * (n + 1) for n in range(number)]
        at = bisect_left(places, follower.place)
        left = self._past.last_place(places[at - 1] if at else 0, follower.place)
        apart = (follower.place - left) // (number + 1)
        if not apart:
            self._spread()
            return self._room(number, follower, replaces)
        if replaces:
            apart = min(apart, _CLOSE_BY)
        return [left + apart * (n + 1) for n in range(number)]

    def _spread(self) -> None:
        self._recall_all()
        ordered = sorted(self.all.values(), key=lambda sentence: sentence.place)
        for number, sentence in enumerate(ordered, 1):
            sentence.place = number * _SPACE
        self._places = [sentence.place for sentence in ordered]
        self.changed.update(self.all)


def _units(document: Document) -> list[tuple[str, bool]]:
    """Lines that belong together, and whether they are prose that sentences end in."""
    lines = _Lines(document)
    units: list[tuple[str, bool]] = []
    unit: list[str] = []

    def close(prose: bool = True) -> None:
        if unit:
            units.append(("".join(unit), prose))
            unit.clear()

    body = document.text[document.root.start :]
    for number, line in enumerate(_LINE.findall(body)):
        if number in lines.first:
            close()
        unit.append(line)
        if number in lines.last or not line.strip():
            close(number not in lines.other)
    close()
    return units


class _Lines:
    """The lines at which units begin and end, and those that are no prose."""

    def __init__(self, document: Document) -> None:
        self.first: set[int] = set()
        self.last: set[int] = set()
        self.other: set[int] = set()
        for block in walk(document.root, into=lambda block: not isinstance(block, Table)):
            self.first.add(block.line)
            if isinstance(block, Heading | Code | Table):
                of_block = range(block.line, block.last + 1)
                self.other.update(of_block)
                self.last.add(block.last)
                if not isinstance(block, Heading):
                    self.first.update(of_block)
                    self.last.update(of_block)


def _sentences(unit: tuple[str, bool]) -> list[str]:
    text, prose = unit
    if not prose:
        return [text]
    sentences: list[str] = []
    start = 0
    for end in _END.finditer(text):
        at = end.end()
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            break
        if text[at].islower() or (end[0] == "." and _is_short(text, start, end.start())):
            continue
        sentences.append(text[start:at])
        start = at
    sentences.append(text[start:])
    return sentences


def _is_short(text: str, start: int, stop: int) -> bool:
    """Whether the full stop follows an initial, a title or an item's number, not a sentence."""
    return bool(_SHORT.search(text[max(start, stop - 6) : stop])) or text[start:stop].isdigit()


def _with_space(sentences: list[str]) -> list[str]:
    """No sentence is only space: it belongs to the one before it, at the start to the next."""
    # Joined once at the end: a long sentence is not copied for every empty line after it.
    joined: list[list[str]] = [[]]
    has_words = False
    for sentence in sentences:
        if has_words and sentence.strip():
            joined.append([])
        has_words = has_words or bool(sentence.strip())
        joined[-1].append(sentence)
    return ["".join(parts) for parts in joined if parts]
