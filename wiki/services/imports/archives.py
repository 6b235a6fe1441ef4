"""The files of an export, in a folder or a zip, read without trusting either.

Nothing is unpacked: no name from an archive becomes a name on the disk.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from wiki.domain.errors import Invalid, TooLarge
from wiki.domain.imports.items import Report

MEGABYTE = 1024 * 1024
MOST_FILES = 1_000_000
MOST_TOTAL = 64 * 1024 * MEGABYTE
MOST_RATIO = 400
"""Times that an archive may grow; texts that people wrote do not reach a tenth of it."""
_SMALL = 16 * MEGABYTE
_ENCRYPTED = 0x1
_DAMAGE = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass
class Archive:
    """Files by name, with `/` between folders; what cannot be trusted is in the report."""

    report: Report
    names: list[str] = field(default_factory=list)

    def size(self, name: str) -> int:
        """Count how many bytes a file has."""
        raise NotImplementedError

    def modified(self, name: str) -> datetime:
        """When a file was last written."""
        raise NotImplementedError

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file to read from. Raises OSError and the like for one that is damaged."""
        raise NotImplementedError

    def read(self, name: str, most: int) -> bytes | None:
        """A file's bytes; None, and a line in the report, if it is too large or damaged."""
        size = self.size(name)
        if size > most:
            self.report.leave(name, "import_large", bytes=size, most_bytes=most)
            return None
        try:
            with self.open(name) as file:
                data = file.read(size + 1)
        except _DAMAGE:
            self.report.leave(name, "import_damaged")
            return None
        if len(data) > size:
            self.report.leave(name, "import_damaged")
            return None
        return data

    def beginning(self, name: str, most: int) -> bytes:
        """The first bytes of a file; none of one that is damaged."""
        try:
            with self.open(name) as file:
                return file.read(most)
        except _DAMAGE:
            return b""

    def under(self, folder: str) -> list[str]:
        """The names in a folder, however deep."""
        return [name for name in self.names if name.startswith(folder)]


class Folder(Archive):
    """A folder; links and whatever is no plain file are left out."""

    def __init__(self, root: Path, report: Report) -> None:
        super().__init__(report)
        self._root = root
        for folder, folders, files in os.walk(root, followlinks=False):
            folders.sort()
            inside = PurePosixPath(Path(folder).relative_to(root).as_posix())
            for name in [one for one in folders if (Path(folder) / one).is_symlink()]:
                report.leave(str(inside / name), "import_link")
            folders[:] = [one for one in folders if one != ".git"]
            for name in sorted(files):
                self._add(Path(folder) / name, (inside / name).as_posix())
            if len(self.names) > MOST_FILES:
                raise TooLarge("import_files", most=MOST_FILES)

    def _add(self, file: Path, name: str) -> None:
        mode = file.lstat().st_mode
        if not stat.S_ISREG(mode):
            self.report.leave(_shown(name), "import_link" if stat.S_ISLNK(mode) else "import_odd")
        elif not _is_text(name):
            self.report.leave(_shown(name), "import_name")
        else:
            self.names.append(name)

    def size(self, name: str) -> int:
        """Count how many bytes a file has."""
        return (self._root / name).lstat().st_size

    def modified(self, name: str) -> datetime:
        """When a file was last written."""
        return datetime.fromtimestamp(int((self._root / name).lstat().st_mtime), UTC)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file to read from; one that became a link meanwhile is not followed."""
        handle = os.open(self._root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            yield file


class Zip(Archive):
    """A zip; names that lead out of it, links, and entries that grow without end are left out."""

    def __init__(self, file: Path, report: Report) -> None:
        super().__init__(report)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise Invalid("import_zip", file=file.name) from error
        entries = self._zip.infolist()
        if len(entries) > MOST_FILES:
            raise TooLarge("import_files", most=MOST_FILES)
        # Entries that overlap are how a small archive holds more than it is large.
        if sum(entry.compress_size for entry in entries) > file.stat().st_size:
            raise TooLarge("import_bomb", file=file.name)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if not entry.is_dir():
                self._add(entry)
        if sum(entry.file_size for entry in self._entries.values()) > MOST_TOTAL:
            raise TooLarge("import_bomb", file=file.name)
        self.names = sorted(self._entries)

    def _add(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename
        if reason := _refused(entry):
            self.report.leave(_shown(name), reason)
        elif name in self._entries:
            self.report.leave(_shown(name), "import_twice")
        else:
            self._entries[name] = entry

    def size(self, name: str) -> int:
        """Count how many bytes a file has, as the archive says."""
        return self._entries[name].file_size

    def modified(self, name: str) -> datetime:
        """When a file was last written, by a clock of which the archive does not say the zone."""
        try:
            return datetime(*self._entries[name].date_time, tzinfo=UTC)
        except ValueError:
            return datetime(1980, 1, 1, tzinfo=UTC)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file to read from; it ends where the archive says it does."""
        with self._zip.open(self._entries[name]) as file:
            yield file


def _refused(entry: zipfile.ZipInfo) -> str:
    """Why an entry is not read; empty if it is."""
    parts = entry.filename.split("/")
    if entry.filename.startswith("/") or ".." in parts or ":" in parts[0] or "\\" in entry.filename:
        return "import_outside"
    if "" in parts or "." in parts or not _is_text(entry.filename):
        return "import_name"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "import_link"
    if entry.flag_bits & _ENCRYPTED:
        return "import_encrypted"
    if entry.file_size > max(_SMALL, MOST_RATIO * entry.compress_size):
        return "import_grows"
    return ""


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name.isprintable()


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:200]


def opened(source: Path, report: Report) -> Archive:
    """The folder or zip at a path. Raises Invalid (`import_source`), TooLarge."""
    if source.is_dir():
        return Folder(source, report)
    if source.is_file() and zipfile.is_zipfile(source):
        return Zip(source, report)
    raise Invalid("import_source", source=str(source))


def text_of(data: bytes) -> str:
    """A file's text with plain newlines, in UTF-8 or else in what older systems wrote."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
