"""Which file of the wiki each thing of an export becomes: always the same, and no other's."""

from __future__ import annotations

from pathlib import PurePosixPath

from wiki.domain.content.normal import form
from wiki.domain.content.paths import MAX_BYTES, SUFFIX, ancestors, fold, slug
from wiki.engine import Wiki
from wiki.services.imports.ledger import Ledger

_NUMBERED = 6
"""Bytes kept free for a number that tells two names apart."""
_EXTENSION_MOST = 9
_UNNAMED = "naamloos"
_OWN_MOST = 30
_FILES = "bestanden"
"""The folder of files that are beside no page."""


class Places:
    """Gives things of a source their files.

    What came in before keeps its file. Others get the name they ask for, made into one that every
    file system holds, and a number where somebody has that name.
    """

    def __init__(self, wiki: Wiki, ledger: Ledger, into: str) -> None:
        self._ledger = ledger
        self._into = into
        self._given: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        for entry in wiki.store.list():
            self._take(entry.file)
        for came in ledger.things.values():
            self._take(came.file)

    def page(self, thing: str, *segments: str, root: str | None = None) -> str:
        """The file of a page that is to stand at these names, from the folder (or `root`) down."""
        names = [_named(one) for one in segments]
        whole = names if root is None else [*filter(None, root.split("/")), *names]
        return self._place(thing, whole, SUFFIX, is_whole=root is not None)

    def folder(self, *segments: str) -> str:
        """The folder that these names lead to."""
        inside = [self._into] if self._into else []
        return "/".join([*inside, *map(_named, segments)])

    def file(self, thing: str, beside: str, name: str) -> str:
        """The file of an attachment beside a page's file, or in a folder."""
        folder = beside.removesuffix(SUFFIX) or _FILES
        pure = PurePosixPath(name)
        extension = slug(pure.suffix[1:])[:_EXTENSION_MOST]
        if not extension or f".{extension}" == SUFFIX:
            extension = f"{extension}bin"[-3:]
        segments = [*folder.split("/"), slug(pure.stem) or "bestand"]
        return self._place(thing, segments, f".{extension}", is_whole=True)

    def given(self, thing: str) -> str:
        """The file of a thing that has one; else empty."""
        came = self._ledger.came(thing)
        return came.file if came else self._given.get(thing, "")

    def _place(
        self, thing: str, segments: list[str], suffix: str, *, is_whole: bool = False
    ) -> str:
        if known := self.given(thing):
            return known
        inside = [] if is_whole or not self._into else self._into.split("/")
        stem = self._spelled(_short([*inside, *segments], len(suffix) + _NUMBERED))
        file, number = stem + suffix, 1
        while fold(file) in self._taken:
            number += 1
            file = f"{stem}-{number}{suffix}"
        self._take(file)
        self._given[thing] = file
        return file

    def _take(self, file: str) -> None:
        self._taken[fold(file)] = file
        for folder in ancestors(file):
            self._folders.setdefault(fold(folder), folder)

    def _spelled(self, stem: str) -> str:
        """The same path, in a folder as that is spelled already."""
        folder, slash, name = stem.rpartition("/")
        return self._folders.get(fold(folder), folder) + slash + name


def _named(title: str) -> str:
    """A title as a part of a path; in its own letters where none of them is Latin."""
    spelled = slug(title)
    if spelled:
        return spelled
    own = "".join(c if c.isalnum() else "-" for c in form(title[:_OWN_MOST], "NFC"))
    return "-".join(filter(None, own.split("-"))) or _UNNAMED


def _short(segments: list[str], spare: int) -> str:
    """The segments as one path that is short enough: each gives way in turn."""
    most = MAX_BYTES - spare
    path = "/".join(segments)
    if len(path.encode()) <= most:
        return path
    *folders, name = segments
    while folders and len("/".join(folders)) > most // 2:
        folders.pop()
    return "/".join([*folders, name])[:most].rstrip("-/. ")
