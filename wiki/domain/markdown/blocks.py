"""The blocks of a Markdown text: CommonMark 0.31 with GitHub's tables, footnotes and tasks.

Also the definition lists of PHP Markdown Extra. Each line is read once, in three steps: which open
blocks go on, what new ones begin, where its text goes (CommonMark, "Appendix: A parsing strategy").
What nests deeper than a bound is text, and what comes after too many blocks is code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from wiki.domain.markdown import abbreviations, short_codes
from wiki.domain.markdown.dollars import LANGUAGE, closes
from wiki.domain.markdown.marks import BLANK, TAG, definition, fold, unescape
from wiki.domain.markdown.nodes import (
    Abbreviation,
    Block,
    Cell,
    Code,
    Container,
    Content,
    Contents,
    Definition,
    Explanation,
    Glossary,
    Heading,
    Html,
    Item,
    Leaf,
    List,
    Note,
    Paragraph,
    Quote,
    Row,
    Rule,
    Table,
    Term,
)

MOST_NESTED = 24
"""Containers in each other; a list and its item are two."""

MOST_BLOCKS = 30_000
"""Blocks of a text that are read, such as a list of 15,000 items: to show more takes seconds.

A heading counts twice: it is shown among the contents too.
"""

_MOST_CELLS_ADDED = 50_000
"""Cells that are not written, where rows are shorter than their table is wide."""

_MARKS = frozenset("#`~*+_=<>-[:|$0123456789")
_ATX = re.compile(r"#{1,6}+(?:[ \t]+|$)")
_FENCE = re.compile(r"`{3,}+|~{3,}+")
_FORMULA = "$$"
_ID = re.compile(r"\{#([A-Za-z][\w.:-]{0,99}+)\}\Z")
_CONTENTS = frozenset(("[toc]", "[[_toc_]]"))
_BULLET = re.compile(r"(?:[*+-]|(\d{1,9}+)[.)])(?=[ \t]|$)")
_NOTE = re.compile(r"\[\^((?:[^\\\[\]\s]|\\[^\s]){1,500}+)\]:[ \t]*+")
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=[^ \t\n])")
_ALERT = re.compile(
    r"\[!(note|tip|important|warning|caution)\][ \t]*+(?:\n[ \t]*+|\Z)", re.IGNORECASE
)
_BAR = re.compile(r"\\?\|")

_ENDED_BY_TAG = re.compile(r"<(?:script|pre|textarea|style)(?:[ \t>]|$)", re.IGNORECASE)
_END_TAG = re.compile(r"</(?:script|pre|textarea|style)>", re.IGNORECASE)
_DECLARATION = re.compile(r"<![A-Za-z]")
_BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd"
    r"|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]"
    r"|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup"
    r"|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)"
    r"(?:[ \t]|/?>|$)",
    re.IGNORECASE,
)


@dataclass(slots=True, eq=False)
class Blocks(Container):
    """The blocks of a text, with what labels in it mean; `is_whole` unless there are too many."""

    is_whole: bool = True
    definitions: dict[str, Definition] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)


class Opened(Enum):
    """A block that began in a line."""

    NOTHING = 0
    CONTAINER = 1
    LEAF = 2


def blocks(text: str, begin: int, notes: bool) -> Blocks:
    """The blocks of a text from `begin` on; `notes` says whether it may have footnotes."""
    return _Reader(text, begin, notes).run()


class _Reader:
    """One walk over the lines of a text."""

    def __init__(self, text: str, begin: int, notes: bool) -> None:
        self.text = text
        self.has_notes = notes
        self.root = Blocks(begin, begin, 0, 0)
        self.open: list[Container] = [self.root]
        self.groups: list[List | Glossary] = []
        self.leaf: Block | None = None
        self.began = False
        self.interrupted: Paragraph | None = None
        self.pieces: list[tuple[int, int]] = []
        self.parts: list[str] = []
        self.fence = ""
        self.fence_indent = 0
        self.html_end: str | re.Pattern[str] = ""
        self.cells_added = 0
        self.added = 0
        self.last_comment_end = -2
        self.number = 0
        self.line = ""
        self.base = begin
        self.pos = self.column = 0
        self.in_tab = False
        self.next = self.indent = 0
        self.blank = False

    def run(self) -> Blocks:
        lines = self.text[self.base :].split("\n")
        if not lines[-1]:
            del lines[-1]
        for line in lines:
            self._read(line)
            self.base += len(line) + 1
            self.number += 1
            if self.added > MOST_BLOCKS:
                break
        self._close(1)
        self._leave(lines[self.number :])
        self.root.end = len(self.text)
        self.root.last = max(0, self.number - 1)
        if self.has_notes:
            self.root.children = list(self._with_contents())
        for group in self.groups:
            if isinstance(group, List):
                _finish_list(group)
            else:
                _finish_glossary(group)
        if self.has_notes:
            _find_codes(self.root)
        return self.root

    def _leave(self, lines: Sequence[str]) -> None:
        """Put what is read no further into one block of code."""
        if not lines:
            return
        rest = "\n".join(lines)
        end = self.base + len(rest)
        last = self.number + len(lines) - 1
        self.root.children.append(Code(self.base, end, self.number, last, text=rest + "\n"))
        self.root.is_whole = False
        self.number += len(lines)

    def _with_contents(self) -> Iterator[Block]:
        """The blocks of a page: what is `[TOC]` and nothing else is no paragraph."""
        contents = _CONTENTS - {f"[{label}]" for label in self.root.definitions}
        for block in self.root.children:
            if isinstance(block, Paragraph) and block.content.text.casefold() in contents:
                yield Contents(block.start, block.end, block.line, block.last)
            else:
                yield block

    # What the line begins with

    def _read(self, line: str) -> None:
        self.line = line
        self.pos = self.column = 0
        self.in_tab = False
        self._look()
        depth = 1
        while depth < len(self.open) and self._goes_on(self.open[depth]):
            depth += 1
        whole = depth == len(self.open)
        if whole and self.leaf and self._leaf_goes_on():
            return
        self.began = False
        self.interrupted = self.leaf if whole and isinstance(self.leaf, Paragraph) else None
        if self._begin(depth):
            return
        if self.blank:
            self._close(len(self.open) if self.began else depth)
        elif isinstance(self.leaf, Paragraph):
            # Also where a quote or item did not go on: the line continues it without its mark.
            self._add_line(self.leaf)
        elif whole and isinstance(self.leaf, Table):
            self._add_row(self.leaf)
        else:
            self._begin_paragraph(len(self.open) if self.began else depth)

    def _look(self) -> None:
        """Find the first character that is no blank, and how far it is indented."""
        line, at, column = self.line, self.pos, self.column
        size = len(line)
        while at < size:
            char = line[at]
            if char == " ":
                column += 1
            elif char == "\t":
                column += 4 - column % 4
            else:
                break
            at += 1
        self.next = at
        self.indent = column - self.column
        self.blank = at == size

    def _advance(self, columns: int) -> None:
        """Go on by so many columns of blanks or marks; a tab can be gone through in part."""
        line = self.line
        while columns > 0 and self.pos < len(line):
            width = 4 - self.column % 4 if line[self.pos] == "\t" else 1
            step = min(width, columns)
            self.column += step
            self.in_tab = step < width
            self.pos += not self.in_tab
            columns -= step

    def _skip_blanks(self) -> None:
        self.column += self.indent
        self.pos = self.next
        self.in_tab = False
        self.indent = 0

    def _rest(self) -> str:
        """Give what is left of the line; blanks stand for the rest of a tab."""
        if self.in_tab:
            return " " * (4 - self.column % 4) + self.line[self.pos + 1 :]
        return self.line[self.pos :]

    def _take(self, length: int) -> None:
        """Go past a mark and the blank that may follow it."""
        self._skip_blanks()
        self._advance(length)
        if self.line[self.pos : self.pos + 1] in (" ", "\t"):
            self._advance(1)
        self._look()

    # Which open blocks go on

    def _goes_on(self, block: Container) -> bool:
        if isinstance(block, List | Glossary):
            return True
        if isinstance(block, Quote):
            if self.indent > 3 or self.blank or self.line[self.next] != ">":
                return False
            self._take(1)
            block.last, block.end = self.number, self.base + self.pos
            return True
        width = block.width if isinstance(block, Item | Explanation) else 4
        if isinstance(block, Explanation) and 2 <= self.indent < width:
            width = self.indent
        if self.blank and (self.indent < width or not block.children):
            self._skip_blanks()
            return bool(block.children)
        if self.indent < width:
            return False
        self._advance(width)
        self._look()
        return True

    def _leaf_goes_on(self) -> bool:
        """Whether the line belongs to the open leaf as it is; a leaf that ended is closed."""
        leaf = self.leaf
        if isinstance(leaf, Code):
            return self._fenced(leaf) if leaf.fenced else self._indented(leaf)
        if isinstance(leaf, Html):
            if self.html_end == "" and self.blank:
                return False
            self._add_html(leaf)
            return True
        return False

    def _fenced(self, leaf: Code) -> bool:
        self._reach(leaf)
        if self.fence == _FORMULA:
            return self._formula()
        is_mark = self.indent <= 3 and self.line.startswith(self.fence, self.next)
        if is_mark and not self.line[self.next :].lstrip(self.fence[0]).strip(BLANK):
            self._close_leaf()
            return True
        self._advance(min(self.indent, self.fence_indent))
        self.parts.append(self._rest())
        return True

    def _formula(self) -> bool:
        rest = self._rest().strip()
        is_last = rest.endswith(_FORMULA)
        rest = rest.removesuffix(_FORMULA).rstrip()
        if rest:
            self.parts.append(rest)
        if is_last:
            self._close_leaf()
        return True

    def _indented(self, leaf: Code) -> bool:
        if self.indent < 4 and not self.blank:
            return False
        self._advance(4)
        if not self.blank:
            self._reach(leaf)
        self.parts.append(self._rest())
        return True

    def _reach(self, leaf: Block) -> None:
        leaf.last, leaf.end = self.number, self.base + len(self.line)

    # What new blocks begin

    def _begin(self, depth: int) -> bool:
        """Open the blocks that begin on this line; whether they use it up."""
        while not self.blank:
            if self.indent > 3:
                if isinstance(self.leaf, Paragraph):
                    return False
                self._begin_code(depth)
                return True
            char = self.line[self.next]
            if char not in _MARKS:
                return False
            opened = self._begin_one(char, depth)
            if opened is not Opened.CONTAINER:
                return opened is Opened.LEAF
            self.began, self.interrupted = True, None
            depth = len(self.open)
        return False

    def _begin_one(self, char: str, depth: int) -> Opened:
        """Open the block that begins here, if one does."""
        if char == ">":
            return self._begin_quote(depth)
        if char == "#":
            return self._begin_heading(depth)
        if char in "`~":
            return self._begin_fence(char, depth)
        if char == "<":
            return self._begin_html(depth)
        if char == "$":
            return self._begin_formula(depth)
        if char == "[":
            return self._begin_note(depth)
        if char in "=-" and self.interrupted and self._underlines(self.interrupted, char):
            return Opened.LEAF
        if char == "*" and self._begin_abbreviation(depth):
            return Opened.LEAF
        if char in "*-_" and self._begin_rule(char, depth):
            return Opened.LEAF
        if char in "*+-0123456789" and self._begin_item(depth):
            return Opened.CONTAINER
        if char == ":" and self._begin_explanation(depth):
            return Opened.CONTAINER
        if char in "|:-" and self.interrupted and self._begin_table(self.interrupted):
            return Opened.LEAF
        return Opened.NOTHING

    def _begin_quote(self, depth: int) -> Opened:
        if depth >= MOST_NESTED:
            return Opened.NOTHING
        quote = Quote(self.base + self.pos, 0, self.number, self.number)
        self._add(quote, depth)
        self._take(1)
        quote.end = self.base + self.pos
        return Opened.CONTAINER

    def _begin_heading(self, depth: int) -> Opened:
        opening = _ATX.match(self.line, self.next)
        if not opening:
            return Opened.NOTHING
        marks = opening[0].rstrip(BLANK)
        written = self.line[opening.end() :].rstrip(BLANK)
        shorter = written.rstrip("#")
        if not shorter or shorter[-1] in BLANK:
            written = shorter.rstrip(BLANK)
        content, id = _with_id(Content(written, [0], [self.base + opening.end()]))
        heading = Heading(
            self.base + self.pos,
            self.base + len(self.line),
            self.number,
            self.number,
            content,
            level=len(marks),
            id=id,
        )
        self._add(heading, depth)
        return Opened.LEAF

    def _begin_fence(self, char: str, depth: int) -> Opened:
        opening = _FENCE.match(self.line, self.next)
        info = self.line[opening.end() :] if opening else ""
        if not opening or (char == "`" and "`" in info):
            return Opened.NOTHING
        code = Code(
            self.base + self.pos,
            self.base + len(self.line),
            self.number,
            self.number,
            info=unescape(info.strip()),
            fenced=True,
        )
        self._add(code, depth)
        self.leaf = code
        self.parts = []
        self.fence, self.fence_indent = opening[0], self.indent
        return Opened.LEAF

    def _begin_formula(self, depth: int) -> Opened:
        """Open the block between `$$`, where more than one line stands between them."""
        line, begin = self.line, self.next + 2
        if not line.startswith("$$", self.next) or "$$" in line[begin:] or line[begin:][:1] == "$":
            return Opened.NOTHING
        if not closes(self.text, self.base + begin):
            return Opened.NOTHING
        start, end = self.base + self.pos, self.base + len(line)
        code = Code(start, end, self.number, self.number, info=LANGUAGE, fenced=True)
        self._add(code, depth)
        self.leaf = code
        self.parts = [line[begin:].strip()] if line[begin:].strip() else []
        self.fence = _FORMULA
        return Opened.LEAF

    def _begin_code(self, depth: int) -> None:
        code = Code(self.base + self.pos, self.base + len(self.line), self.number, self.number)
        self._add(code, depth)
        self.leaf = code
        self._advance(4)
        self.parts = [self._rest()]

    def _begin_html(self, depth: int) -> Opened:
        end = self._html_ends()
        if end is None:
            return Opened.NOTHING
        html = Html(self.base + self.pos, 0, self.number, self.number)
        self._add(html, depth)
        self.leaf = html
        self.parts = []
        self.html_end = end
        self._add_html(html)
        return Opened.LEAF

    def _html_ends(self) -> str | re.Pattern[str] | None:
        """Find what ends the HTML block that begins here (empty: an empty line), or None."""
        line, at = self.line, self.next
        if _ENDED_BY_TAG.match(line, at):
            return _END_TAG
        if line.startswith("<!--", at):
            # What is never closed would hide the rest of the page: it is text.
            return "-->" if self._comment_ends(self.base + at) else None
        if line.startswith("<?", at):
            return "?>"
        if line.startswith("<![CDATA[", at):
            return "]]>"
        if _DECLARATION.match(line, at):
            return ">"
        if _BLOCK_TAG.match(line, at):
            return ""
        if self.interrupted:
            return None
        tag = TAG.match(line, at)
        return "" if tag and not line[tag.end() :].strip(BLANK) else None

    def _comment_ends(self, at: int) -> bool:
        if self.last_comment_end == -2:
            self.last_comment_end = self.text.rfind("-->")
        return self.last_comment_end > at

    def _add_html(self, leaf: Html) -> None:
        rest = self._rest()
        self._reach(leaf)
        self.parts.append(rest)
        end = self.html_end
        if end and (end in rest if isinstance(end, str) else end.search(rest)):
            self._close_leaf()

    def _underlines(self, paragraph: Paragraph, char: str) -> bool:
        if self.line[self.next :].rstrip(BLANK).strip(char):
            return False
        if not self.pieces:
            return False
        rest = self._take_definitions(paragraph, self._content(self.pieces))
        siblings = self.open[-1].children
        if rest is None:
            self.pieces = []
            return False
        content, id = _with_id(_trimmed(rest))
        siblings[-1] = Heading(
            paragraph.start,
            self.base + len(self.line),
            paragraph.line,
            self.number,
            content,
            level=1 if char == "=" else 2,
            id=id,
        )
        self.leaf = None
        return True

    def _begin_rule(self, char: str, depth: int) -> bool:
        marks = self.line[self.next :].replace(" ", "").replace("\t", "")
        if len(marks) < 3 or marks.strip(char):
            return False
        start, end = self.base + self.pos, self.base + len(self.line)
        self._add(Rule(start, end, self.number, self.number), depth)
        return True

    def _begin_abbreviation(self, depth: int) -> bool:
        meaning = abbreviations.definition(self.line, self.next)
        if not meaning:
            return False
        known = self.root.abbreviations
        if len(known) < abbreviations.MOST:
            known.setdefault(*meaning)
        start, end = self.base + self.pos, self.base + len(self.line)
        self._add(Abbreviation(start, end, self.number, self.number), depth)
        return True

    def _begin_note(self, depth: int) -> Opened:
        opening = _NOTE.match(self.line, self.next) if self.has_notes else None
        if not opening or depth >= MOST_NESTED:
            return Opened.NOTHING
        start = self.base + self.pos
        note = Note(start, self.base + opening.end(), self.number, self.number, label=opening[1])
        self._add(note, depth)
        self.root.notes.setdefault(fold(opening[1]), note)
        self._skip_blanks()
        self._advance(opening.end() - opening.start())
        self._look()
        return Opened.CONTAINER

    def _begin_item(self, depth: int) -> bool:
        bullet = _BULLET.match(self.line, self.next)
        if not bullet or depth + 1 >= MOST_NESTED:
            return False
        number = bullet[1]
        if self.interrupted and (
            not self.line[bullet.end() :].strip(BLANK) or (number and int(number) != 1)
        ):
            return False
        mark = bullet[0][-1]
        start, indent = self.base + self.pos, self.indent
        self._skip_blanks()
        self._advance(bullet.end() - bullet.start())
        width = indent + bullet.end() - bullet.start() + self._space_after_bullet()
        parent = self.open[depth - 1]
        if isinstance(parent, List) and parent.mark == mark and parent.ordered == bool(number):
            holder = parent
        else:
            holder = List(
                start,
                0,
                self.number,
                self.number,
                mark=mark,
                ordered=bool(number),
                first=int(number or 1),
            )
            self._add(holder, depth)
            self.groups.append(holder)
            depth = len(self.open)
        end = self.base + self.pos
        self._add(Item(start, end, self.number, self.number, width=width), depth)
        return True

    def _space_after_bullet(self) -> int:
        """Go past the blanks after a bullet; how many of them belong to the item's indent."""
        self._look()
        if self.blank or self.indent > 4:
            self._advance(1)
            self._look()
            return 1
        space = self.indent
        self._skip_blanks()
        self._look()
        return space

    def _begin_explanation(self, depth: int) -> bool:
        after = self.line[self.next + 1 : self.next + 2]
        if after not in (" ", "\t") or not self.line[self.next + 1 :].strip(BLANK):
            return False
        parent = self.open[depth - 1]
        if depth + 1 >= MOST_NESTED or not self._glossary(parent, depth):
            return False
        start, indent = self.base + self.pos, self.indent
        self._skip_blanks()
        self._advance(1)
        width = indent + 1 + self._space_after_bullet()
        found = Explanation(start, self.base + self.pos, self.number, self.number, width=width)
        self._add(found, len(self.open))
        return True

    def _glossary(self, parent: Container, depth: int) -> bool:
        """Make the paragraph that stands right before terms of a glossary, and open that."""
        if isinstance(parent, Glossary):
            self._close(depth)
            return True
        before = parent.children[-1] if parent.children else None
        if not isinstance(before, Paragraph) or (self.leaf is not before and self.leaf):
            return False
        self._close(depth)
        before = parent.children[-1] if parent.children else None
        if not isinstance(before, Paragraph):
            return False
        del parent.children[-1]
        last = parent.children[-1] if parent.children else None
        if not isinstance(last, Glossary):
            last = Glossary(before.start, before.end, before.line, before.last)
            parent.children.append(last)
            self.groups.append(last)
        last.children += _terms(before)
        self.open.append(last)
        return True

    def _begin_table(self, paragraph: Paragraph) -> bool:
        """Make the last line of the paragraph the head of a table, if this line is its rule."""
        if not self.pieces or self.line[self.next :].strip("|:- \t"):
            return False
        cells = self._split(self.base + self.next, self.base + len(self.line))
        aligned = [_alignment(cell.content.text) for cell in cells]
        if not aligned or "?" in aligned:
            return False
        start, end = self.pieces[-1]
        heads = self._split(start, end)
        if len(heads) != len(aligned):
            return False
        siblings = self.open[-1].children
        number = self.number - 1
        if len(self.pieces) > 1:
            del self.pieces[-1]
            paragraph.last, paragraph.end = number - 1, self.pieces[-1][1]
            self._close_leaf()
            begin = start
        else:
            begin = paragraph.start
            del siblings[-1]
        row = _row(heads, start, end, number)
        table = Table(begin, 0, number, self.number, aligned=aligned, rows=[row])
        siblings.append(table)
        self.leaf = table
        self._reach(table)
        return True

    # Where text goes

    def _add(self, block: Block, depth: int) -> None:
        """Close what does not go on, and put a block where it belongs."""
        self._close(depth)
        parent = self.open[-1]
        while isinstance(parent, List | Glossary) and not isinstance(block, Item | Explanation):
            self._close(len(self.open) - 1)
            parent = self.open[-1]
        parent.children.append(block)
        self.added += 2 if isinstance(block, Heading) else 1
        if isinstance(block, Container):
            self.open.append(block)

    def _begin_paragraph(self, depth: int) -> None:
        start = self.base + self.pos
        paragraph = Paragraph(start, 0, self.number, self.number, Content("", [0], [start]))
        self._add(paragraph, depth)
        self.leaf = paragraph
        self.pieces = []
        self._add_line(paragraph)

    def _add_line(self, paragraph: Paragraph) -> None:
        if not self.pieces:
            paragraph.start, paragraph.line = self.base + self.pos, self.number
        self.pieces.append((self.base + self.next, self.base + len(self.line)))
        self._reach(paragraph)

    def _add_row(self, table: Table) -> None:
        start, end = self.base + self.next, self.base + len(self.line)
        cells = self._split(start, end)
        width = len(table.aligned)
        del cells[width:]
        missing = min(width - len(cells), _MOST_CELLS_ADDED - self.cells_added)
        self.cells_added += missing
        for _ in range(missing):
            cells.append(Cell(end, end, self.number, self.number, Content("", [0], [end])))
        table.rows.append(_row(cells, start, end, self.number))
        self._reach(table)

    def _split(self, start: int, end: int) -> list[Cell]:
        """The cells of a row that stands in this part of the text."""
        text, number = self.text, self.number
        end = start + len(text[start:end].rstrip(BLANK))
        at = start + 1 if text.startswith("|", start, end) else start
        cells: list[Cell] = []
        escapes: list[int] = []
        for bar in _BAR.finditer(text, at, end):
            if len(bar[0]) == 2:
                escapes.append(bar.start())
            else:
                cells.append(_cell(text, at, bar.start(), escapes, number))
                at, escapes = bar.end(), []
        if at < end:
            cells.append(_cell(text, at, end, escapes, number))
        return cells

    # How blocks end

    def _close(self, depth: int) -> None:
        """Close the open leaf, and the containers below a depth."""
        if self.leaf:
            self._close_leaf()
        while len(self.open) > depth:
            block = self.open.pop()
            if block.children:
                last = block.children[-1]
                if last.last >= block.last:
                    block.last, block.end = last.last, last.end
                if isinstance(block, Quote):
                    _find_alert(block)

    def _close_leaf(self) -> None:
        leaf, self.leaf = self.leaf, None
        if isinstance(leaf, Paragraph):
            content = self.pieces and self._take_definitions(leaf, self._content(self.pieces))
            if not content:
                del self.open[-1].children[-1]
            else:
                leaf.content = _trimmed(content)
        elif isinstance(leaf, Code):
            if not leaf.fenced:
                while self.parts and not self.parts[-1].strip(BLANK):
                    del self.parts[-1]
            leaf.text = "".join([part + "\n" for part in self.parts])
        elif isinstance(leaf, Html):
            leaf.text = "\n".join(self.parts)

    def _content(self, pieces: list[tuple[int, int]]) -> Content:
        """Lines as one text."""
        text = self.text
        if len(pieces) == 1:
            return Content(text[pieces[0][0] : pieces[0][1]], [0], [pieces[0][0]])
        offsets, sources = [0], [pieces[0][0]]
        size, end = 0, pieces[0][0] - 1
        for low, high in pieces:
            if low != end + 1:
                offsets.append(size)
                sources.append(low)
            size += high - low + 1
            end = high
        if len(offsets) == 1:
            return Content(text[sources[0] : end], offsets, sources)
        return Content("\n".join([text[low:high] for low, high in pieces]), offsets, sources)

    def _take_definitions(self, paragraph: Paragraph, content: Content) -> Content | None:
        """Take from a paragraph the definitions it begins with; gives the rest, None if nothing."""
        text, at = content.text, 0
        siblings = self.open[-1].children
        while text.startswith("[", at):
            found = definition(text, at)
            if not found:
                break
            label, target = found
            lines = text.count("\n", at, target.end - 1)
            made = Definition(
                content.at(at),
                content.at(target.end - 1) + 1,
                paragraph.line,
                paragraph.line + lines,
                label,
                target.target,
                target.title,
                content.span(target.start, target.stop),
            )
            self.root.definitions.setdefault(fold(label), made)
            siblings.insert(len(siblings) - 1, made)
            at = target.end
            paragraph.line = made.last + 1
        if at >= len(text):
            return None
        if at:
            paragraph.start = content.at(at)
            return content.after(at)
        return content


