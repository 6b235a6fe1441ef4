"""Files beside pages: what they are kept as, and how a page shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count
from pathlib import PurePosixPath

from wiki.domain.content.paths import check, fold, has_suffix, slug, without_suffix
from wiki.domain.errors import Invalid

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"})
_SOUNDS = frozenset({".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac"})
_FILMS = frozenset({".mp4", ".webm", ".m4v", ".mov", ".ogv"})
_LONGEST = 1_000
_TEXTS = frozenset(
    ".textile .rst .adoc .asciidoc .txt .text .org .html .htm .wiki .mediawiki .creole .rdoc .tex"
    " .docx .odt".split()
)


class Shape(StrEnum):
    """How a page shows a file."""

    PICTURE = "picture"
    SOUND = "sound"
    FILM = "film"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file: `blob` is empty where it was deleted, `name` what it was sent as."""

    revision: str
    blob: str
    name: str
    when: datetime


def shape_of(file: str) -> Shape:
    """How a page shows a file of this name: by its extension."""
    suffix = PurePosixPath(file).suffix.lower()
    if suffix in _PICTURES:
        return Shape.PICTURE
    if suffix in _SOUNDS:
        return Shape.SOUND
    return Shape.FILM if suffix in _FILMS else Shape.LINK


def written_as(path: str, gone: Iterable[str]) -> str:
    """Give the file that a page was made of, of those that went as it came; empty if none was.

    It has the page's name: in the same folder, or else it is the only one that has.
    """
    texts = [file for file in gone if PurePosixPath(file).suffix.lower() in _TEXTS]
    page = fold(without_suffix(path))
    there = [file for file in texts if fold(str(PurePosixPath(file).with_suffix(""))) == page]
    name = page.rpartition("/")[2]
    found = there or [file for file in texts if fold(PurePosixPath(file).stem) == name]
    return found[0] if there or len(found) == 1 else ""


def markdown_of(name: str) -> str:
    """Give the Markdown that shows a file beside the page, or leads to it."""
    target = f"<{name}>" if re.search(r"[\s()]", name) else name
    words = re.sub(r"([\[\]\\])", r"\\\1", name)
    return f"{'' if shape_of(name) is Shape.LINK else '!'}[{words}]({target})"


def put_into(text: str, name: str) -> str:
    """A page's text with a file beside it at the end."""
    shown = markdown_of(" ".join(name[:_LONGEST].split()).replace("/", ""))
    return f"{text.rstrip()}\n\n{shown}\n"


def given_name(name: str) -> str:
    """The file's own name, without the folders that a program may send with it."""
    return PurePosixPath(name[-_LONGEST:].replace("\\", "/")).name


def names(name: str) -> Iterator[str]:
    """Names under which a file may be kept: the first that is not another's is its own.

    Raises Invalid (field `file`): no name, or no extension that says what it is.
    """
    given = given_name(name)
    extension = PurePosixPath(given).suffix
    if not given or not _EXTENSION.fullmatch(extension) or has_suffix(extension):
        raise Invalid.field("file", "file_name", name=name[:80])
    stem, extension = check(slug(given.removesuffix(extension)) or "bestand"), extension.lower()
    yield stem + extension
    yield from (f"{stem}-{number}{extension}" for number in count(2))
