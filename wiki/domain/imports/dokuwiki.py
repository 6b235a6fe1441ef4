"""Pages of DokuWiki as Markdown.

https://www.dokuwiki.org/wiki:syntax. Read line by line; what a plugin would make of its own marks
stays as it is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from wiki.domain.imports import writing
from wiki.domain.imports.lines import Words

Link = Callable[[str, str], str | None]
"""What `[[target|words]]` becomes, the words written already; None for one that leads nowhere."""
Media = Callable[[str, str], str | None]
"""What `{{file|words}}` becomes."""

_ITEM = re.compile(r"((?:[ ]{2}|\t)[ \t]*)([*-])(?![*-])[ \t]?(.*)")
_BLOCK = re.compile(r"<(code|file|html|php|HTML|PHP)(?:[ \t]+([^\s>]{1,40})[^>\n]{0,200})?>")
_MACRO = re.compile(r"~~[A-Z:_a-z0-9 -]{1,60}~~")
_INLINE = re.compile(
    r"(?P<nowiki>%%(?:[^%\n]|%(?!%)){0,2000}%%|<nowiki>[^\n<]{0,2000}</nowiki>)"
    r"|\[\[(?P<link>[^\[\]\n]{1,1000})\]\]"
    r"|\{\{(?P<media>[^{}\n]{1,1000})\}\}"
    r"|(?P<address>(?:https?|ftp)://[^\s<>|\[\]{}]{1,2000}[^\s<>|\[\]{}.,;:!?)\"'*])"
    r"|(?P<break>\\\\(?=\s|$)[ ]?)"
    r"|\(\((?P<note>(?:[^()\n]|\((?!\()|\)(?!\))){1,2000})\)\)"
    r"|''(?P<mono>[^'\n]{1,1000})''"
    r"|(?P<mark>\*\*|//|__|<del>|</del>)"
    r"|(?P<tag></?(?:sub|sup)>)"
)
_MARKS = {"**": "**", "//": "*", "<del>": "~~", "</del>": "~~"}
_MARKDOWN = re.compile(r"(?m)^#{1,6} \S")
_DOKU = re.compile(r"(?m)^[ ]?={2,6}[^=\n]+={2,6}|^[ ]{2,}[*-] |\[\[|\{\{")
_LINK = re.compile(r"\[\[[^\[\]]{1,1000}\]\]")
"""A link, which may go on on the next line."""
_DEEPEST = 8


def is_markdown(text: str) -> bool:
    """Whether a page is Markdown already, as newer versions of DokuWiki allow."""
    return bool(_MARKDOWN.search(text)) and not _DOKU.search(text)


def to_markdown(text: str, link: Link, media: Media, lost: Counter[str]) -> str:
    """A page as Markdown; `lost` counts what does not come along, by what it is."""
    joined = _LINK.sub(lambda found: found[0].replace("\n", " "), text)
    return _Writer(link, media, lost).page(joined.split("\n"))


class _Writer:
    """Writes one page."""

    def __init__(self, link: Link, media: Media, lost: Counter[str]) -> None:
        self._link = link
        self._media = media
        self._lost = lost
        self._blocks: list[str] = []
        self._paragraph: list[str] = []
        self._items: list[str] = []
        self._rows: list[list[str]] = []
        self._quote: list[str] = []
        self._notes: list[str] = []

    def page(self, lines: list[str]) -> str:
        """The whole page."""
        at = 0
        while at < len(lines):
            block = _BLOCK.search(lines[at]) if "<" in lines[at] else None
            if block:
                at = self._code(lines, at, block)
            else:
                self._line(lines[at])
                at += 1
        self._flush()
        notes = [f"[^{number}]: {words}" for number, words in enumerate(self._notes, 1)]
        return "\n\n".join([*self._blocks, *notes]).strip() + "\n"

    def _line(self, line: str) -> None:
        level, heading = writing.heading(line)
        item = _ITEM.fullmatch(line)
        if heading and level > 1:
            self._flush()
            self._blocks.append(f"{'#' * (7 - level)} {self.words(heading)}")
        elif item:
            self._flush("_items")
            depth = min(_DEEPEST, len(item[1].expandtabs(2)) // 2 - 1)
            mark = "- " if item[2] == "*" else "1. "
            self._items.append("   " * depth + mark + self.words(item[3]).replace("\n", " "))
        elif line[:1] in ("^", "|"):
            self._flush("_rows")
            self._rows.append(self._cells(line.rstrip()))
        elif line.startswith(">"):
            self._flush("_quote")
            self._quote.append(self.words(line.lstrip("> ")))
        elif not line.strip():
            self._flush()
        elif line.strip().strip("-") == "" and len(line.strip()) >= 4:
            self._flush()
            self._blocks.append("---")
        elif self._items and line.startswith(("  ", "\t")):
            self._items[-1] += " " + self.words(line.strip())
        else:
            self._flush("_paragraph")
            self._paragraph.append(_MACRO.sub(self._macro, line))

    def _macro(self, found: re.Match[str]) -> str:
        self._lost["macro"] += 1
        return ""

    def _cells(self, line: str) -> list[str]:
        """The cells of a row of a table; marks in links divide nothing."""
        cells, start, depth = [], 1, 0
        for at in range(1, len(line)):
            pair = line[at : at + 2]
            depth += (pair in ("[[", "{{")) - (pair in ("]]", "}}"))
            if line[at] in "^|" and depth <= 0:
                cells.append(line[start:at])
                start, depth = at + 1, 0
        cells += [line[start:]] if line[start:].strip() else []
        return ["" if cell.strip() == ":::" else self.words(cell.strip()) for cell in cells]

    def _code(self, lines: list[str], at: int, block: re.Match[str]) -> int:
        """A block of code from a line on; gives the line after it."""
        end = f"</{block[1]}>"
        before, rest = lines[at][: block.start()], lines[at][block.end() :]
        if before.strip():
            self._line(before)
        self._flush()
        code: list[str] = []
        while end not in rest and at + 1 < len(lines):
            code.append(rest)
            at += 1
            rest = lines[at]
        inside, _, after = rest.partition(end)
        language = block[2] or ("" if block[1] in ("code", "file") else block[1].lower())
        text = "\n".join([*code, inside]).strip("\n")
        self._blocks.append(writing.code_block(text, "" if language == "-" else language))
        lines[at] = after
        return at if after.strip() else at + 1

    def _flush(self, going_on: str = "") -> None:
        """End what is being written, but for what goes on."""
        if self._paragraph and going_on != "_paragraph":
            words = self.words("\n".join(self._paragraph))
            self._blocks += [writing.paragraph(words)] if words.strip() else []
            self._paragraph = []
        if self._items and going_on != "_items":
            self._blocks.append("\n".join(self._items))
            self._items = []
        if self._rows and going_on != "_rows":
            self._blocks.append(writing.table(self._rows))
            self._rows = []
        if self._quote and going_on != "_quote":
            self._blocks.append(writing.quoted("\n".join(self._quote)))
            self._quote = []

    def words(self, text: str) -> str:
        """Words in a line, or in the lines of a paragraph."""
        words, at = Words(), 0
        for match in _INLINE.finditer(text):
            words.plain(text[at : match.start()])
            self._inline(words, match)
            at = match.end()
        words.plain(text[at:])
        return words.text()

    def _inline(self, words: Words, match: re.Match[str]) -> None:
        kind, written = match.lastgroup, match[0]
        if kind == "mark":
            if mark := _MARKS.get(written):
                words.close(mark) if written == "</del>" else words.toggle(mark, written)
            else:
                self._lost["underline"] += written == "__"
        elif kind == "nowiki":
            words.plain(written.removeprefix("<nowiki>").removesuffix("</nowiki>").strip("%"))
        elif kind in ("link", "media"):
            target, _, said = match[kind].partition("|")
            ask = self._link if kind == "link" else self._media
            label = writing.escaped(said.strip()) if not said.startswith("{{") else ""
            made = ask(target.strip(), label)
            words.written(
                label or writing.escaped(target.strip())
            ) if made is None else words.written(made)
        elif kind == "address":
            words.written(f"<{written}>")
        elif kind == "break":
            words.written("\\\n")
        elif kind == "note":
            self._notes.append(writing.escaped(match["note"].strip()))
            words.written(f"[^{len(self._notes)}]")
        elif kind == "mono":
            words.written(writing.code(match["mono"]))
