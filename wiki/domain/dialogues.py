"""Dialogues: who says what in their text, and what their front matter has to say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wiki.domain import frontmatter
from wiki.domain.blocks import outline
from wiki.domain.errors import FieldError
from wiki.domain.pages import STATUSES, Kind, Meta

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
        found = _OPENING.match(paragraph)
        speaker = self.names.get(_fold(found["name"])) if found else None
        if not found or not speaker:
            return None
        return Opening(speaker, (found["time"] or found["later"] or "").strip(), found.end())


def turns(text: str, participants: Iterable[str]) -> list[Turn]:
    """The turns of a dialogue's text (front matter or not), numbered from 1.

    A turn ends where the next begins, at a heading, or at the end of the text.
    """
    speakers = Speakers(participants)
    parts = frontmatter.cut(text)
    begin = len(text) - len(parts.body) if parts else 0
    if not speakers.names or "**" not in text:
        return []
    found: list[Turn] = []
    opened: tuple[Opening, int] | None = None
    for mark in outline(text, begin):
        opening = speakers.opening(mark.text) if not mark.level else None
        if (mark.level or opening) and opened:
            found.append(_turn(text, len(found) + 1, opened, mark.start))
            opened = None
        if opening:
            opened = (opening, mark.start)
    if opened:
        found.append(_turn(text, len(found) + 1, opened, len(text)))
    return found


def check(meta: Meta) -> list[FieldError]:
    """What is wrong with a dialogue's fields, each with the form field and a code."""
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
    assert meta.date is not None and meta.end is not None
    if meta.date.is_day or meta.end.is_day:
        return meta.end.start.date() < meta.date.start.date()
    if (meta.date.start.tzinfo is None) != (meta.end.start.tzinfo is None):
        return meta.end.start.replace(tzinfo=None) < meta.date.start.replace(tzinfo=None)
    return meta.end.start < meta.date.start


def _turn(text: str, number: int, opened: tuple[Opening, int], end: int) -> Turn:
    opening, start = opened
    said = text[start + opening.length : end].strip()
    return Turn(number, opening.speaker, opening.time, start, end, said)


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
