"""Attachments: files beside a page, in its folder."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from wiki import keeping
from wiki.database.engine.connection import Connection
from wiki.database.history import files as versions
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content import attachments
from wiki.domain.content.attachments import Shape, Version
from wiki.domain.content.paths import is_attachment
from wiki.domain.errors import Conflict, Gone, Invalid, NotFound, TooLarge
from wiki.domain.history.revisions import Event
from wiki.domain.history.trailers import FILES
from wiki.engine import Wiki
from wiki.render import pictures
from wiki.services.content import commits, places
from wiki.store.store import Change, Stale

TYPES: Mapping[str, str] = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
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

SVG = TYPES[".svg"]
DOWNLOAD = "application/octet-stream"

MOST_AT_ONCE = 30
"""Files that are sent together."""
WIDTHS = (320, 960, 1600)
"""Pixels: how wide a picture is sent where it need not be whole."""
_CACHE = "pictures"


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: `type` is safe to send, `is_shown` whether a browser may show it."""

    file: str
    blob: str
    data: bytes
    type: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as somebody sends it: its name there, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Listed:
    """A file beside a page, as it is listed: `markdown` shows it in the page's text."""

    name: str
    file: str
    shape: Shape
    bytes: int
    markdown: str


@dataclass(frozen=True, slots=True)
class Attached:
    """The files beside a page, by name."""

    path: str
    files: list[Listed]


@dataclass(frozen=True, slots=True)
class Whole:
    """All about one file, with its versions, newest first."""

    path: str
    listed: Listed
    is_there: bool
    versions: Sequence[Version]


def read(wiki: Wiki, actor: Actor, file: str, at: str = "") -> File:
    """An attachment that the actor may read: rights are those of the page that it is beside.

    As it was at a revision that changed it, if one is named. Raises Invalid, LoginRequired,
    Forbidden, NotFound; Gone if that page was deleted, but for who may put it back.
    """
    file = _allowed(wiki, actor, file)
    if at:
        blob = _version(wiki, file, at).blob
        data = wiki.store.blob(blob) if blob else None
    else:
        found = wiki.store.read(file) if is_attachment(file) else None
        blob, data = (found.id, found.data) if found else ("", None)
    if data is None:
        raise NotFound("file_missing", file=file)
    return as_sent(file, blob, data)


def as_sent(file: str, blob: str, data: bytes) -> File:
    """Give a file with the type that is safe for its name."""
    suffix = PurePosixPath(file).suffix.lower()
    kind = TYPES.get(suffix) or SAVED.get(suffix, DOWNLOAD)
    return File(file, blob, data, kind, suffix in TYPES)


def _allowed(wiki: Wiki, actor: Actor, file: str) -> str:
    file = places.asked(file)
    wiki.rights.require(actor, Right.READ, file)
    page = file.rpartition("/")[0]
    if page and not wiki.rights.may(actor, Right.DELETE, page) and places.look(wiki, page) is None:
        gone = places.missing(wiki, actor, page)
        if isinstance(gone, Gone):
            raise gone
    return file


def _version(wiki: Wiki, file: str, revision: str) -> Version:
    commit = wiki.store.resolve(revision) or ""
    with wiki.database.read() as connection:
        version = versions.version(connection, file, commit)
    if version is None:
        raise NotFound("revision_missing", revision=revision[:64])
    return version


def narrow(wiki: Wiki, sent: File, width: int) -> File:
    """A picture at most about so many pixels wide; as it is where that cannot be made.

    Made once, and kept beside the data until somebody throws it away.
    """
    wide = next((one for one in WIDTHS if one >= width), 0)
    if not wide or PurePosixPath(sent.file).suffix.lower() not in pictures.SCALED:
        return sent
    folder = Path(wiki.settings.data) / _CACHE
    cached = folder / f"{sent.blob}-{wide}.webp"
    data = cached.read_bytes() if cached.is_file() else None
    if data is None:
        data = pictures.narrow(sent.data, wide)
        if data is None:
            return sent
        # A full disk costs the time to make it again.
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
            keeping.keep(cached, data)
    return File(sent.file, f"{sent.blob}-{wide}", data, "image/webp", True)


def beside(wiki: Wiki, actor: Actor, path: str) -> Attached:
    """The files of the page at a path. Raises as `places.find` does."""
    place = places.find(wiki, actor, path)
    return Attached(place.path, listing(wiki, actor, place.path))


def listing(wiki: Wiki, actor: Actor, path: str, most: int | None = None) -> list[Listed]:
    """The files beside a page that the actor may read, by name, so many at most."""
    listed = (
        _listed(wiki, path, entry.file.removeprefix(path + "/"), entry.blob)
        for entry in wiki.store.files_in(path)
        if is_attachment(entry.file) and wiki.rights.may(actor, Right.READ, entry.file)
    )
    return list(islice(listed, most))


def _listed(wiki: Wiki, path: str, name: str, blob: str) -> Listed:
    size = wiki.store.size(blob) if blob else 0
    return Listed(
        name,
        f"{path}/{name}",
        attachments.shape_of(name),
        size,
        attachments.markdown_of(name),
    )


def whole(wiki: Wiki, actor: Actor, file: str) -> Whole:
    """All about one file, one that was deleted included. Raises as `read` does."""
    file = _allowed(wiki, actor, file)
    path, _, name = file.rpartition("/")
    entry = wiki.store.entry(file) if is_attachment(file) else None
    with wiki.database.read() as connection:
        past = versions.versions(connection, file)
    if entry is None and not past:
        raise NotFound("file_missing", file=file)
    listed = _listed(wiki, path, name, entry.blob if entry else "")
    return Whole(path, listed, entry is not None, past)


