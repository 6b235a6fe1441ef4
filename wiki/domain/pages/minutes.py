"""Minutes that were written elsewhere: recognised, and given what makes a page a dialogue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wiki.domain.content import frontmatter
from wiki.domain.content.pages import Participant
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.nodes import Paragraph, walk
from wiki.domain.pages.attendees import attendance
from wiki.domain.pages.moments import MONTHS, typed
from wiki.domain.pages.turns import Speakers, parts, read_parts, speakers

MOST = 200
"""Participants that a dialogue can have."""
_FEWEST_PEOPLE = 2
_FEWEST_TURNS = 2

_DAY = re.compile(r"(?<!\d)(\d{4})[-_./]?(\d{2})[-_./]?(\d{2})(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_LABEL = re.compile(
    r"[ \t]{0,3}+(?:\*{1,2}|__)?([^\W\d_][^\n:*_()\[\]`<>]{0,60}+)"
    r"(?:\*{1,2}|__)?+:(?:\*{1,2}|__)?+(?:[ \t]|$)"
)
_SMALL = frozenset("de den der van ten ter te het 't la le da di el al von".split())
_NO_NAMES = frozenset(
    "action actions agenda answer attendees besluit besluiten actie acties actiepunt conclusie"
    " conclusion date datum decision decisions example follow-up locatie location minutes next note"
    " notes notulen onderwerp opmerking plaats present presenter question regrets resolution"
    " resolutions samenvatting scribe slides status summary time tijd todo topic vraag".split()
)


@dataclass(frozen=True, slots=True)
class Minutes:
    """A text read as minutes: its day (empty if unknown), who was there, how many turns."""

    day: str
    participants: Sequence[Participant]
    turns: int

    @property
    def are_minutes(self) -> bool:
        """Whether enough people say enough."""
        return len(self.participants) >= _FEWEST_PEOPLE and self.turns >= _FEWEST_TURNS


def look_like(document: Document) -> bool:
    """Whether a text has a list of attendees, and turns of at least two of them."""
    present = attendance(document)
    if len(present.people) < _FEWEST_PEOPLE:
        return False
    found = parts(document, speakers((), present.people), present.blocks)
    return len({part.speaker for part in found if part.speaker}) >= _FEWEST_PEOPLE


def of(text: str, path: str) -> Minutes:
    """Read a text at a path as minutes."""
    document = read(text, frontmatter.body_at(text))
    people = _people(document)
    said = read_parts(document, [person.name for person in people])
    return Minutes(day_of(path), people, sum(part.opening is not None for part in said))


def day_of(path: str) -> str:
    """The day that a path names, as `2025-05-28`; empty if none.

    `2025-05-28.md`, `20250528-verslag`, `2025/05/28`, and `2014-09/sept-23` of a folder by month.
    """
    for found in reversed(list(_DAY.finditer(path))):
        day = typed("-".join(found.groups()))
        if day:
            return day.day
    folder, _, name = path.rpartition("/")
    words = [word[0].casefold() for word in _WORDS.finditer(name)]
    years = [found[1] for found in _YEAR.finditer(folder + "/" + name)]
    for at, word in enumerate(words):
        beside = [*words[at + 1 : at + 2], *(words[at - 1 : at] if at else [])]
        number = next((one for one in beside if one.isdecimal() and len(one) <= 2), "")
        if word in MONTHS and number and years:
            day = typed(f"{number} {word} {years[-1]}")
            return day.day if day else ""
    return ""


def names(document: Document) -> Iterator[str]:
    """Every label that looks like the name of who says what follows, each time it stands there."""
    for block in walk(document.root):
        if not isinstance(block, Paragraph) or ":" not in block.content.text:
            continue
        for line in block.content.text.split("\n"):
            label = _LABEL.match(line)
            if label and _is_name(label[1].strip()):
                yield " ".join(label[1].split())


def _people(document: Document) -> list[Participant]:
    """Tell who was there: the list of attendees, else the names that open lines again and again."""
    present = attendance(document).people
    if present:
        return [attendee.participant for attendee in present]
    counted = Counter(names(document))
    often = [name for name, times in counted.items() if times > 1]
    found = parts(document, Speakers(often[:MOST]))
    return [Participant(name) for name in dict.fromkeys(p.speaker for p in found if p.speaker)]


def _is_name(label: str) -> bool:
    words = label.replace(".", " ").split()
    if not 0 < len(words) <= 4 or not {word.casefold() for word in words}.isdisjoint(_NO_NAMES):
        return False
    return words[0][0].isupper() and all(
        word[0].isupper() or word in _SMALL or word.isdecimal() for word in words
    )
