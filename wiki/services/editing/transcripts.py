"""A transcript that is put into a dialogue: read, its speakers named, and taken out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wiki.domain.content.pages import Participant
from wiki.domain.content.text import decode
from wiki.domain.errors import Invalid
from wiki.domain.pages import participants, transcripts
from wiki.domain.pages.turns import Speakers
from wiki.domain.search import docx
from wiki.engine import Wiki
from wiki.services.editing import saving

"""The choice for a label that is none: its words belong to what was said before."""
NEW = "+"
"""The choice for a label that is a participant who was not named yet."""
NAMED = "="
"""Stands before the name of a participant who is meant."""


@dataclass(frozen=True, slots=True)
class Label:
    """A speaker of a transcript, what was chosen for it, and in how many turns it speaks."""

    label: str
    choice: str
    turns: int


@dataclass(frozen=True, slots=True)
class Look:
    """A transcript that was read: turns, its labels, and those that are no participant yet."""

    turns: int
    labels: Sequence[Label]
    unknown: Sequence[str]
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Put:
    """A dialogue's text and its lines of participants with a transcript, and what was added."""

    text: str
    people: str
    added_text: str
    added_people: str
    turns: int


def text_of(wiki: Wiki, data: bytes) -> str:
    """The text of a file with a transcript. Raises Invalid, TooLarge."""
    text = docx.text(data) if docx.is_docx(data) else decode(data).text
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    saving.check_text(wiki, text, text)
    return text.replace("\0", "")


def look(text: str, people: str, chosen: Mapping[str, str]) -> Look:
    """Read a transcript, for these lines of participants and what was chosen so far.

    Raises Invalid if nobody speaks in it.
    """
    names = _names(people)
    transcript = transcripts.read(text, names)
    if not transcript.turns:
        raise Invalid.field("transcript", "transcript_empty")
    speakers = Speakers(names)
    spoken: dict[str, int] = {}
    for turn in transcript.turns:
        spoken[turn.label] = spoken.get(turn.label, 0) + 1
    labels = [
        Label(label, chosen.get(label, _meant(speakers, label)), spoken[label])
        for label in transcript.labels
    ]
    return Look(len(transcript.turns), labels, transcript.unknown(speakers), names)


def put(text: str, people: str, transcript: str, chosen: Mapping[str, str]) -> Put:
    """The text and the participants with the transcript at the end. Raises Invalid as `look`."""
    seen = look(transcript, people, chosen)
    names: dict[str, str] = {}
    added: dict[str, None] = {}
    for each in seen.labels:
        if each.choice == NEW:
            added.setdefault(each.label)
        known = each.choice.removeprefix(NAMED)
        names[each.label] = each.label if each.choice == NEW else known
    found = transcripts.read(transcript, seen.names)
    block = transcripts.written(found, names)
    more = "\n".join(participants.write(Participant(name)) for name in added)
    before = f"{text.rstrip()}\n\n" if text.strip() else ""
    everybody = "\n".join(filter(None, (people.strip(), more)))
    return Put(before + block, everybody, block, more, seen.turns)


def taken_out(text: str, people: str, added_text: str, added_people: str) -> tuple[str, str]:
    """The text and the participants without what was added.

    Raises Invalid if the text was changed since.
    """
    before, found, after = text.rpartition(added_text.strip())
    if not found or not added_text.strip():
        raise Invalid.field("transcript", "transcript_changed")
    added = added_people.split("\n")
    kept = [line for line in people.split("\n") if line.strip() and line not in added]
    return before.rstrip() + "\n" * bool(before.strip()) + after.strip("\n"), "\n".join(kept)


def _meant(speakers: Speakers, label: str) -> str:
    known = speakers.named(label)
    return NAMED + known if known else NEW


def _names(people: str) -> list[str]:
    found = (participants.read(line).name for line in people.split("\n"))
    return list(dict.fromkeys(filter(None, found)))