def add(wiki: Wiki, actor: Actor, path: str, name: str, data: bytes, summary: str = "") -> File:
    """Put a file beside the page; the same name again gives it a new version.

    Raises LoginRequired, Forbidden, NotFound; Invalid (field `file`), TooLarge, Refused.
    """
    (file,) = add_all(wiki, actor, path, [Sent(name, data)], summary)
    return read(wiki, actor, file)


def add_all(
    wiki: Wiki, actor: Actor, path: str, sent: Sequence[Sent], summary: str = ""
) -> list[str]:
    """Put files beside the page, all or none; gives what they are now called.

    A name that another file was sent under never replaces that one. Raises as `add` does.
    """
    place = places.find(wiki, actor, path)
    wiki.rights.require(actor, Right.EDIT, place.path)
    check(sent)
    contents = [cleaned(wiki, one.name, one.data) for one in sent]
    taken: dict[str, str] = {}
    expect: dict[str, str | None] = {}
    with wiki.database.read() as connection:
        for one in sent:
            given = attachments.given_name(one.name)
            file, blob = _free(wiki, connection, place.path, given, taken)
            taken[file] = given
            expect[file] = blob
    changes = [Change(file, data) for file, data in zip(taken, contents, strict=True)]
    _commit(wiki, actor, changes, expect, summary, called(taken))
    return list(taken)


def check(sent: Sequence[Sent]) -> None:
    """Raise Invalid (field `file`) for no files, or for too many together."""
    if not sent or not all(one.name for one in sent):
        raise Invalid.field("file", "file_missing_upload")
    if len(sent) > MOST_AT_ONCE:
        raise Invalid.field("file", "files_many", most=MOST_AT_ONCE)


def _free(
    wiki: Wiki, connection: Connection, path: str, given: str, taken: Mapping[str, str]
) -> tuple[str, str | None]:
    """Under what a file of this name is kept: its own place, or the first that is free.

    With the blob that is there now, if it is its own.
    """
    for name in attachments.names(given):
        file = f"{path}/{name}"
        if file in taken:
            continue
        entry = wiki.store.entry(file)
        if entry is None:
            return file, None
        last = versions.versions(connection, file, 1)
        known = (last[0].name if last else "") or name
        if known == given:
            return file, entry.blob
    raise AssertionError


def called(taken: Mapping[str, str]) -> dict[str, str]:
    """The trailer that tells what files were called where they came from."""
    other = {
        file.rpartition("/")[2]: given
        for file, given in taken.items()
        if given != file.rpartition("/")[2]
    }
    return {FILES: json.dumps(other)} if other else {}


def replace(wiki: Wiki, actor: Actor, file: str, sent: Sent | None, summary: str = "") -> None:
    """Give a file a new version, whatever the one that is sent is called.

    Raises as `add` does; NotFound (`file_missing`).
    """
    file, blob = _mine(wiki, actor, file)
    if sent is None:
        raise Invalid.field("file", "file_missing_upload")
    with wiki.database.read() as connection:
        last = versions.versions(connection, file, 1)
    name = file.rpartition("/")[2]
    given = {file: (last[0].name if last else "") or name}
    _commit(
        wiki,
        actor,
        [Change(file, cleaned(wiki, name, sent.data))],
        {file: blob},
        summary,
        called(given),
    )


def delete(wiki: Wiki, actor: Actor, file: str, summary: str = "") -> None:
    """Take a file away; its versions stay. Raises LoginRequired, Forbidden, NotFound, Conflict."""
    file, blob = _mine(wiki, actor, file)
    if blob is None:
        raise NotFound("file_missing", file=file)
    _commit(wiki, actor, [Change(file, None)], {file: blob}, summary)


def restore(wiki: Wiki, actor: Actor, file: str, revision: str) -> None:
    """Let a file be again what it was at one of its versions. Raises as `replace` does."""
    file, blob = _mine(wiki, actor, file)
    then = _version(wiki, file, revision)
    if not then.blob:
        raise NotFound("revision_missing", revision=revision[:64])
    trailers = called({file: then.name or file.rpartition("/")[2]})
    _commit(wiki, actor, [Change(file, wiki.store.blob(then.blob))], {file: blob}, "", trailers)


def _mine(wiki: Wiki, actor: Actor, file: str) -> tuple[str, str | None]:
    """A file that the actor may change, and its blob if it is there; raises NotFound."""
    file_shown = whole(wiki, actor, file)
    wiki.rights.require(actor, Right.EDIT, file_shown.path)
    entry = wiki.store.entry(file_shown.listed.file)
    return file_shown.listed.file, entry.blob if entry else None


def cleaned(wiki: Wiki, name: str, data: bytes) -> bytes:
    """Give what is kept of a file: a picture does not tell where and with what it was taken."""
    if len(data) > wiki.settings.max_file_bytes:
        most = wiki.settings.max_file_bytes
        raise TooLarge("file_large", most_bytes=most, bytes=len(data))
    if PurePosixPath(name).suffix.lower() in pictures.SCALED:
        return pictures.without_traces(data)
    return data


def _commit(
    wiki: Wiki,
    actor: Actor,
    changes: Sequence[Change],
    expect: Mapping[str, str | None],
    summary: str,
    trailers: Mapping[str, str] | None = None,
) -> None:
    try:
        commits.commit(
            wiki,
            actor,
            Event.EDIT,
            changes,
            expect=expect,
            summary=summary,
            trailers=trailers,
        )
    except Stale as error:
        raise Conflict("edit_busy", path=changes[0].file.rpartition("/")[0]) from error
