"""The text of a docx file: its paragraphs as lines."""

from __future__ import annotations

from wiki.domain.errors import Invalid
from wiki.domain.search import office
from wiki.domain.search.office import MOST, is_packed

__all__ = ["MOST", "is_docx", "text", "whole"]

is_docx = is_packed

_KIND = "docx"
_BODY = "word/document.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "p": "\n"}


def text(data: bytes) -> str:
    """The text of a docx file. Raises Invalid (`docx_unreadable`, `docx_large`)."""
    part = office.unpacked(data, _BODY, _KIND)
    if part is None:
        raise Invalid("docx_unreadable")
    return _read(part)


def whole(data: bytes) -> str:
    """The text with the notes that stand at its foot and end. Raises as `text` does."""
    notes = (office.unpacked(data, name, _KIND) for name in _NOTES)
    return "\n".join([text(data), *(_read(part) for part in notes if part is not None)])


def _read(part: bytes) -> str:
    found = _Text()
    office.walk(part, found, _KIND)
    return "".join(found.pieces)


class _Text:
    """One walk over the marks of a document; only what stands in `w:t` is text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.inside = False

    def open(self, name: str, _: object) -> None:
        self.inside = _local(name) == "t"

    def close(self, name: str) -> None:
        self.inside = False
        self.pieces.append(_BREAKS.get(_local(name), ""))

    def take(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)


def _local(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return local if space in (_SPACE, _STRICT) else ""
