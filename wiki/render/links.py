"""Links on rendered pages: what their target is now, and the addresses they lead to."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import quote

from wiki.domain.content.addresses import url_of
from wiki.domain.content.links import LinkKind, Way
from wiki.domain.content.names import To

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp")


@dataclass(frozen=True, slots=True)
class LinkState:
    """The state of a target: the path of what it leads to (None: wanted) and its title.

    `at` is the revision to which the link leads, where a page is shown as it was; `address` is
    where a file is that stands beside no page yet.
    """

    path: str | None
    title: str = ""
    at: str = ""
    to: To = To.PAGE
    address: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it leads to a file."""
        return self.path is not None and self.to is To.FILE

    def url(self, anchor: str = "") -> str:
        """The address it leads to, at a place there."""
        path = self.path or ""
        if self.address:
            return self.address
        place = f"#{quote(anchor)}" if anchor else ""
        return file_url(path) + place if self.is_file else page_url(path, anchor, self.at)


@dataclass(frozen=True, slots=True)
class Others:
    """How pictures of other sites are shown; the addresses to fetch them bear a code by `key`."""

    way: Way = Way.NEVER
    key: bytes = b""


def signature(key: bytes, path: str, url: str) -> str:
    """The code without which this wiki fetches no picture of another site for a page."""
    return hmac.new(key, f"picture\0{path}\0{url}".encode(), "sha256").hexdigest()[:40]


def is_picture(file: str) -> bool:
    """Whether a file is, by its name, a picture that browsers show."""
    return file.lower().endswith(_PICTURES)


def page_url(path: str, anchor: str = "", at: str = "") -> str:
    """The address of a page (`at` a revision), or of a heading on it."""
    return url_of("page", path, at=at) + (f"#{quote(anchor)}" if anchor else "")


def file_url(file: str) -> str:
    """The address of an attachment."""
    return url_of("file", file)


def new_url(target: str, kind: LinkKind) -> str:
    """The address where a wanted page can be written."""
    looks_like_path = kind is LinkKind.PAGE or ("/" in target and " " not in target)
    name = "path" if looks_like_path else "title"
    return url_of("new", **{name: target})
