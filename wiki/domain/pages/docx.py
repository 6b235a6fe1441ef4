"""The text of a docx file: its paragraphs as lines, read so that nothing in the file can do harm.

A file that unpacks to more than a bound is refused before it is unpacked, and one that declares a
document type, as entities need, before any of it is expanded.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.parsers import expat

from wiki.domain.errors import Invalid

MOST = 20_000_000
"""Bytes of the unpacked text with its marks; a meeting of a day has a tenth of that."""

_PART = "word/document.xml"
_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "p": "\n"}


def is_docx(data: bytes) -> bool:
    """Whether a file looks like one: a zip archive."""
    return data.startswith(b"PK\x03\x04")


def text(data: bytes) -> str:
    """The text of a docx file. Raises Invalid (`docx_unreadable`, `docx_large`)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = archive.getinfo(_PART)
            if part.file_size > MOST:
                raise Invalid("docx_large")
            with archive.open(part) as file:
                unpacked = file.read(MOST + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, ValueError) as error:
        raise Invalid("docx_unreadable") from error
    except (RuntimeError, NotImplementedError) as error:
        # Encrypted, or packed in a way that Python does not know.
        raise Invalid("docx_unreadable") from error
    if len(unpacked) > MOST:
        raise Invalid("docx_large")
    return _Text().of(unpacked)


class _Text:
    """One walk over the marks of a document; only what stands in `w:t` is text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.inside = False

    def of(self, document: bytes) -> str:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self.refuse
        parser.StartElementHandler = self.open
        parser.EndElementHandler = self.close
        parser.CharacterDataHandler = self.take
        try:
            parser.Parse(document, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise Invalid("docx_unreadable") from error
        return "".join(self.pieces)

    def refuse(self, *_: object) -> None:
        raise Invalid("docx_unreadable")

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
