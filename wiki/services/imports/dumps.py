"""A dump of MediaWiki, read as a stream: it may be larger than memory.

A document type, and with it every entity that a dump could bring, is refused.
"""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast
from xml.parsers import expat

from wiki.domain.errors import Invalid

FIELD_MOST = 16_000_000
"""Characters of one field that are kept; what has more is told."""
_CHUNK = 1 << 18
_DEEPEST = 20


@dataclass(slots=True)
class Page:
    """A page as a dump has it."""

    title: str = ""
    space: str = "0"
    id: str = ""


@dataclass(slots=True)
class Revision:
    """One version of a page; `machine` is the address of who had no account."""

    page: Page
    id: str = ""
    time: str = ""
    user: str = ""
    user_id: str = ""
    machine: str = ""
    said: str = ""
    text: str = ""
    format: str = ""
    is_gone: bool = False
    is_cut: bool = False


@dataclass
class Dump:
    """A dump; what it says of its wiki is known once something was read."""

    file: Path
    name: str = ""
    spaces: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False

    def revisions(self) -> Iterator[Revision]:
        """Every revision. Raises Invalid (`import_xml`) for what is no dump, or brings entities."""
        reader = _Reader(self)
        with _opened(self.file) as stream:
            while True:
                try:
                    chunk = stream.read(_CHUNK)
                    reader.feed(chunk)
                except (expat.ExpatError, OSError, EOFError) as error:
                    if not reader.has_begun:
                        raise Invalid("import_xml", file=self.file.name) from error
                    # What was whole before it was cut off comes in.
                    self.is_cut = True
                    chunk = b""
                yield from reader.take()
                if not chunk:
                    return


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """A dump to read from, unpacked if it is packed."""
    if file.suffix.lower() == ".gz":
        with gzip.open(file) as stream:
            yield cast(IO[bytes], stream)
    elif file.suffix.lower() == ".bz2":
        with bz2.open(file) as stream:
            yield cast(IO[bytes], stream)
    else:
        with file.open("rb") as stream:
            yield stream


class _Reader:
    """Collects what expat finds."""

    def __init__(self, dump: Dump) -> None:
        self._dump = dump
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._page = Page()
        self._revision: Revision | None = None
        self._key = ""
        self._found: list[Revision] = []
        self.has_begun = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data

    def feed(self, chunk: bytes) -> None:
        """Read on; an empty chunk is the end."""
        self._parser.Parse(chunk, not chunk)

    def take(self) -> list[Revision]:
        """The revisions that were read since."""
        found, self._found = self._found, []
        return found

    def _refuse(self, *given: object) -> None:
        raise Invalid("import_entities", file=self._dump.file.name)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if not self._path and tag != "mediawiki":
            raise Invalid("import_xml", file=self._dump.file.name)
        self.has_begun = True
        if len(self._path) < _DEEPEST:
            self._path.append(tag)
        else:
            raise Invalid("import_xml", file=self._dump.file.name)
        self._text, self._length = [], 0
        if tag == "page":
            self._page = Page()
        elif tag == "revision":
            self._revision = Revision(self._page)
        elif tag == "namespace":
            self._key = given.get("key", "")
        elif tag == "text" and self._revision and "deleted" in given:
            self._revision.is_gone = True

    def _data(self, text: str) -> None:
        if self._length < FIELD_MOST:
            self._text.append(text)
        elif self._revision:
            self._revision.is_cut = True
        self._length += len(text)

    def _end(self, tag: str) -> None:
        text = "".join(self._text)
        around = self._path[-2] if len(self._path) > 1 else ""
        self._path.pop()
        self._text = []
        if tag == "namespace":
            self._dump.spaces[self._key] = text.strip()
        elif around == "siteinfo" and tag == "dbname":
            self._dump.name = text.strip()
        elif around == "page":
            self._of_page(tag, text)
        elif around in ("revision", "contributor") and self._revision:
            self._of_revision(self._revision, around, tag, text)
        if tag == "revision" and self._revision:
            self._found.append(self._revision)
            self._revision = None

    def _of_page(self, tag: str, text: str) -> None:
        if tag in ("title", "id"):
            setattr(self._page, tag, text.strip())
        elif tag == "ns":
            self._page.space = text.strip()

    def _of_revision(self, revision: Revision, around: str, tag: str, text: str) -> None:
        names = {
            "revision/id": "id",
            "revision/timestamp": "time",
            "revision/comment": "said",
            "revision/text": "text",
            "revision/format": "format",
            "contributor/username": "user",
            "contributor/id": "user_id",
            "contributor/ip": "machine",
        }
        if name := names.get(f"{around}/{tag}"):
            setattr(revision, name, text if tag == "text" else text.strip())