def _trimmed(content: Content) -> Content:
    content.text = content.text.rstrip(" \t\n")
    return content


def _with_id(content: Content) -> tuple[Content, str]:
    """A heading's text without the `{#id}` that it may end with, and that id."""
    text = content.text
    at = text.rfind("{#")
    found = _ID.match(text, at) if at > 0 and text[at - 1] in BLANK else None
    words = text[:at].rstrip(BLANK) if found else ""
    return (content.part(0, len(words)), found[1]) if found and words else (content, "")


def _cell(text: str, start: int, end: int, escapes: list[int], number: int) -> Cell:
    written = text[start:end]
    low = start + len(written) - len(written.lstrip(BLANK))
    high = start + len(written.rstrip(BLANK))
    if high <= low:
        return Cell(start, end, number, number, Content("", [0], [start]))
    offsets, sources, pieces = [0], [low], []
    at = low
    for escape in escapes:
        pieces.append(text[at:escape])
        at = escape + 1
        offsets.append(offsets[-1] + len(pieces[-1]))
        sources.append(at)
    pieces.append(text[at:high])
    return Cell(start, end, number, number, Content("".join(pieces), offsets, sources))


def _row(cells: list[Cell], start: int, end: int, number: int) -> Row:
    for cell in cells:
        cell.line = cell.last = number
    return Row(start, end, number, number, cells)


