"""A workspace of PBworks, as its zip holds it.

A page is known by the comments that it begins with, not by its name: `<!-- page=FrontPage -->` and
so on. An export with revisions has a file for each; they are told apart by their time.
"""

from __future__ import annotations

import base64
import binascii
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from wiki.domain.content import frontmatter
from wiki.domain.content.paths import fold
from wiki.domain.errors import Invalid
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.imports.links import address_of
from wiki.domain.numbers import whole
from wiki.render.to_markdown import to_markdown
from wiki.render.values import write_value
from wiki.services.imports.archives import MEGABYTE, Archive, text_of
from wiki.services.imports.packed import inflated
from wiki.services.imports.places import Places

MOST = 256 * MEGABYTE
PAGE_MOST = 32 * MEGABYTE
_HEAD_MOST = 8_192
_HEAD = re.compile(r"\s*+<!--[ \t]*+([\w-]{1,40})=([^\n]{0,500}?)[ \t]*-->")
_RAW = "<!-- pbraw="
_FOLLOWS = "--- Data Follows ---"
_EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Written:
    """A version of a page as a file of the zip tells of it."""

    name: str
    page: str
    time: int
    by: str


class PBworks:
    """The zip; pages are read twice, so that links to later ones are known."""

    def __init__(self, archive: Archive, report: Report, places: Places) -> None:
        self._archive = archive
        self._report = report
        self._places = places
        self._people: dict[str, Person] = {}
        self._pages: dict[str, list[_Written]] = {}
        self._files: dict[str, str] = {}
        self._placed: dict[str, str] = {}
        self._called: dict[str, str] = {}
        for name in archive.names:
            self._look(name)
        for page in sorted(self._pages):
            self._pages[page].sort(key=lambda one: one.time)
            self._called[_folded(page)] = places.page(f"page/{page}", page)
        if not self._pages:
            raise Invalid("import_not_pbworks")

    def _look(self, name: str) -> None:
        head = self._head(name)
        page = head.get("page", "")
        if not page:
            self._files.setdefault(_folded(posixpath.basename(name)), name)
            return
        by = head.get("uid") or head.get("name", "")
        self._people[by] = Person(by, head.get("name", ""), email=head.get("email", ""))
        moment = whole(head.get("time", ""), 11) or 0
        self._pages.setdefault(page, []).append(_Written(name, page, moment, by))

    def _head(self, name: str) -> dict[str, str]:
        """Read the comments that a page begins with; empty for what is no page."""
        if self._archive.size(name) > PAGE_MOST:
            return {}
        data = self._archive.beginning(name, _HEAD_MOST)
        if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<!--"):
            return {}
        text, at = text_of(data), 0
        head: dict[str, str] = {}
        while line := _HEAD.match(text, at):
            head.setdefault(line[1], line[2].strip())
            at = line.end()
        return head

    # -- what an import asks --

    def people(self) -> Iterable[Person]:
        """Tell who wrote a page."""
        return [person for key, person in self._people.items() if key]

    def versions(self) -> Iterator[Version]:
        """Every version of every page, and every file."""
        for page, written in self._pages.items():
            file = self._called[_folded(page)]
            for revision in written:
                data = self._archive.read(revision.name, PAGE_MOST)
                if data is not None:
                    text = self._text(page, file, text_of(data)).encode("utf-8", "replace")
                    when = (
                        datetime.fromtimestamp(revision.time, UTC) if revision.time else _EARLIEST
                    )
                    yield Version(f"page/{page}", str(revision.time), file, when, revision.by, text)
        for name in self._files.values():
            file = self._file(name, "")
            data = self._archive.read(name, MOST)
            if data is not None:
                yield Version(f"file/{name}", "", file, self._archive.modified(name), "", data)

    def remarks(self) -> Iterable[Remark]:
        """None: the zip has no comments."""
        return ()

    # -- a page --

    def _text(self, page: str, file: str, written: str) -> str:
        body = to_markdown(_body(written), lambda at: self._find(file, at), self._report.lost)
        return frontmatter.replace(body, {"title": write_value(" ".join(page.split()))})

    def _find(self, page: str, address: str) -> str | None:
        """Where a link leads here; None for one to elsewhere."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return ""
        if parts.scheme not in ("", "http", "https") or not parts.path:
            return None
        if parts.netloc and not parts.netloc.lower().endswith((".pbworks.com", ".pbwiki.com")):
            return None
        name = _folded(posixpath.basename(unquote(parts.path.replace("+", " ")).rstrip("/")))
        is_file = "/file/" in parts.path or parts.path.startswith("/f/")
        stem = name.rpartition(".")[0] if name.endswith((".html", ".htm")) else name
        if not is_file and stem in self._called:
            return address_of(self._called[stem], unquote(parts.fragment))
        if name in self._files:
            return address_of(self._file(self._files[name], page))
        return None

    def _file(self, name: str, page: str) -> str:
        """The file that an attachment becomes: beside the first page that shows it."""
        if name not in self._placed:
            self._placed[name] = self._places.file(f"file/{name}", page, posixpath.basename(name))
        return self._placed[name]


def _body(written: str) -> str:
    """A page as it was before plugins ran, where the file tells that; else as it is."""
    at = written.rfind(_RAW)
    if at == -1:
        return written
    packed = written[at + len(_RAW) :].partition("-->")[0]
    try:
        raw = inflated(base64.b64decode(packed), PAGE_MOST)
    except (binascii.Error, ValueError):
        raw = None
    _, follows, body = text_of(raw or b"").partition(_FOLLOWS)
    return body if follows else written[:at]


def _folded(name: str) -> str:
    return fold(" ".join(name.replace("_", " ").replace("-", " ").replace("+", " ").split()))
