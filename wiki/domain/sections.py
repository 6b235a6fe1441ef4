"""Sections of a page: a heading and what stands under it, to link to and to edit apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wiki.domain import frontmatter
from wiki.domain.blocks import Mark, outline
from wiki.domain.errors import NotFound
from wiki.domain.paths import slug

PREFIX = "h-"

_WIKILINK = re.compile(r"\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]*)\]\]")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_MARKS = re.compile(r"[*_`~]+")


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and its text: `text[start:end]`, subsections included.

    Numbers count from 1 in order of the text. `at` is the line that makes it a heading (for an
    underlined heading, the underline). `anchor` is the heading's id on the page.
    """

    number: int
    level: int
    title: str
    anchor: str
    start: int
    end: int
    at: int


def sections(text: str) -> list[Section]:
    """The sections of a page's text, front matter or not, in order."""
    parts = frontmatter.cut(text)
    begin = len(text) - len(parts.body) if parts else 0
    return of_marks([mark for mark in outline(text, begin) if mark.level], len(text))


def of_marks(headings: list[Mark], end: int) -> list[Section]:
    """The sections that headings make in a text that ends at `end`."""
    anchors = Anchors()
    ends = [end] * len(headings)
    open_above: list[int] = []
    for number, mark in enumerate(headings):
        while open_above and headings[open_above[-1]].level >= mark.level:
            ends[open_above.pop()] = mark.start
        open_above.append(number)
    return [
        Section(
            number,
            mark.level,
            plain(mark.text),
            anchors.give(plain(mark.text)),
            mark.start,
            stop,
            mark.at,
        )
        for number, (mark, stop) in enumerate(zip(headings, ends, strict=True), 1)
    ]


def cut(text: str, number: int) -> str:
    """The text of one section. Raises NotFound if there is no such section."""
    section = _find(text, number)
    return text[section.start : section.end]


def paste(text: str, number: int, part: str) -> str:
    """The text with one section replaced. Raises NotFound if there is no such section."""
    section = _find(text, number)
    rest = text[section.end :]
    if rest and part:
        part = part.rstrip("\n") + _blank_end(text[section.start : section.end])
    return text[: section.start] + part + rest


def plain(heading: str) -> str:
    """A heading's text without its Markdown marks."""
    shown = _LINK.sub(r"\1", _WIKILINK.sub(r"\1", heading))
    return " ".join(_MARKS.sub("", shown).replace("\\", "").split())


class Anchors:
    """Gives each heading of one page an id that no other has."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def give(self, title: str) -> str:
        """The id for a heading with this plain text."""
        base = PREFIX + (slug(title) or "section")
        count = self.given.get(base, 0) + 1
        self.given[base] = count
        anchor = base if count == 1 else f"{base}-{count}"
        if count > 1 and anchor in self.given:
            return self.give(f"{title} {count}")
        self.given.setdefault(anchor, 1)
        return anchor


def _find(text: str, number: int) -> Section:
    found = sections(text)
    if not 1 <= number <= len(found):
        raise NotFound("section_missing", number=number)
    return found[number - 1]


def _blank_end(before: str) -> str:
    """The newlines that the section ended with, at least the one that ends its last line."""
    return before[len(before.rstrip("\n")) :] or "\n"
