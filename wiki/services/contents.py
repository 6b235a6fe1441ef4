"""What one blob says as a page: its text, its front matter, its HTML (kept by blob)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wiki.domain import text
from wiki.domain.pages import Meta
from wiki.engine import Wiki
from wiki.render import anchors, frontmatter
from wiki.render.html import Heading

MOST_KEPT = 8_000_000
"""Characters of HTML that one process keeps."""


@dataclass(frozen=True, slots=True)
class Content:
    """A blob as text; `source` knows how to write a changed text back in the file's own ways."""

    blob: str
    source: text.Source
    meta: Meta

    @property
    def text(self) -> str:
        """The whole file, front matter included, with `\\n` between lines."""
        return self.source.text


@dataclass(frozen=True, slots=True)
class Shown:
    """A blob as HTML, with slots for what depends on other pages; `targets` are its links'."""

    html: str
    meta: Meta
    title: str
    headings: Sequence[Heading]
    targets: frozenset[str]
    problems: Sequence[str]
    readable: bool


EMPTY = Content("", text.decode(b""), Meta())


def read(wiki: Wiki, blob: str) -> Content:
    """The content of a blob; the empty id gives an empty page. Raises NotFound."""
    if not blob:
        return EMPTY
    source = text.decode(wiki.store.blob(blob))
    return Content(blob, source, frontmatter.read(source.text, zone(wiki)))


def meta_of(wiki: Wiki, blob: str) -> Meta:
    """A blob's front matter."""
    return read(wiki, blob).meta


def show(wiki: Wiki, blob: str, path: str) -> Shown:
    """The HTML of a blob as the page at `path` (its relative links depend on that)."""
    key = (blob, path, wiki.settings.timezone)
    kept = _SHELF.get(key)
    if kept is None:
        content = read(wiki, blob)
        rendered = wiki.renderer.render(content.text, path=path)
        heading = next((found.text for found in rendered.headings if found.number), "")
        kept = Shown(
            html=anchors.offer(rendered.html),
            meta=content.meta,
            title=content.meta.title or rendered.title or heading or path.rpartition("/")[2],
            headings=rendered.headings,
            targets=rendered.targets,
            problems=tuple(dict.fromkeys([*content.meta.problems, *rendered.problems])),
            readable=content.source.readable,
        )
        _SHELF.put(key, kept)
    return kept


def zone(wiki: Wiki) -> ZoneInfo:
    """The time zone in which dates without an offset are meant."""
    return ZoneInfo(wiki.settings.timezone)


class _Shelf:
    """What was shown lately, up to a number of characters; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[tuple[str, str, str], Shown] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> Shown | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: tuple[str, str, str], shown: Shown) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = shown
                self._size += len(shown.html) + 1000
            while self._size > self._most:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone.html) + 1000


# A blob's id is its content, so one shelf serves every wiki of the process.
_SHELF = _Shelf(MOST_KEPT)
