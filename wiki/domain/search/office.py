"""Office files: XML in a zip archive, read so that nothing in it can do harm.

A part that unpacks to more than a bound is refused before it is unpacked, one that is nearly
nothing but marks before it is read, and one that declares a document type, as entities need, before
any of it is expanded.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Protocol
from xml.parsers import expat

from wiki.domain.errors import Invalid

MOST = 20_000_000
"""Bytes of an unpacked part with its marks; the text of a thick book has less than that."""
_MOST_MARKS = 2_500_000
"""Begins and ends of elements in a part, attributes twice: what takes more time than its bytes."""
_MOST_FILES = 10_000
"""Entries of an archive: each costs memory before one is read."""


class Handler(Protocol):
    """Takes the elements and the text of a part as they come."""

    def open(self, name: str, attributes: object, /) -> None:
        """Take the begin of an element: its name space, a space, its name."""

    def close(self, name: str, /) -> None:
        """Take its end."""

    def take(self, data: str, /) -> None:
        """Take a piece of text."""


def is_packed(data: bytes) -> bool:
    """Whether a file looks like one: a zip archive."""
    return data.startswith(b"PK\x03\x04")


def unpacked(data: bytes, part: str, kind: str) -> bytes | None:
    """Give one part of a file, None if it has none of that name.

    Raises Invalid with a code that begins with the file's kind (`docx_unreadable`, `docx_large`).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.filelist) > _MOST_FILES:
                raise Invalid(f"{kind}_large")
            if part not in archive.NameToInfo:
                return None
            if archive.getinfo(part).file_size > MOST:
                raise Invalid(f"{kind}_large")
            with archive.open(part) as file:
                content = file.read(MOST + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, ValueError) as error:
        raise Invalid(f"{kind}_unreadable") from error
    except (RuntimeError, NotImplementedError) as error:
        # Encrypted, or packed in a way that Python does not know.
        raise Invalid(f"{kind}_unreadable") from error
    if len(content) > MOST or content.count(b"<") + 2 * content.count(b"=") > _MOST_MARKS:
        raise Invalid(f"{kind}_large")
    return content


def walk(document: bytes, handler: Handler, kind: str) -> None:
    """Hand over what a part says, from begin to end. Raises Invalid (`docx_unreadable`, ...)."""

    def refuse(*_: object) -> None:
        raise Invalid(f"{kind}_unreadable")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = handler.open
    parser.EndElementHandler = handler.close
    parser.CharacterDataHandler = handler.take
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Invalid(f"{kind}_unreadable") from error
