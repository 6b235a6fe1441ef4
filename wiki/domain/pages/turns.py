"""Turns of a dialogue, who says what: page, index and citation all ask this one reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from wiki.domain.content import frontmatter
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.nodes import Block, Heading, Item, List, Paragraph
from wiki.domain.pages.attendees import Attendee, attendance

_HEAD = re.compile(
    r"[ \t]{0,3}+(?P<mark>\*{1,3}+|_{1,3}+)?+"
    r"(?P<name>(?:[^\n:*()_]|(?<=[^\W_])_(?=[^\W_])){1,200}+)"
    r"(?:\((?P<time>[^()\n*]{1,40}+)\)[ \t]*+)?+"
)
"""The speaker and, in brackets, a time; bold or not."""
_AFTER_MARK = re.compile(
    r"[ \t]*+(?:\((?P<time>[^()\n*]{1,40}+)\))?+(?P<role>[ \t]*+[,–—-][^\n:*()]{1,80}+)?+[ \t]*+"
)
"""What may stand between the end of bold and the colon."""
_APART = re.compile(r" ?, ?| ?[–—] ?| - ")
"""What separates a speaker's role from the name."""
_SENTENCE = re.compile(r"[.!?;\"“”](?:\s|$)|,")
_LONGEST_ROLE = 60
_BREAKS = ("\\", "<br>", "<br/>", "<br />")
_OFFSET = re.compile(r"(?:t=)?+(?:(\d{1,3}):(?=\d\d?:))?+(\d{1,2}):(\d{2})(?:[.,]\d{1,3})?+")
_SECONDS = re.compile(r"t=(\d{1,6})(?:\.\d{1,3})?+s?")


@dataclass(frozen=True, slots=True)
class Opening:
    """The start of a turn: a speaker, a time as written, and how long the opening is."""

    speaker: str
    time: str
    length: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of one speaker: `text[start:end]`; `said` is it without the opening."""

    number: int
    speaker: str
    time: str
    start: int
    end: int
    said: str


class Speakers:
    """The names that open a turn in one dialogue.

    Whole names come first, then what a list of attendees says is `short` for one, then the first or
    last name of exactly one.
    """

    def __init__(self, names: Iterable[str], short: Mapping[str, str] | None = None) -> None:
        whole = {_fold(name): name for name in names if name.strip()}
        parts: dict[str, set[str]] = {}
        for name in whole.values():
            for part in _name_parts(name):
                parts.setdefault(part, set()).add(name)
        alone = {part: owners.pop() for part, owners in parts.items() if len(owners) == 1}
        given = {_fold(key): whole.get(_fold(name), name) for key, name in (short or {}).items()}
        self.names = alone | given | whole

    def opening(self, text: str, at: int = 0) -> Opening | None:
        """The opening of a line that begins a turn at this place of a text, or None."""
        head = _HEAD.match(text, at) if self.names else None
        if not head:
            return None
        end, time, role = head.end(), head["time"] or "", ""
        mark = head["mark"] or ""
        closed = bool(mark) and text.startswith(mark, end)
        if closed:
            after = _AFTER_MARK.match(text, end + len(mark))
            assert after is not None
            end, time, role = after.end(), time or after["time"] or "", after["role"] or ""
        if not text.startswith(":", end):
            return None
        end += 1
        if mark and not closed:
            if not text.startswith(mark, end):
                return None
            end += len(mark)
        if text[end : end + 1] in (":", "/"):
            return None
        speaker = self.named(head["name"] + role)
        if not speaker:
            return None
        while text[end : end + 1] in (" ", "\t"):
            end += 1
        return Opening(speaker, time.strip(), end - at)

    def named(self, label: str) -> str:
        """The participant whom a label means, with or without a role after it; empty if none."""
        found = self.names.get(_fold(label))
        if found:
            return found
        name, *role = _APART.split(" ".join(label.split()), maxsplit=1)
        if not role or len(role[0]) > _LONGEST_ROLE or _SENTENCE.search(role[0]):
            return ""
        return self.names.get(_fold(name), "")


def speakers(participants: Iterable[str], present: Sequence[Attendee] = ()) -> Speakers:
    """The names that open a turn: the participants', and those of whom the text says are there."""
    names = list(participants)
    known = set(map(_fold, names))
    names += [one.name for one in present if _fold(one.name) not in known]
    owners: dict[str, list[str]] = {}
    for one in present:
        owners.setdefault(one.short, []).append(one.name)
    alone = {short: owner[0] for short, owner in owners.items() if short and len(owner) == 1}
    return Speakers(names, alone)