def _alignment(written: str) -> str:
    """Read a cell of a table's rule; a question mark if it is no such cell."""
    if not written.strip(":") or written.strip(":").strip("-") or written.startswith("::"):
        return "?"
    left, right = written.startswith(":"), written.endswith(":")
    if written.count(":") > left + right:
        return "?"
    return "center" if left and right else "left" if left else "right" if right else ""


def _terms(paragraph: Paragraph) -> list[Block]:
    """Each line of a paragraph as a term."""
    content = paragraph.content
    terms: list[Block] = []
    at = 0
    for number, line in enumerate(content.text.split("\n")):
        words = line.strip(BLANK)
        low = at + len(line) - len(line.lstrip(BLANK))
        start = content.at(low)
        place = paragraph.line + number
        own = Content(words, [0], [start])
        terms.append(Term(start, start + len(words), place, place, own))
        at += len(line) + 1
    return terms


def _find_alert(quote: Quote) -> None:
    """Make an alert of a quotation that opens with its kind, if it says more than that."""
    first = quote.children[0]
    opening = _ALERT.match(first.content.text) if isinstance(first, Paragraph) else None
    if not opening or not isinstance(first, Paragraph):
        return
    if opening.end() < len(first.content.text):
        first.content = first.content.after(opening.end())
        first.start, first.line = first.content.at(0), first.line + 1
    elif len(quote.children) > 1:
        del quote.children[0]
    else:
        return
    quote.alert = opening[1].lower()


