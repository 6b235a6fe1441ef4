"""Sections of a page: a heading and what stands under it, to link to and to edit apart."""

from __future__ import annotations

from dataclasses import dataclass

from wiki.domain.content import frontmatter
from wiki.domain.content.paths import slug
from wiki.domain.errors import NotFound
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.nodes import Heading
from wiki.domain.markdown.plain import title

PREFIX = "h-"


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and its text: `text[start:end]`, subsections included.

    Numbers count from 1 in order of the text. `anchor` is the heading's id on the page.
    """

    number: int
    level: int
    title: str
    anchor: str
    start: int
    end: int


def sections(text: str) -> list[Section]:
    """The sections of a page's text, front matter or not, in order."""
    return of(read(text, frontmatter.body_at(text)))


def of(document: Document) -> list[Section]:
    """The sections that the headings of a text make which stand in no other block."""
    headings = [block for block in document.root.children if isinstance(block, Heading)]
    anchors = Anchors()
    ends = [len(document.text)] * len(headings)
    open_above: list[int] = []
    for number, heading in enumerate(headings):
        while open_above and headings[open_above[-1]].level >= heading.level:
            ends[open_above.pop()] = heading.start
        open_above.append(number)
    sections: list[Section] = []
    for number, (heading, end) in enumerate(zip(headings, ends, strict=True), 1):
        said = title(document, heading)
        sections.append(
            Section(number, heading.level, said, anchors.give(said), heading.start, end)
        )
    return sections


def titling(document: Document) -> Heading | None:
    """The heading that is a page's title: the first of level 1, or one that stands above all."""
    headings = [block for block in document.root.children if isinstance(block, Heading)]
    first = next((one for one in headings if one.level == 1 and title(document, one)), None)
    if first is not None or not headings:
        return first
    top = min(heading.level for heading in headings)
    others = any(heading.level == top for heading in headings[1:])
    return headings[0] if headings[0].level == top and not others else None


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
