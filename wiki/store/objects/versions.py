"""The things that the store gives and takes: files, changes, differences, commits, notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wiki.domain.errors import Unavailable
from wiki.domain.history.revisions import Author


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's bytes and their blob id."""

    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file in a revision; `mode` is 0o100644 or 0o100755."""

    file: str
    blob: str
    mode: int


@dataclass(frozen=True, slots=True)
class Change:
    """One file's new bytes; None deletes it, unless `blob` names bytes that are there already."""

    file: str
    data: bytes | None
    blob: str = ""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file that differs: its blob ids before and after; empty where it is absent."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; `authored` keeps the author's zone, `committed` is in Unix seconds.

    `sealed`: this wiki made it, whatever it says of itself; the seal is no part of `message`.
    """

    id: str
    tree: str
    parents: tuple[str, ...]
    author: Author
    committer: Author
    authored: datetime
    committed: int
    message: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something an administrator should know about the repository; `code` names it."""

    code: str
    values: Mapping[str, object]


class Stale(Exception):
    """A commit was refused: what it expected no longer holds.

    `files` gives, for every expected file that differs, its blob id now, or None if it is absent.
    """

    def __init__(self, files: Mapping[str, str | None]) -> None:
        super().__init__(", ".join(files))
        self.files = dict(files)


class StoreError(Unavailable):
    """The repository cannot be used as it is; `code` says why, `values` name the folder."""
