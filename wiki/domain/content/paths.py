"""Page paths: what a path may be, and how a title becomes one.

A page's *path* is its file's name in the repository without `.md`, with `/` between folders. Files
that end otherwise and are pages all the same (`a.MD`, `a.markdown`) keep that in their path, so
that each path names one file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from unicodedata import category

from wiki.domain.content.normal import form
from wiki.domain.errors import Invalid

MAX_BYTES = 200
SUFFIX = ".md"
SUFFIXES = (".md", ".markdown", ".mdown")
"""How the names of files end that are pages, in any case; what we make ends in the first."""
SIDEBARS = ("_sidebar", "_Sidebar")
"""The page of a folder that is shown beside others: as it is called here, and on GitHub."""
INDEXES = ("index", "readme", "home", "_index")
"""The names of a page that is its folder's own, the one that is preferred first; in any case."""

_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_FORBIDDEN_ON_WINDOWS = re.compile(r'[<>:"\\|?*]')
_MOST_TITLE = 400
_MOST_SLUG = 120
"""Bytes: with a folder before it, it has to fit in a path."""
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def file_of(path: str) -> str:
    """The repository's file that holds the page."""
    return path if has_suffix(path) else path + SUFFIX


def page_of(file: str) -> str | None:
    """The page that a repository's file holds, or None if it holds none."""
    if not has_suffix(file) or any(part.startswith(".") for part in file.split("/")):
        return None
    path = file.removesuffix(SUFFIX)
    return file if has_suffix(path) else path or None


def has_suffix(file: str) -> bool:
    """Whether a file's name is that of a page."""
    return file.lower().endswith(SUFFIXES)


def without_suffix(file: str) -> str:
    """A file's name without what makes it a page's."""
    return file.rpartition(".")[0] if has_suffix(file) else file


def is_attachment(file: str) -> bool:
    """Whether a repository's file is one that pages can show or link to, and no page itself."""
    return page_of(file) is None and not any(part.startswith(".") for part in file.split("/"))


def index_rank(path: str) -> int:
    """Which of the names in INDEXES a page has; -1 for one that is not its folder's own page."""
    name = without_suffix(path.rpartition("/")[2]).lower()
    return INDEXES.index(name) if name in INDEXES else -1


def folder_of(path: str) -> str:
    """The folder in which a page or file stands; empty for the root."""
    return path.rpartition("/")[0]


def fold(path: str) -> str:
    """Fold a path: equal for those that collide on macOS or Windows.

    Canonical caseless matching (The Unicode Standard, section 3.13, D145).
    """
    if path.isascii():
        return path.lower()
    return form(form(path, "NFC").casefold(), "NFC")


def ancestors(path: str) -> Iterator[str]:
    """Every folder above the page, the nearest last: `a/b/c` gives `a`, `a/b`."""
    at = path.find("/")
    while at != -1:
        yield path[:at]
        at = path.find("/", at + 1)


def is_inside(path: str, prefix: str) -> bool:
    """Whether a path is the prefix itself or lies under it; the empty prefix holds all."""
    prefix = prefix.rstrip("/")
    return not prefix or path == prefix or path.startswith(prefix + "/")


def slug(title: str) -> str:
    """A lower-case ASCII slug of a title; empty if no letter or digit has an ASCII form."""
    spelled = title.replace("ß", "ss").replace("æ", "ae").replace("ø", "o").replace("&", " en ")
    ascii_only = form(spelled, "NFKD").encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", ascii_only.replace("'", "")).strip("-")[:80].rstrip("-")


def path_slug(title: str) -> str:
    """A slug that keeps what it can of a title: in ASCII, or in the title's own script.

    That is so if a letter has no ASCII form; empty if there is no letter or digit at all.
    """
    short = title[:_MOST_TITLE]
    if all(slug(char) for char in set(short) if char.isalnum()):
        return slug(short)
    kept = "".join(char if _is_word(char) else "-" for char in fold(form(short, "NFKC")))
    whole = re.sub("-{2,}", "-", kept).strip("-")[:80].rstrip("-")
    while len(whole.encode()) > _MOST_SLUG:
        whole = whole[:-1].rstrip("-")
    return whole


def person_slug(name: str) -> str:
    """Tell how a person is called in addresses; the same for the same name, never empty."""
    return path_slug(name) or hashlib.sha256(fold(name).encode()).hexdigest()[:10]


def _is_word(char: str) -> bool:
    return char.isalnum() or category(char)[0] == "M"


def check(path: str) -> str:
    """The path itself if git and every file system can hold it.

    Raises Invalid (field `path`) with a code that says what is wrong.
    """
    if not path:
        raise Invalid.field("path", "path_empty")
    if len(path) > MAX_BYTES:
        raise Invalid.field("path", "path_long", most=MAX_BYTES)
    if any(category(char) in {"Cc", "Cs"} for char in path):
        raise Invalid.field("path", "path_control")
    if len(file_of(path).encode()) > MAX_BYTES:
        raise Invalid.field("path", "path_long", most=MAX_BYTES)
    for segment in path.split("/"):
        _check_segment(segment)
    return path


def _check_segment(segment: str) -> None:
    if not segment:
        raise Invalid.field("path", "path_segment_empty")
    if segment.startswith("."):
        raise Invalid.field("path", "path_dot", segment=segment)
    if segment.endswith((".", " ")) or segment.startswith(" "):
        raise Invalid.field("path", "path_edge", segment=segment)
    if _DEVICE.fullmatch(segment):
        raise Invalid.field("path", "path_device", segment=segment)
    if _FORBIDDEN_ON_WINDOWS.search(segment):
        raise Invalid.field("path", "path_character", segment=segment)
