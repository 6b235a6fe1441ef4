"""Markdown in folders: a vault of notes, or the pages of a wiki that keeps them so.

Links are found as those wikis find them: by path, by a page's name alone, by a file's name.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote, urlsplit

from wiki.domain.content import frontmatter
from wiki.domain.content.paths import SUFFIX, fold, page_of
from wiki.domain.content.text import decode
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.imports.links import address_of, page_link, relinked
from wiki.render.values import write_value
from wiki.services.content.fields import title_of
from wiki.services.imports.archives import MEGABYTE, Archive
from wiki.services.imports.places import Places

PAGES = (".md", ".markdown", ".mdown", ".mkd")
MOST = 256 * MEGABYTE
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")
_SKIPPED = ("", "__MACOSX", "node_modules")


class Names:
    """The pages and files of a folder by what links may call them, and where each goes."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, str] = {}

    def add(self, name: str, more: tuple[str, ...] = ()) -> str:
        """Give a file of the folder its file here; `more` are other endings that pages have."""
        folder, _, last = name.rpartition("/")
        segments = [one for one in folder.split("/") if one]
        stem, extension = posixpath.splitext(last)
        if extension.lower() in (*PAGES, *more):
            file = self._places.page(name, *segments, stem)
            self._call(folder, stem, file)
        else:
            file = self._places.file(name, self._places.folder(*segments), last)
        self._call(folder, last, file)
        return file

    def _call(self, folder: str, last: str, file: str) -> None:
        self._by_path.setdefault(_folded(posixpath.join(folder, last)), file)
        self._by_name.setdefault(_folded(last), file)

    def find(self, target: str, page: str, *, by_name: bool = True) -> str:
        """The file here that a link on a page of the folder means; empty if there is none."""
        target = _folded(target.strip())
        beside = _folded(posixpath.normpath(posixpath.join(posixpath.dirname(page), target)))
        own = _folded(f"{page.rpartition('.')[0]}/{target}")
        for path in (beside, own, target.strip("/")):
            if path in self._by_path:
                return self._by_path[path]
        return self._by_name.get(target.rpartition("/")[2], "") if by_name else ""


def _folded(name: str) -> str:
    return fold(name.replace("_", " ").replace("-", " "))


Order = Callable[[str, str], tuple[str, str]]
"""Which of the two parts of `[[first|second]]` is the target, and which the words."""


def target_first(first: str, second: str) -> tuple[str, str]:
    """As in `[[page|words]]`."""
    return first, second


def words_first(first: str, second: str) -> tuple[str, str]:
    """As in `[[words|page]]`."""
    return (second, first) if second else (first, "")


def converted(data: bytes, name: str, names: Names, order: Order) -> bytes:
    """A page as it is to be here: its links lead where they led, and it says what it is called."""
    source = decode(data)
    if not source.readable:
        return data

    def wikilink(first: str, second: str, shown: bool) -> str | None:
        target, words = order(first, second)
        if second and words == first and _is_file(names.find(first, name)):
            # Of files the name comes first in every wiki; what follows says how they look.
            target, words = first, ""
        target, _, anchor = target.partition("#")
        file = names.find(target, name) if target else ""
        if not file:
            return None if (first, second) == (target, words) else page_link(target, words, anchor)
        if page := page_of(file):
            return page_link(page, words or (target if shown else ""), anchor)
        mark = "!" if file.endswith(_PICTURES) else ""
        # Beside a picture, what stands for words is how wide it is.
        said = "" if words.isdigit() else words
        return f"{mark}[{said or posixpath.basename(target)}]({address_of(file)})"

    def address(written: str) -> str | None:
        parts = urlsplit(written) if _is_here(written) else None
        if parts is None or not parts.path:
            return None
        file = names.find(unquote(parts.path), name, by_name=False)
        return address_of(file, unquote(parts.fragment)) if file else None

    text = relinked(source.text, wikilink, address)
    if not title_of(text) and frontmatter.foreign(text) is None:
        stem = posixpath.splitext(posixpath.basename(name))[0].replace("_", " ")
        text = frontmatter.replace(text, {"title": write_value(stem)})
    return source.encode(text)


def _is_file(file: str) -> bool:
    return bool(file) and page_of(file) is None


def _is_here(written: str) -> bool:
    try:
        parts = urlsplit(written)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def is_shown(name: str) -> bool:
    """Whether a file is one that people made, and no setting of a program."""
    parts = name.split("/")
    return not any(part.startswith(".") or part in _SKIPPED for part in parts)


class MarkdownFolder:
    """A folder or zip of Markdown: each file in the version that it has now."""

    def __init__(self, archive: Archive, report: Report, places: Places) -> None:
        self._archive = archive
        self._report = report
        self._names = Names(places)
        self._files: dict[str, str] = {}
        for name in sorted(archive.names, key=lambda one: (one.count("/"), one)):
            if is_shown(name):
                self._files[name] = self._names.add(name)
            else:
                report.leave(name, "import_hidden")

    def people(self) -> Iterable[Person]:
        """Nobody: files do not say who wrote them."""
        return ()

    def versions(self) -> Iterator[Version]:
        """Each file as it is."""
        for name, file in self._files.items():
            data = self._archive.read(name, MOST)
            if data is None:
                continue
            version = hashlib.sha256(data).hexdigest()
            if file.endswith(SUFFIX):
                data = converted(data, name, self._names, target_first)
            yield Version(name, version, file, self._archive.modified(name), "", data)

    def remarks(self) -> Iterable[Remark]:
        """None."""
        return ()
