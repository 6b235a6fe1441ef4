"""Dialogues: who says what in their text, and what their front matter has to say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from wiki.domain.content import frontmatter
from wiki.domain.content.pages import STATUSES, Kind, Meta
from wiki.domain.errors import FieldError
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.nodes import Block, Heading, Paragraph

_OPENING = re.compile(
    r"[ ]{0,3}\*\*(?P<name>[^*\n()]{1,200}?)[ \t]*(?:\((?P<time>[^()\n*]{1,40})\)[ \t]*)?"
    r"(?::[ \t]*\*\*|\*\*[ \t]*(?:\((?P<later>[^()\n*]{1,40})\)[ \t]*)?:)[ \t]*"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """The start of a turn: a speaker, a time as written, and how long the opening is."""

    speaker: str
    time: str
    length: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says in one go: `text[start:end]`; `said` is it without the opening."""

    number: int
    speaker: str
    time: str
    start: int
    end: int
    said: str


class Speakers:
    """The names that open a turn in one dialogue."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = {_fold(name): name for name in names if name.strip()}

    def opening(self, paragraph: str) -> Opening | None:
        """The opening of a paragraph that begins a turn, or None."""
        if not self.names or "**" not in paragraph[:5]:
            return None
        opening = _OPENING.match(paragraph)
        speaker = self.names.get(_fold(opening["name"])) if opening else None
        if not opening or not speaker:
            return None
        return Opening(speaker, (opening["time"] or opening["later"] or "").strip(), opening.end())


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
        """Tell whose turn it is; empty if no turn holds it."""
        return self.opening.speaker if self.opening else ""


def parts(document: Document, speakers: Speakers) -> list[Part]:
    """A dialogue's text by turn. A turn ends where the next begins, at a heading, or at the end."""
    begin, end = document.root.start, document.root.end
    parts = [Part(None, begin, begin, end)]
    for block in document.root.children:
        opening = speakers.opening(block.content.text) if isinstance(block, Paragraph) else None
        if opening or (isinstance(block, Heading) and parts[-1].opening):
            parts[-1].end = block.start
            parts.append(Part(opening, block.start, block.start, end))
        if opening and isinstance(block, Paragraph):
            text = block.content.text
            length = len(text) - len(text[opening.length :].lstrip())
            parts[-1].said = block.content.at(opening.length)
            block = replace(block, content=block.content.after(length), inlines=None)
        parts[-1].blocks.append(block)
    return parts


def turns(text: str, participants: Iterable[str]) -> list[Turn]:
    """The turns of a dialogue's text (front matter or not), numbered from 1."""
    speakers = Speakers(participants)
    if not speakers.names or "**" not in text:
        return []
    return turns_of(text, parts(read(text, frontmatter.body_at(text)), speakers))


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


def check(meta: Meta) -> list[FieldError]:
    """List what is wrong with a dialogue's fields, each with the form field and a code."""
    wrong = [FieldError("title", "title_missing", {})] if not meta.title.strip() else []
    if meta.status not in STATUSES[Kind.DIALOGUE]:
        known = ", ".join(STATUSES[Kind.DIALOGUE])
        wrong.append(
            FieldError("status", "status_unknown", {"status": meta.status, "known": known})
        )
    if meta.date is None:
        code = "date_unreadable" if "date_unreadable" in meta.problems else "date_missing"
        wrong.append(FieldError("date", code, {}))
    if meta.end is None and "end_unreadable" in meta.problems:
        wrong.append(FieldError("end", "end_unreadable", {}))
    if meta.date and meta.end and _ends_early(meta):
        wrong.append(FieldError("end", "end_before_date", {}))
    for number, participant in enumerate(meta.participants, 1):
        if not participant.name.strip():
            wrong.append(FieldError("participants", "participant_unnamed", {"number": number}))
    if meta.recording and not meta.recording_is_link:
        wrong.append(FieldError("recording", "recording_not_link", {}))
    return wrong


def _ends_early(meta: Meta) -> bool:
    assert meta.date is not None
    assert meta.end is not None
    if meta.date.is_day or meta.end.is_day:
        return meta.end.start.date() < meta.date.start.date()
    if (meta.date.start.tzinfo is None) != (meta.end.start.tzinfo is None):
        return meta.end.start.replace(tzinfo=None) < meta.date.start.replace(tzinfo=None)
    return meta.end.start < meta.date.start


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
