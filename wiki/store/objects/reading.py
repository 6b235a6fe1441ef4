"""Objects of the repository: loose ones read in process, packs through libgit2."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from weakref import WeakMethod

import pygit2
from pygit2.enums import ObjectType, RepositoryOpenFlag

from wiki.domain.errors import Unreadable
from wiki.shelf import Shelf
from wiki.store.objects import loose, trees
from wiki.store.objects.seals import Seal
from wiki.store.objects.weights import Weights

_MEGABYTE = 1024 * 1024
_TREES_KEPT = 8 * _MEGABYTE
_ROOTS_KEPT, _FOLDERS_KEPT = 256, 1_000
_FULL = 40
_PAUSES = (0.0, 0.002, 0.02)
"""Seconds before an object that was not found, or not whole, is looked for again."""
_DEEPEST = 5

# A web process holds few things in memory: packs are mapped in small windows, not whole.
pygit2.settings.mwindow_size = _MEGABYTE
pygit2.settings.mwindow_mapped_limit = 32 * _MEGABYTE
pygit2.settings.cache_max_size(8 * _MEGABYTE)
# The service may run as another user than the one who put the repository there.
pygit2.settings.owner_validation = False

_KINDS = {
    int(ObjectType.COMMIT): "commit",
    int(ObjectType.TREE): "tree",
    int(ObjectType.BLOB): "blob",
    int(ObjectType.TAG): "tag",
}


class Reader:
    """Reads objects by id; one libgit2 handle per thread and process, trees kept in memory.

    `git` is the repository's folder; `shallow` holds commits whose parents a shallow clone lacks;
    `seal` tells our own commits, by a secret that is nobody's until one is given; `weights` which
    folders are too much to go through. `apart` is one more folder with objects: of a push that is
    still being looked at. `when_missing` may bring an object that is not there, and says whether it
    brought anything.
    """

    def __init__(self, git: Path, seal: Seal | None = None, apart: Path | None = None) -> None:
        self.git = git
        self.shallow = _shallow(git)
        self.seal = seal or Seal(secrets.token_bytes())
        self._local = threading.local()
        self._round = 0
        self._folders = object_folders(git / "objects")
        self._folders += [os.fspath(apart)] if apart else []
        self._trees: Shelf[str, bytes] = Shelf(_TREES_KEPT, len)
        self._roots: Shelf[str, str] = Shelf(_ROOTS_KEPT)
        self._inside: Shelf[tuple[str, bytes], str] = Shelf(_FOLDERS_KEPT)
        self.when_missing: Callable[[], bool] = lambda: False
        # Not in a circle: files that a reader no longer needed would stay open.
        self.weights = Weights(WeakMethod(self.tree))

    def repository(self) -> pygit2.Repository:
        """This thread's handle; a forked child gets its own."""
        if getattr(self._local, "process", None) != self._now():
            flags = RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.BARE
            self._local.repository = pygit2.Repository(os.fspath(self.git), flags)
            self._local.process = self._now()
        repository: pygit2.Repository = self._local.repository
        return repository

    def reopen(self) -> None:
        """Drop this thread's handles: the files they knew may have been repacked."""
        self._local.process = None
        self._local.packs_of = None

    def forget(self) -> None:
        """Forget everything that was read, in every thread: objects were put right, or purged."""
        self._round += 1
        self._trees.clear()
        self._roots.clear()
        self._inside.clear()
        self.weights.clear()

    def read(self, id: str) -> tuple[str, bytes]:
        """An object's kind and bytes.

        Raises KeyError if there is no such object, Unreadable if it is not what its id says. One
        that is damaged as a file of its own may still be whole in a pack.
        """
        for pause in _PAUSES:
            try:
                return self._look(id)
            except (KeyError, Unreadable):
                # Maintenance may be moving it from one place to another.
                time.sleep(pause)
                self.reopen()
        try:
            return self._look(id)
        except KeyError:
            # What is here may be a copy that is behind.
            if not self.when_missing():
                raise
        self.reopen()
        return self._look(id)

    def _look(self, id: str) -> tuple[str, bytes]:
        damaged = None
        for folder in self._folders if len(id) == _FULL else ():
            try:
                object = loose.read(folder, id)
            except Unreadable as error:
                damaged = error
                continue
            if object is not None:
                return object
        try:
            kind, data = self._packs().read(id)
        except (KeyError, ValueError) as error:
            raise damaged or KeyError(id) from error
        except pygit2.GitError as error:
            raise Unreadable(id, "pack") from error
        return _KINDS[int(kind)], data

    def size(self, id: str) -> int:
        """An object's size, without reading it all; raises KeyError, Unreadable."""
        for folder in self._folders:
            with suppress(Unreadable):
                found = loose.size(folder, id)
                if found is not None:
                    return found
        try:
            return int(self._packs().read_header(id)[1])
        except (KeyError, ValueError, pygit2.GitError):
            # The slow way says what is the matter.
            return len(self.read(id)[1])

    def _packs(self) -> pygit2.Odb:
        """This thread's view of the packs alone."""
        if getattr(self._local, "packs_of", None) != self._now():
            packs = pygit2.Odb()
            for folder in self._folders:
                packs.add_backend(pygit2.OdbBackendPack(folder), 1)
            self._local.packs = packs
            self._local.packs_of = self._now()
        found: pygit2.Odb = self._local.packs
        return found

    def _now(self) -> tuple[int, int]:
        """What a handle must be of: this process, and since everything was forgotten."""
        return os.getpid(), self._round

    def read_as(self, kind: str, id: str) -> bytes:
        """An object's bytes; raises KeyError if there is none of that kind."""
        found, data = self.read(id)
        if found != kind:
            raise KeyError(id)
        return data

    def expect(self, kind: str, id: str) -> bytes:
        """The bytes of an object that a tree or a commit names; raises Unreadable."""
        try:
            return self.read_as(kind, id)
        except KeyError:
            raise Unreadable(id, "missing") from None

    def root(self, commit: str) -> str:
        """The id of a commit's tree; raises KeyError if there is no such commit, Unreadable."""
        known = self._roots.get(commit)
        if known is None:
            known = self.read_as("commit", commit)[5:45].decode()
            self._roots.put(commit, known)
        return known

    def tree(self, id: str) -> bytes:
        """A tree's raw bytes, the empty id being the empty tree; raises Unreadable."""
        if not id:
            return b""
        known = self._trees.get(id)
        if known is not None:
            return known
        data = self.expect("tree", id)
        self.keep_tree(id, data)
        return data

    def folder(self, tree: str, name: bytes) -> str:
        """The id of the folder of that name in a tree, empty if there is none; raises Unreadable.

        Among thousands of files it takes a millisecond to find, so it is remembered.
        """
        known = self._inside.get((tree, name))
        if known is None:
            node = trees.find(self.tree(tree), name)
            known = node.id if node and node.is_folder else ""
            self._inside.put((tree, name), known)
        return known

    def keep_tree(self, id: str, data: bytes) -> None:
        """Remember a tree that will be read again soon."""
        self._trees.put(id, data)


def object_folders(objects: Path, deep: int = _DEEPEST) -> list[str]:
    """A repository's folder of objects, and those of others that it borrows from."""
    folders = [os.fspath(objects)]
    try:
        lines = (objects / "info" / "alternates").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return folders
    for line in lines if deep else ():
        other = objects / line
        if line and not line.startswith("#") and other.is_dir():
            folders += [one for one in object_folders(other, deep - 1) if one not in folders]
    return folders


def _shallow(git: Path) -> frozenset[str]:
    try:
        return frozenset((git / "shallow").read_text().split())
    except FileNotFoundError:
        return frozenset()
