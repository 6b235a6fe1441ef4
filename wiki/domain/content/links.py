"""Links: what a link in a page points at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from wiki.domain.content.addresses import is_screen
from wiki.domain.content.paths import folder_of, has_suffix, without_suffix
from wiki.domain.content.text import storable
from wiki.domain.markdown.plain import page_link_words

_SCHEME = re.compile(r"[\s\x00-\x1f]*[A-Za-z][A-Za-z0-9+.\s\x00-\x1f-]*:")
_EXTENSION = re.compile(r"\.(?=[A-Za-z0-9]{1,8}$)[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*$")
_UNWRITABLE = re.compile(r"[\[\]|#\\]")
_BRACKET = re.compile(r"[\[\]\\]")
_SAFE = ("http://", "https://", "mailto:", "tel:")


class LinkKind(StrEnum):
    """Where a link leads."""

    WIKI = "wiki"  # [[target]]: a path or a title
    PAGE = "page"  # [text](path): a path
    SCREEN = "screen"  # [text](/agenda): a page, else what the site shows at that address
    FILE = "file"  # [text](name.pdf): a file, or a page with a point in its name
    EXTERNAL = "external"
    ANCHOR = "anchor"
    REFUSED = "refused"


class Way(StrEnum):
    """How a picture of another site is shown."""

    NEVER = "never"  # a link that says what it leads to
    CLICK = "click"  # such a link, in whose place it comes once the reader asks
    PROXY = "proxy"  # the picture, as this wiki fetched it


LOCAL = (LinkKind.WIKI, LinkKind.PAGE, LinkKind.SCREEN, LinkKind.FILE)
"""What leads to something of this wiki; what that is, `domain.content.names` says."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a page: `target` is a path, title, file or address; `anchor` the part after #.

    `asked` is the whole address of a screen, as it is written.
    """

    kind: LinkKind
    target: str
    text: str = ""
    anchor: str = ""
    asked: str = ""


def written(words: str, address: str, path: str = "") -> str:
    """The Markdown of a link to an address of this wiki, by its path where that can be written."""
    words = " ".join(words.split())
    if path and not _UNWRITABLE.search(path + words):
        return f"[[{path}|{words}]]"
    said = _BRACKET.sub(r"\\\g<0>", words)
    return f"[{said}]({address})"


def wikilink(target: str, text: str = "") -> Link:
    """The link that `[[target#anchor|text]]` makes."""
    shown = page_link_words(target, text)
    target, _, anchor = target.strip().rstrip("\\").partition("#")
    target = without_suffix(" ".join(target.split())).strip("/")
    kind = LinkKind.WIKI if target else LinkKind.ANCHOR
    return Link(kind, target, shown, anchor.strip())


def address(url: str, page: str, text: str = "") -> Link:
    """The link that `[text](url)` makes on the page with this path."""
    url = url.strip()
    if _SCHEME.match(url):
        safe = url.lower().startswith(_SAFE)
        return Link(LinkKind.EXTERNAL if safe else LinkKind.REFUSED, url, text)
    if url.startswith(("//", "\\", "/\\")):
        return Link(LinkKind.EXTERNAL, "https:" + url, text) if url[:2] == "//" else _refused(url)
    raw, _, anchor = url.partition("#")
    raw = storable(unquote(raw.partition("?")[0]))
    anchor = storable(unquote(anchor))
    if not raw:
        return Link(LinkKind.ANCHOR if anchor else LinkKind.REFUSED, "", text, anchor)
    if is_screen(raw):
        return Link(LinkKind.SCREEN, _normal(raw), text, anchor, asked=url)
    return _local(raw, anchor, page, text)


def host_of(url: str) -> str:
    """The host of an address of another site, with its port; empty if it names none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    return f"{host}:{port}" if host and port else host


def _local(raw: str, anchor: str, page: str, text: str) -> Link:
    if raw.startswith("/files/"):
        return Link(LinkKind.FILE, _normal(raw[7:]), text)
    is_page = raw.endswith("/") or has_suffix(raw) or not _EXTENSION.search(raw)
    if raw.startswith("/"):
        whole = raw.removeprefix("/wiki/") if raw.startswith("/wiki/") else raw[1:]
    else:
        whole = f"{folder_of(page)}/{raw}"
    target = _normal(whole)
    if not is_page:
        return Link(LinkKind.FILE, target, text, anchor)
    return Link(LinkKind.PAGE, without_suffix(target), text, anchor)


def _refused(url: str) -> Link:
    return Link(LinkKind.REFUSED, url)


def _normal(path: str) -> str:
    """The path with `.` and `..` resolved; it cannot leave the root."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


_OUTWARD = re.compile(
    r"\b(?:https?:)?//([^\s/<>()\[\]\"']+)|\bwww\.[^\s<>()\[\]\"']+", re.IGNORECASE
)


def outward(text: str, own: str) -> int:
    """Count the links to other hosts than our `own` in a text, however they are written."""
    hosts = (match[1] or "" for match in _OUTWARD.finditer(text))
    return sum(1 for host in hosts if not own or host.partition(":")[0].lower() != own)
