"""The nodes of a Markdown text: blocks, and in their text inline nodes.

Every node says where it stands: `text[start:end]` is what it was written as, marks included. For
what goes over several lines in a quote or a list, the marks of those at the line starts stand
between as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of inline node."""

    TEXT = "text"
    CODE = "code"
    EMPHASIS = "emphasis"
    STRONG = "strong"
    STRIKE = "strike"
    MARK = "mark"
    SUB = "sub"
    SUPER = "super"
    MATH = "math"
    FORMULA = "formula"
    ABBREVIATION = "abbreviation"
    LINK = "link"
    IMAGE = "image"
    WIKILINK = "wikilink"
    EMBED = "embed"
    NOTE = "note"
    MENTION = "mention"
    SOFT_BREAK = "soft break"
    HARD_BREAK = "hard break"
    HTML = "html"
    COMMENT = "comment"


@dataclass(slots=True)
class Inline:
    """One inline node.

    `text` is what a text, code, a formula, a mention or raw HTML says, and the words of a wikilink
    as written (empty: it has none of its own). `target` is where a link, picture or wikilink leads,
    and the label of a note, with its escapes and entities undone; `title` is what an abbreviation
    stands for too; `place` is where that stands in
    the source, None for a link whose address stands in a definition (see `Definition`) or is its
    text.
    """

    kind: Kind
    start: int
    end: int
    text: str = ""
    children: Sequence[Inline] = ()
    target: str = ""
    title: str = ""
    place: tuple[int, int] | None = None


@dataclass(slots=True)
class Content:
    """The text of one block as it is read on: without what its quotes and lists need.

    `offsets` and `sources` say for each stretch where it begins in `text` and in the source.
    """

    text: str
    offsets: list[int]
    sources: list[int]

    def at(self, offset: int) -> int:
        """Where in the source a character of the text stands."""
        if len(self.offsets) == 1:
            return self.sources[0] + offset
        stretch = bisect_right(self.offsets, offset) - 1
        return self.sources[stretch] + offset - self.offsets[stretch]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the source a part of the text stands."""
        first = self.at(start)
        return first, self.at(end - 1) + 1 if end > start else first

    def after(self, length: int) -> Content:
        """The rest of it after so many characters."""
        return self.part(length, len(self.text))

    def part(self, start: int, end: int) -> Content:
        """Give the text between two characters of it; takes as long as that is long."""
        low, high = bisect_right(self.offsets, start), bisect_right(self.offsets, end)
        return Content(
            self.text[start:end],
            [0, *(offset - start for offset in self.offsets[low:high])],
            [self.at(start), *self.sources[low:high]],
        )


@dataclass(slots=True, eq=False)
class Block:
    """A block; `line` and `last` are the numbers of its first and last line, counted from 0."""

    start: int
    end: int
    line: int
    last: int


@dataclass(slots=True, eq=False)
class Leaf(Block):
    """A block whose text holds inline nodes; `Document.inlines` gives them."""

    content: Content
    inlines: Sequence[Inline] | None = None


@dataclass(slots=True, eq=False)
class Paragraph(Leaf):
    """A paragraph; in a tight list or definition it is `bare`: shown without space around it."""

    bare: bool = False


@dataclass(slots=True, eq=False)
class Heading(Leaf):
    """A heading, with `#` before it or a line under it; `id` is what it asks to be called."""

    level: int = 1
    id: str = ""


@dataclass(slots=True, eq=False)
class Term(Leaf):
    """A term that definitions explain."""


@dataclass(slots=True, eq=False)
class Cell(Leaf):
    """A cell of a table."""


@dataclass(slots=True, eq=False)
class Row(Block):
    """A row of a table, as many cells as it has columns."""

    cells: list[Cell] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Table(Block):
    """A table; its first row is the head. `aligned` has left, right, center or nothing."""

    aligned: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Code(Block):
    """A block of code, fenced (`info` is what stands after the fence) or indented."""

    text: str = ""
    info: str = ""
    fenced: bool = False


@dataclass(slots=True, eq=False)
class Html(Block):
    """A block of raw HTML."""

    text: str = ""


@dataclass(slots=True, eq=False)
class Rule(Block):
    """A horizontal rule."""


@dataclass(slots=True, eq=False)
class Definition(Block):
    """`[label]: target "title"`; `place` is where the target stands in the source."""

    label: str = ""
    target: str = ""
    title: str = ""
    place: tuple[int, int] = (0, 0)


@dataclass(slots=True, eq=False)
class Abbreviation(Block):
    """`*[label]: meaning`."""


@dataclass(slots=True, eq=False)
class Contents(Block):
    """`[TOC]` on a line by itself: where a list of the headings is to stand."""


@dataclass(slots=True, eq=False)
class ShortCode(Block):
    """`{{text}}` on a line by itself: where a list is to stand.

    `target` is the page that it names, as a link does, and `place` where that stands in the source.
    """

    text: str = ""
    target: str = ""
    place: tuple[int, int] = (0, 0)


@dataclass(slots=True, eq=False)
class Container(Block):
    """A block that holds blocks."""

    children: list[Block] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Quote(Container):
    """A quotation, or an `alert` of one of five kinds: what opens with `[!NOTE]`."""

    alert: str = ""


@dataclass(slots=True, eq=False)
class Item(Container):
    """An item of a list; `done` of a task, None of an ordinary item."""

    done: bool | None = None
    width: int = 0


@dataclass(slots=True, eq=False)
class List(Container):
    """A list; `mark` is its bullet or what stands after its numbers, `first` its first number."""

    mark: str = ""
    ordered: bool = False
    first: int = 1
    tight: bool = True


@dataclass(slots=True, eq=False)
class Note(Container):
    """A footnote's text, shown at the foot of the page if something refers to it."""

    label: str = ""


@dataclass(slots=True, eq=False)
class Glossary(Container):
    """Terms with their explanations."""


@dataclass(slots=True, eq=False)
class Explanation(Container):
    """A definition of the terms before it."""

    width: int = 0


def walk(block: Block, into: Callable[[Block], bool] = lambda block: True) -> Iterator[Block]:
    """The block and all blocks in it, in order of the text; `into` says in which ones to look."""
    waiting = [block]
    while waiting:
        node = waiting.pop()
        yield node
        if not into(node):
            continue
        if isinstance(node, Container):
            waiting += reversed(node.children)
        elif isinstance(node, Table):
            waiting += reversed(node.rows)
        elif isinstance(node, Row):
            waiting += reversed(node.cells)


def every(nodes: Sequence[Inline]) -> Iterator[Inline]:
    """Inline nodes and all in them, in order of the text."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children)