def _find_codes(block: Container) -> None:
    """Put short codes in the place of paragraphs that are nothing else, at any depth."""
    children: list[Block] = []
    for child in block.children:
        codes: list[Block] = []
        if isinstance(child, Paragraph):
            codes = [*short_codes.of(child.content, child.line)]
        elif isinstance(child, Container):
            _find_codes(child)
        children += codes or [child]
    block.children = children


def _finish_list(block: List) -> None:
    """Say whether a list is tight, and which of its items are tasks."""
    items = [item for item in block.children if isinstance(item, Item)]
    block.tight = not _has_gap(items) and not any(_has_gap(item.children) for item in items)
    for item in items:
        first = item.children[0] if item.children else None
        task = _TASK.match(first.content.text) if isinstance(first, Paragraph) else None
        if task and isinstance(first, Leaf):
            item.done = task[1] != " "
            first.content = first.content.after(task.end())
        if block.tight:
            for child in item.children:
                if isinstance(child, Paragraph):
                    child.bare = True


def _finish_glossary(found: Glossary) -> None:
    """Say which explanations are no more than a line or two right under their terms."""
    for before, after in pairwise(found.children):
        if not isinstance(after, Explanation) or _has_gap([before, after]):
            continue
        only = after.children[0] if len(after.children) == 1 else None
        if isinstance(only, Paragraph):
            only.bare = True


def _has_gap(blocks: Sequence[Block]) -> bool:
    """Whether an empty line stands between two of the blocks."""
    return any(after.line - before.last > 1 for before, after in pairwise(blocks))