@dataclass(slots=True)
class Part:
    """Blocks of a dialogue's text that follow each other: a turn's, or what no turn holds.

    A turn's first paragraph stands here without its opening. `said` is where what was said begins.
    """

    opening: Opening | None
    start: int
    said: int
    end: int
    blocks: list[Block] = field(default_factory=list)

    @property
    def speaker(self) -> str:
        """Whose turn it is; empty if no turn holds it."""
        return self.opening.speaker if self.opening else ""


def parts(document: Document, speakers: Speakers, beside: Set[int] = frozenset()) -> list[Part]:
    """A dialogue's text by turn. A turn ends where the next begins, at a heading, or at the end.

    In blocks `beside` it, by their ids, nobody speaks.
    """
    begin, end = document.root.start, document.root.end
    turns = [Part(None, begin, begin, end)]
    for piece in _Pieces(speakers, beside).of(document.root.children):
        if piece.opening or (piece.ends and turns[-1].opening):
            turns[-1].end = piece.start
            turns.append(Part(piece.opening, piece.start, piece.said, end))
        if piece.block:
            turns[-1].blocks.append(piece.block)
    return turns


def read_parts(document: Document, participants: Iterable[str]) -> list[Part]:
    """A dialogue's text by turn, of these participants and those whom the text says are there."""
    present = attendance(document)
    return parts(document, speakers(participants, present.people), present.blocks)


def turns(text: str, participants: Iterable[str]) -> list[Turn]:
    """The turns of a dialogue's text (front matter or not), numbered from 1."""
    if ":" not in text:
        return []
    return turns_of(text, read_parts(read(text, frontmatter.body_at(text)), participants))


def turns_of(text: str, parts: Iterable[Part]) -> list[Turn]:
    """The turns among the parts of a dialogue's text, numbered from 1."""
    turns: list[Turn] = []
    for part in parts:
        if part.opening:
            said = text[part.said : part.end].strip()
            number, opening = len(turns) + 1, part.opening
            turn = Turn(number, opening.speaker, opening.time, part.start, part.end, said)
            turns.append(turn)
    return turns


def seconds(time: str) -> int | None:
    """How far into a recording a turn's time is: `0:12:03` or `t=723`; None for a clock's time."""
    counted = _SECONDS.fullmatch(time.strip())
    if counted:
        return int(counted[1])
    match = _OFFSET.fullmatch(time.strip())
    if not match or (match[1] is None and not time.strip().startswith("t=")):
        return None
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])


@dataclass(slots=True)
class _Piece:
    """A block, or a part of one; it may open a turn, or end the one before."""

    block: Block | None
    start: int
    said: int
    opening: Opening | None = None
    ends: bool = False


