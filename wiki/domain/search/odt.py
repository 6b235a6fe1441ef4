"""The text of an odt file: its headings and paragraphs as lines."""

from __future__ import annotations

from wiki.domain.errors import Invalid
from wiki.domain.search import office

_KIND = "odt"
_BODY = "content.xml"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_LINES = {f"{_TEXT} p", f"{_TEXT} h"}
_GAPS = {f"{_TEXT} s": " ", f"{_TEXT} tab": "\t", f"{_TEXT} line-break": "\n"}
_TAKEN_OUT = f"{_TEXT} tracked-changes"


def text(data: bytes) -> str:
    """The text of an odt file, its notes included. Raises Invalid (`odt_unreadable`, `odt_large`).

    What was taken out while changes were tracked is no part of it.
    """
    part = office.unpacked(data, _BODY, _KIND)
    if part is None:
        raise Invalid("odt_unreadable")
    found = _Text()
    office.walk(part, found, _KIND)
    return "".join(found.pieces)


class _Text:
    """One walk over the marks of a document; only what stands in a paragraph or heading is text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._lines = 0
        self._taken_out = 0

    def open(self, name: str, _: object) -> None:
        self._lines += name in _LINES
        self._taken_out += name == _TAKEN_OUT
        if name in _LINES and self._lines > 1:
            # A note, or a box, in the middle of a line.
            self.pieces.append("\n")

    def close(self, name: str) -> None:
        self._lines -= name in _LINES
        self._taken_out -= name == _TAKEN_OUT
        if not self._taken_out:
            self.pieces.append("\n" if name in _LINES else _GAPS.get(name, ""))

    def take(self, data: str) -> None:
        if self._lines and not self._taken_out:
            self.pieces.append(data)
