"""HTML that other wikis made, as Markdown.

It is read as it comes, tag by tag: no tree is built, so that neither its size nor its depth costs
more than the time to read it. Links and pictures are asked for: they lead elsewhere here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from wiki.domain.imports import writing
from wiki.domain.numbers import whole

Find = Callable[[str], str | None]
"""Where an address leads here: None for one that stays as it is, empty for one that goes."""

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*", "del": "~~", "s": "~~"}
_MARKS |= {"strike": "~~"}
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside body center dd details div dl dt fieldset figcaption figure footer form"
    " header html legend main nav p section summary".split()
)
_SILENT = frozenset("script style head title noscript template textarea select option".split())
_SHOWN_ELSEWHERE = frozenset("iframe embed object video audio".split())
_DEEPEST = 8
"""Lists and quotations that lie deeper stand beside the one that they are in."""
_DEEPEST_MARKS = 12
_WIDEST = 100
_SPACE = re.compile(r"[ \t\n\r\f\v]+")


@dataclass(slots=True)
class _Mark:
    """Something in a line that has begun; `words` are what came since."""

    tag: str
    address: str = ""
    words: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Box:
    """A holder of blocks: the page, a quotation, an item of a list, a cell."""

    tag: str
    blocks: list[str] = field(default_factory=list)
    tight: bool = False
    number: int = 0
    rows: list[list[str]] = field(default_factory=list)


def to_markdown(html: str, find: Find, lost: Counter[str]) -> str:
    """A fragment of HTML as Markdown; `lost` counts what does not come along, by what it is."""
    writer = _Writer(find, lost)
    parser = etree.HTMLParser(target=writer, huge_tree=True, recover=True)
    parser.feed(f"<div>{html}</div>".replace("\0", ""))
    parser.close()
    return writer.text()


class _Writer:
    """Writes what the parser finds."""

    def __init__(self, find: Find, lost: Counter[str]) -> None:
        self._find = find
        self._lost = lost
        self._boxes = [_Box("page")]
        self._marks = [_Mark("")]
        self._heading = ""
        self._silent = 0
        self._code: list[str] | None = None
        self._language = ""

    def text(self) -> str:
        """All that was written."""
        self._flush()
        while len(self._boxes) > 1:
            self._close(self._boxes[-1].tag)
        return "\n\n".join(self._boxes[0].blocks).strip() + "\n"

    # -- what the parser calls --

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:
        """A tag opens."""
        self._start(str(tag), {str(name): str(value) for name, value in attrib.items()})

    def _start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif self._silent or (self._code is not None and tag != "br"):
            return
        elif tag in _HEADINGS:
            self._flush()
            self._heading = _HEADINGS[tag]
        elif tag in _BLOCKS:
            self._flush()
        elif tag == "pre":
            self._flush()
            self._code, self._language = [], given.get("class", "").partition("language-")[2]
        elif tag in _MARKS or tag in ("a", "code", "tt", "kbd", "samp"):
            self._begin(_Mark(tag, given.get("href", "")))
        elif tag == "br":
            self.data("\n") if self._code is not None else self._put("\\\n")
        elif tag == "hr":
            self._flush()
            self._block("---")
        elif tag == "img":
            self._picture(given)
        elif tag in _SHOWN_ELSEWHERE:
            self._elsewhere(given.get("src") or given.get("data") or "")
        else:
            self._open(tag, given)

    def end(self, tag: str | bytes) -> None:
        """A tag closes."""
        self._end(str(tag))

    def _end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif self._silent:
            return
        elif tag == "pre" and self._code is not None:
            self._block(writing.code_block("".join(self._code), self._language))
            self._code = None
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._flush()
        elif any(mark.tag == tag for mark in self._marks):
            self._finish(tag)
        elif any(box.tag == tag for box in self._boxes):
            self._flush()
            self._close(tag)

    def data(self, data: str | bytes) -> None:
        """Words."""
        text = str(data)
        if self._silent:
            return
        if self._code is not None:
            self._code.append(text)
        else:
            self._put(writing.escaped(_SPACE.sub(" ", text)))

    def comment(self, text: str | bytes) -> None:
        """Leave out what was never shown."""

    def pi(self, target: str | bytes, data: str | bytes | None = None) -> None:
        """Leave out what was never shown."""

    def close(self) -> None:
        """The end."""

    # -- in a line --

    def _put(self, words: str) -> None:
        self._marks[-1].words.append(words)

    def _begin(self, mark: _Mark) -> None:
        if len(self._marks) < _DEEPEST_MARKS:
            self._marks.append(mark)

    def _finish(self, tag: str) -> None:
        """Write the innermost of this tag, and whatever is still open in it."""
        while True:
            mark = self._marks.pop()
            self._put(self._written(mark))
            if mark.tag == tag:
                return

    def _written(self, mark: _Mark) -> str:
        inside = "".join(mark.words)
        words = inside.strip()
        if mark.tag == "a":
            return self._link(inside, words, mark.address)
        if not words or words == "\\":
            return inside
        lead = inside[: len(inside) - len(inside.lstrip())]
        tail = inside[len(inside.rstrip()) :]
        if mark.tag not in _MARKS:
            return lead + writing.code(_plain(words)) + tail
        sign = _MARKS[mark.tag]
        return f"{lead}{sign}{words}{sign}{tail}"

    def _link(self, inside: str, words: str, address: str) -> str:
        leads = self._find(address.strip()) if address else ""
        leads = address.strip() if leads is None else leads
        if not leads:
            return inside
        return writing.link(" ".join(words.replace("\\\n", " ").split()), leads)

    def _picture(self, given: Mapping[str, str]) -> None:
        address = given.get("src", "").strip()
        leads = self._find(address) if address else ""
        leads = address if leads is None else leads
        words = writing.escaped(" ".join(given.get("alt", "").split()))
        if leads and not leads.lower().startswith("data:"):
            self._put(writing.picture(words, leads))
        else:
            self._lost["picture"] += 1
            self._put(words)

    def _elsewhere(self, address: str) -> None:
        """Write a link to what another site shows inside a page."""
        self._lost["embedded"] += 1
        address = f"https:{address}" if address.startswith("//") else address
        if address.lower().startswith(("http://", "https://")):
            self._flush()
            self._put(writing.link("", address))
            self._flush()

    # -- blocks --

    def _flush(self) -> None:
        """End the paragraph; what is open in it goes on in the next."""
        going_on = [_Mark(mark.tag, mark.address) for mark in self._marks[1:]]
        while len(self._marks) > 1:
            mark = self._marks.pop()
            self._put(self._written(mark))
        words = _trimmed("".join(self._marks[0].words))
        self._marks = [_Mark(""), *going_on]
        heading, self._heading = self._heading, ""
        if not words:
            return
        if heading:
            line = " ".join(words.replace("\\\n", " ").split())
            self._block(f"{heading} {line}")
        else:
            self._block(writing.paragraph(words))

    def _block(self, text: str) -> None:
        self._boxes[-1].blocks.append(text)

    def _open(self, tag: str, given: Mapping[str, str]) -> None:
        if tag not in ("ul", "ol", "li", "blockquote", "table", "tr", "td", "th"):
            return
        self._flush()
        if tag == "tr":
            self._row()
        elif tag in ("td", "th") and self._in_table() and len(self._boxes) <= 4 * _DEEPEST:
            self._boxes.append(_Box(tag, number=_number(given.get("colspan", ""))))
        elif tag in ("td", "th") or len(self._boxes) > 2 * _DEEPEST:
            return
        else:
            self._boxes.append(_Box(tag, number=_number(given.get("start", ""))))

    def _in_table(self) -> bool:
        return self._boxes[-1].tag == "table" and bool(self._boxes[-1].rows)

    def _row(self) -> None:
        if self._boxes[-1].tag == "table":
            self._boxes[-1].rows.append([])

    def _close(self, tag: str) -> None:
        """Close the innermost box of this tag, and what is still open in it."""
        while len(self._boxes) > 1:
            box = self._boxes.pop()
            self._end_of(box)
            if box.tag == tag:
                return

    def _end_of(self, box: _Box) -> None:
        around = self._boxes[-1]
        text = "\n\n".join(box.blocks)
        if box.tag == "table":
            rows = [row[:_WIDEST] for row in box.rows if row]
            around.blocks += [*box.blocks, *filter(None, [writing.table(rows)])]
        elif box.tag in ("td", "th"):
            cells = [_in_cell(text), *[""] * min(box.number - 1, _WIDEST)]
            around.rows[-1].extend(cells)
        elif box.tag == "blockquote":
            around.blocks += [writing.quoted(text)] if text else []
        elif box.tag == "li":
            self._item(around, text)
        elif box.blocks:
            around.blocks.append("\n".join(box.blocks))

    def _item(self, around: _Box, text: str) -> None:
        """An item; one that is in no list is in one of its own."""
        mark = "- "
        if around.tag == "ol":
            around.number += 1
            mark = f"{around.number}. "
        text = text.replace("\n\n- ", "\n- ").replace("\n\n1. ", "\n1. ")
        around.blocks.append(mark + writing.indented(text, len(mark)))


def _number(written: str) -> int:
    number = whole(written, 5)
    return 0 if number is None else number - 1


def _in_cell(text: str) -> str:
    return " ".join(text.replace("\\\n", " ").replace("\n", " ").split())


def _trimmed(words: str) -> str:
    """A paragraph without space at the ends of its lines, or breaks at its own."""
    lines = [line.strip() for line in words.split("\n")]
    first = next((at for at, line in enumerate(lines) if line not in ("", "\\")), len(lines))
    lines = lines[first:]
    while lines and lines[-1].rstrip("\\").strip() == "":
        del lines[-1]
    if lines and lines[-1].endswith("\\") and not lines[-1].endswith("\\\\"):
        lines[-1] = lines[-1][:-1].rstrip()
    return "\n".join(lines)


def _plain(words: str) -> str:
    """Written words as they were before they were written."""
    return re.sub(r"\\([\\`*_\[\]<|~$!&])", r"\1", words).replace("\\\n", " ")
