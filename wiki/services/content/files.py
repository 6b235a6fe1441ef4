"""Attachments: files beside a page, in its folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.paths import check, has_suffix, is_attachment, slug
from wiki.domain.errors import Conflict, Gone, Invalid, NotFound, TooLarge
from wiki.domain.history.revisions import Event
from wiki.engine import Wiki
from wiki.services.content import commits, places
from wiki.store.store import Change, Stale

TYPES: Mapping[str, str] = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".webm": "video/webm",
    ".ogv": "video/ogg",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/plain; charset=utf-8",
}
"""What a browser may show in itself; everything else is downloaded."""

SAVED: Mapping[str, str] = {".pdf": "application/pdf"}
"""What keeps its type and is downloaded all the same: browsers show none of these in a sandbox."""

DOWNLOAD = "application/octet-stream"
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: `type` is safe to send, `is_shown` whether a browser may show it."""

    file: str
    blob: str
    data: bytes
    type: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """The files beside a page, by name."""

    path: str
    files: list[str]


def read(wiki: Wiki, actor: Actor, file: str) -> File:
    """An attachment that the actor may read: rights are those of the page that it is beside.

    Raises Invalid, LoginRequired, Forbidden, NotFound; Gone if that page was deleted, but for who
    may put it back.
    """
    file = places.asked(file)
    wiki.rights.require(actor, Right.READ, file)
    page = file.rpartition("/")[0]
    if page and not wiki.rights.may(actor, Right.DELETE, page) and places.look(wiki, page) is None:
        gone = places.missing(wiki, actor, page)
        if isinstance(gone, Gone):
            raise gone
    data = wiki.store.read(file) if is_attachment(file) else None
    if data is None:
        raise NotFound("file_missing", file=file)
    suffix = PurePosixPath(file).suffix.lower()
    kind = TYPES.get(suffix) or SAVED.get(suffix, DOWNLOAD)
    return File(file, data.id, data.data, kind, suffix in TYPES)


def beside(wiki: Wiki, actor: Actor, path: str) -> Attached:
    """The files of the page at a path. Raises as `places.find` does."""
    place = places.find(wiki, actor, path)
    names = [
        entry.file.removeprefix(place.path + "/") for entry in wiki.store.list(place.path + "/")
    ]
    return Attached(place.path, [n for n in names if "/" not in n and is_attachment(n)])


def add(wiki: Wiki, actor: Actor, path: str, name: str, data: bytes, summary: str = "") -> File:
    """Put a file beside the page; one of that name gets a new version.

    Raises LoginRequired, Forbidden, NotFound; Invalid (field `file`), TooLarge.
    """
    place = places.find(wiki, actor, path)
    wiki.rights.require(actor, Right.EDIT, place.path)
    if not name:
        raise Invalid.field("file", "file_missing_upload")
    if len(data) > wiki.settings.max_file_bytes:
        most = wiki.settings.max_file_bytes
        raise TooLarge("file_large", most_bytes=most, bytes=len(data))
    file = f"{place.path}/{_name(name)}"
    try:
        commits.commit(wiki, actor, Event.EDIT, [Change(file, data)], expect={}, summary=summary)
    except Stale as error:
        raise Conflict("edit_busy", path=place.path) from error
    return read(wiki, actor, file)


def _name(name: str) -> str:
    """A safe name for a file, its extension kept."""
    given = PurePosixPath(name.replace("\\", "/")).name
    extension = PurePosixPath(given).suffix
    if not given or not _EXTENSION.fullmatch(extension) or has_suffix(extension):
        raise Invalid.field("file", "file_name", name=name[:80])
    stem = slug(given.removesuffix(extension)) or "bestand"
    return check(stem) + extension.lower()