class _Pieces:
    """One walk over blocks: what stands together in lines or in a list, taken apart by speaker."""

    def __init__(self, speakers: Speakers, beside: Set[int]) -> None:
        self.speakers = speakers
        self.holds = dict.fromkeys(beside, False)

    def of(self, blocks: Iterable[Block], start: int | None = None) -> Iterator[_Piece]:
        """The pieces of blocks; the first one begins at `start` if that is given."""
        for number, block in enumerate(blocks):
            begin = start if start is not None and not number else block.start
            if isinstance(block, Paragraph) and self._holds(block):
                yield from self._of_paragraph(block, begin)
            elif isinstance(block, List) and self._holds(block):
                yield from self._of_list(block)
            else:
                yield _Piece(block, begin, begin, ends=isinstance(block, Heading))

    def _of_paragraph(self, block: Paragraph, start: int) -> Iterator[_Piece]:
        openings = list(self._openings(block))
        text, line = block.content.text, block.line
        if openings[0][0]:
            yield _Piece(_cut(block, 0, openings[0][0], line), start, start)
        ends = [at for at, _ in openings[1:]] + [len(text)]
        for number, ((at, opening), end) in enumerate(zip(openings, ends, strict=True)):
            line += text.count("\n", openings[number - 1][0] if number else 0, at)
            said = at + opening.length
            said += len(text[said:end]) - len(text[said:end].lstrip())
            begin = start if not at else block.content.at(at)
            yield _Piece(
                _cut(block, said, end, line),
                begin,
                block.content.at(min(at + opening.length, len(text))),
                opening,
            )

    def _openings(self, block: Paragraph) -> Iterator[tuple[int, Opening]]:
        """Where in a paragraph lines open a turn."""
        text = block.content.text
        at = 0 if ":" in text else -1
        while at >= 0:
            opening = self.speakers.opening(text, at)
            if opening:
                yield at, opening
            at = text.find("\n", at) + 1 or -1

    def _of_list(self, block: List) -> Iterator[_Piece]:
        """The items of a list in which somebody speaks; those that go on together stay a list."""
        silent: list[Block] = []
        first = block.first
        for number, item in enumerate(block.children, block.first):
            if not self._holds(item):
                first = first if silent else number
                silent.append(item)
                continue
            if silent:
                yield _Piece(_listed(block, silent, first), silent[0].start, silent[0].start)
                silent = []
            assert isinstance(item, Item)
            yield from self._of_item(block, item, number)
        if silent:
            yield _Piece(_listed(block, silent, first), silent[0].start, silent[0].start)

    def _of_item(self, block: List, item: Item, number: int) -> Iterator[_Piece]:
        children = [
            replace(c, bare=False) if isinstance(c, Paragraph) else c for c in item.children
        ]
        lead = next(n for n, child in enumerate(children) if self._holds(child))
        if lead:
            # What the item says itself is a topic of those who speak under it.
            topic = _listed(block, [replace(item, children=item.children[:lead])], number)
            yield _Piece(topic, item.start, item.start, ends=True)
        yield from self.of(children[lead:], None if lead else item.start)

    def _holds(self, block: Block) -> bool:
        """Whether somebody begins to speak in a paragraph, or in a list or an item of it."""
        known = self.holds.get(id(block))
        if known is not None:
            return known
        if isinstance(block, Paragraph):
            return next(self._openings(block), None) is not None
        if not isinstance(block, List | Item) or (
            isinstance(block, Item) and block.done is not None
        ):
            return False
        self.holds[id(block)] = any(self._holds(child) for child in block.children)
        return self.holds[id(block)]


def _listed(block: List, items: list[Block], first: int) -> List:
    return replace(block, children=items, first=first, start=items[0].start, end=items[-1].end)


def _cut(block: Paragraph, start: int, end: int, line: int) -> Paragraph | None:
    """A part of a paragraph as one of its own, without the break at its end; None if empty."""
    text = block.content.text[start:end].rstrip()
    for written in _BREAKS:
        text = text.removesuffix(written).rstrip()
    if not text:
        return None
    content = block.content.part(start, start + len(text))
    first, last = block.content.span(start, start + len(text))
    return Paragraph(first, last, line, line + text.count("\n"), content, bare=block.bare)


def _name_parts(name: str) -> Iterator[str]:
    """A name's first word, its last word, and all that follows the first, folded."""
    whole = _fold(name)
    folded = _APART.split(whole, maxsplit=1)[0]
    if folded != whole:
        yield folded
    words = folded.split()
    if len(words) > 1:
        yield from {words[0], words[-1], " ".join(words[1:])}


def _fold(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()
