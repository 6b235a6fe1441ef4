"""Attendees: the list or table of who was there that minutes open with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from wiki.domain.content.pages import Participant
from wiki.domain.markdown import Document
from wiki.domain.markdown.nodes import Block, Heading, Leaf, List, Paragraph, Row, Table, walk
from wiki.domain.markdown.plain import words

_FIRST_BLOCKS = 60
"""How far into minutes a list of attendees is looked for."""
_MOST = 200
_LONGEST = 80
_LONGEST_LIST = 2 * _LONGEST * _MOST
"""Characters of a paragraph that are looked at: more than a list of all those takes."""

_NAMES = frozenset("name naam attendee deelnemer participant aanwezige delegate wie who".split())
_SHORT = frozenset("abbreviation afkorting abbr abbr. afk afk. initials initialen paraaf".split())
_ROLES = frozenset(
    "organization organisation organisatie affiliation company role rol functie namens".split()
)
_LABELS = frozenset(
    "attendees attendance present participants delegates aanwezig aanwezigen deelnemers".split()
)
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z0-9]{0,4}")
_IN_BRACKETS = re.compile(r"\(([^()]{1,80}+)\)")
_DASH = re.compile(r"[ \t]++[-–—=][ \t]++|:[ \t]++")
_PIECE = re.compile(r"[,;\n]")


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was there, how the minutes call them for short, and for whom they came."""

    name: str
    short: str = ""
    role: str = ""

    @property
    def participant(self) -> Participant:
        """The same as a participant of a dialogue."""
        return Participant(self.name, self.role)


@dataclass(slots=True)
class Attendance:
    """Everybody who is said to be there, each once; `blocks` are the ids of what says so."""

    people: list[Attendee] = field(default_factory=list)
    blocks: set[int] = field(default_factory=set)


def attendance(document: Document) -> Attendance:
    """Everybody whom the tables, lists and lines of attendees in a text name."""
    people: dict[str, Attendee] = {}
    blocks: set[int] = set()
    labelled = False
    for block in document.root.children[:_FIRST_BLOCKS]:
        said = _said(document, block) if isinstance(block, Heading | Paragraph) else ""
        for attendee in _of_block(document, block, said, labelled):
            blocks.add(id(block))
            known = people.get(attendee.name.casefold())
            if known is None or not known.short:
                people[attendee.name.casefold()] = attendee
        labelled = _is_label(block, said)
    return Attendance(list(people.values())[:_MOST], blocks)


def _of_block(document: Document, block: Block, said: str, labelled: bool) -> Iterable[Attendee]:
    if isinstance(block, Table):
        return _of_table(document, block, labelled)
    if isinstance(block, List) and labelled:
        return filter(None, (_entry(_all_said(document, item)) for item in block.children))
    if isinstance(block, Paragraph):
        return _of_paragraph(said, labelled)
    return ()


def _of_table(document: Document, table: Table, labelled: bool) -> Iterator[Attendee]:
    head, *rows = [_cells(document, row) for row in table.rows]
    at = {
        sort: next((n for n, cell in enumerate(head) if cell.casefold() in known), -1)
        for sort, known in (("name", _NAMES), ("short", _SHORT), ("role", _ROLES))
    }
    if at["name"] < 0 or (at["short"] < 0 and not labelled):
        return
    for row in rows:
        name, short, role = (
            row[at[sort]] if at[sort] >= 0 else "" for sort in ("name", "short", "role")
        )
        if name and len(name) <= _LONGEST:
            yield Attendee(name, short if _ABBREVIATION.fullmatch(short) else "", role[:_LONGEST])


def _of_paragraph(said: str, labelled: bool) -> Sequence[Attendee]:
    """`Attendees: Anna de Boer (AB), Karel Vis (KV)`, or the names alone if all have brackets."""
    label, colon, rest = said.partition(":")
    if colon and _names_attendees(label):
        said, labelled = rest, True
    entries = map(_entry, filter(str.strip, _PIECE.split(said)))
    if labelled:
        return [entry for entry in entries if entry]
    attendees: list[Attendee] = []
    for entry in entries:
        # Most paragraphs are not read beyond their first words.
        if not entry or not entry.short:
            return ()
        attendees.append(entry)
    return attendees if len(attendees) > 1 else ()


def _entry(written: str) -> Attendee | None:
    """One entry of a list: `Anna de Boer (AB), Gemeente`, `AB: Anna de Boer`, `Anna de Boer`."""
    written = " ".join(written.split())
    if not written or len(written) > 2 * _LONGEST:
        return None
    bracket = _IN_BRACKETS.search(written)
    inside = bracket[1].strip() if bracket else ""
    outside = written.replace(bracket[0], " ", 1) if bracket else written
    name, _, role = outside.partition(",")
    left, *right = (part.strip() for part in _DASH.split(name.strip(), maxsplit=1))
    if right and _fits(left, right[0]):
        return Attendee(right[0], left, role.strip() or inside)
    name, role = left, " ".join([*right, role.strip()]).strip()
    if not name or len(name) > _LONGEST or not name[0].isupper():
        return None
    if _fits(inside, name):
        return Attendee(name, inside, role)
    if _fits(role, name):
        return Attendee(name, role, inside)
    return Attendee(name, "", role or inside)


def _fits(short: str, name: str) -> bool:
    """Whether a word can be short for a name: its letters stand in the name, in that order."""
    if not _ABBREVIATION.fullmatch(short) or len(name) <= len(short):
        return False
    letters = iter(name.casefold())
    return all(letter in letters for letter in short.casefold())


def _is_label(block: Block, said: str) -> bool:
    is_opening = isinstance(block, Heading) or said.rstrip().endswith(":")
    return is_opening and _names_attendees(said)


def _names_attendees(said: str) -> bool:
    parts = said.casefold().replace(":", " ").split()
    return len(parts) <= 4 and not _LABELS.isdisjoint(parts)


def _said(document: Document, leaf: Leaf) -> str:
    return words(document.beginning(leaf, _LONGEST_LIST))


def _all_said(document: Document, block: Block) -> str:
    leaves = (leaf for leaf in walk(block) if isinstance(leaf, Heading | Paragraph))
    return "\n".join(_said(document, leaf) for leaf in leaves)


def _cells(document: Document, row: Row) -> list[str]:
    return [" ".join(words(document.inlines(cell)).split()) for cell in row.cells]
