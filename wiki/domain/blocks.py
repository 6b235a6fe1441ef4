"""The outline of a Markdown text, found line by line: where headings and paragraphs begin.

It says where things stand in the source, which the renderer's parser does not. It follows the same
rules (fences, lists, quotes, tables, setext underlines) for what is not inside another block; a
test holds the two against each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ATX = re.compile(r" {0,3}(#{1,6})(?!#)(?:[ \t]*|[ \t]+(.*))$")
_SETEXT = re.compile(r" {0,3}[=-]+[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*(.*)$")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$")
_ITEM = re.compile(r"( {0,3})([*+-]|\d{1,9}[.)])([ \t]*|[ \t].+)$")
_QUOTE = re.compile(r" {0,3}>( ?)(.*)$")
_DEFINITION = re.compile(r" {0,3}\[(?:[^\\\[\]]|\\.){1,999}\]:")
_FOOTNOTE = re.compile(r"( {0,3})\[\^(?:[^\\\[\]\s]|\\.){1,500}\]:(?:[ \t]|$)")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading (level 1 to 6) or a paragraph (level 0) that stands in no other block.

    `start` is where it begins; `at` is the line that makes it a heading: its own, or its underline.
    `text` is a heading's text as written, or a paragraph's first line.
    """

    level: int
    text: str
    start: int
    at: int


def outline(text: str, begin: int = 0) -> list[Mark]:
    """Every heading and paragraph of the text from `begin` on, in order."""
    return _Outline(text, begin).run()


class _Outline:
    """One walk over the lines of a text."""

    def __init__(self, text: str, begin: int) -> None:
        self.text = text
        self.begin = begin
        self.marks: list[Mark] = []
        self.paragraph: Mark | None = None
        self.lines: list[str] = []
        self.fence: re.Pattern[str] | None = None
        self.quoted = False
        self.table = False
        self.footnote = ""
        self.list_width = 0
        self.list_indent = 0
        self.after_blank = False

    def run(self) -> list[Mark]:
        at = self.begin
        lines = self.text[at:].split("\n")
        lines.append("")
        for number in range(len(lines) - 1):
            line = lines[number]
            self._line(line, lines[number + 1], at)
            at += len(line) + 1
        self._close()
        return self.marks

    def _line(self, line: str, following: str, at: int) -> None:
        if self.fence:
            if self.fence.match(line):
                self.fence = None
        elif not line or line.isspace():
            self._close()
            self.quoted = self.table = False
            self.after_blank = True
        else:
            if not (self.list_width and self._in_list(line)):
                self._outside(line, following, at)
            self.after_blank = False

    def _outside(self, line: str, following: str, at: int) -> None:
        if self.footnote and line.startswith(self.footnote) and _indent(line) < 8:
            return
        self.footnote = ""
        if line[0].isalpha() or not (self._quote_goes_on(line) or self._opens(line, at)):
            if self.quoted or (self.table and "|" in line):
                return
            self._text(line, following, at)

    def _text(self, line: str, following: str, at: int) -> None:
        self.table = "|" in line and "|" in following and bool(_TABLE_RULE.match(following))
        if self.table:
            self._close()
        elif self.paragraph is None:
            if not _DEFINITION.match(line):
                self.paragraph = Mark(0, line, at, at)
                self.lines = [line]
        else:
            self.lines.append(line)

    def _close(self) -> None:
        if self.paragraph:
            self.marks.append(self.paragraph)
            self.paragraph = None

    def _opens(self, line: str, at: int) -> bool:
        """Whether the line opens or is a block that is no paragraph."""
        note = _FOOTNOTE.match(line) if not self.quoted else None
        if note:
            self._close()
            self.footnote = note[1] + " "
            return True
        if line.startswith(("    ", "\t")):
            return self.paragraph is None and not self.quoted
        heading = _ATX.match(line)
        if heading and not self.quoted:
            self._close()
            self.marks.append(Mark(len(heading[1]), atx_text(heading[2] or ""), at, at))
            return True
        return (
            self._opens_fence(line)
            or self._underlines(line, at)
            or self._opens_quote(line)
            or self._opens_list(line)
        )

    def _opens_fence(self, line: str) -> bool:
        fence = _FENCE.match(line)
        if not fence or (fence[1][0] == "`" and "`" in fence[2]):
            return False
        self._close()
        self.quoted = False
        self.fence = re.compile(rf" {{0,3}}{fence[1][0]}{{{len(fence[1])},}}[ \t]*$")
        return True

    def _underlines(self, line: str, at: int) -> bool:
        if self.paragraph and not self.quoted and _SETEXT.match(line):
            level = 1 if line.rstrip()[-1] == "=" else 2
            title = "\n".join(self.lines).strip()
            self.marks.append(Mark(level, title, self.paragraph.start, at))
            self.paragraph = None
            return True
        if _RULE.match(line):
            self._close()
            self.quoted = False
            return True
        return False

    def _opens_quote(self, line: str) -> bool:
        quote = _QUOTE.match(line)
        if not quote:
            return False
        if self.quoted:
            return True
        self._close()
        inside = quote[2]
        self.quoted = bool(inside.strip()) and not (
            inside.startswith("    ") or _FENCE.match(inside)
        )
        return True

    def _quote_goes_on(self, line: str) -> bool:
        return self.quoted and _QUOTE.match(line) is not None

    def _opens_list(self, line: str) -> bool:
        item = _ITEM.match(line)
        if not item:
            return False
        if self.paragraph:
            if not item[3].strip() or (len(item[2]) > 1 and int(item[2][:-1]) != 1):
                return False
            self._close()
        self.quoted = self.table = False
        self._item(item)
        return True

    def _item(self, item: re.Match[str]) -> None:
        self.list_indent = len(item[1]) + len(item[2])
        content = item[3].expandtabs(4)
        space = len(content) - len(content.lstrip())
        self.list_width = self.list_indent + (space if content.strip() and space < 5 else 1)

    def _in_list(self, line: str) -> bool:
        """Whether the line belongs to the list that is open; if not, the list is over."""
        indent = _indent(line)
        if indent >= self.list_width:
            return True
        shallow = indent <= min(3, self.list_indent)
        item = _ITEM.match(line) if shallow and not _RULE.match(line) else None
        if item:
            self._item(item)
            return True
        breaks = shallow and (
            _ATX.match(line) or _FENCE.match(line) or _RULE.match(line) or _QUOTE.match(line)
        )
        if not breaks and not self.after_blank:
            return True
        self.list_width = 0
        return False


def atx_text(written: str) -> str:
    """The text of a `#` heading, what follows its marks given, without the closing row of #."""
    text = written.strip()
    shorter = text.rstrip("#")
    return shorter.rstrip() if shorter != shorter.rstrip() or not shorter else text


def _indent(line: str) -> int:
    if line[0] not in " \t":
        return 0
    width = 0
    for char in line:
        if char == " ":
            width += 1
        elif char == "\t":
            width += 4 - width % 4
        else:
            break
    return width
