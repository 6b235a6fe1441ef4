"""Objects of the repository, read through libgit2."""

from __future__ import annotations

import os
import secrets
import threading
from collections import OrderedDict
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, RepositoryOpenFlag

from wiki.store.seals import Seal

_MEGABYTE = 1024 * 1024
_TREES_KEPT = 8 * _MEGABYTE

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
    `seal` tells our own commits, by a secret that is nobody's until one is given.
    """

    def __init__(self, git: Path, seal: Seal | None = None) -> None:
        self.git = git
        self.shallow = _shallow(git)
        self.seal = seal or Seal(secrets.token_bytes())
        self._local = threading.local()
        self._trees: OrderedDict[str, bytes] = OrderedDict()
        self._trees_size = 0
        self._trees_lock = threading.Lock()

    def repository(self) -> pygit2.Repository:
        """This thread's handle; a forked child gets its own."""
        if getattr(self._local, "process", None) != os.getpid():
            flags = RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.BARE
            self._local.repository = pygit2.Repository(os.fspath(self.git), flags)
            self._local.process = os.getpid()
        repository: pygit2.Repository = self._local.repository
        return repository

    def reopen(self) -> None:
        """Drop this thread's handle: the files it knew may have been repacked."""
        self._local.process = None

    def read(self, id: str) -> tuple[str, bytes]:
        """An object's kind and bytes; raises KeyError if there is no such object."""
        try:
            kind, data = self.repository().read(id)
        except pygit2.GitError:
            self.reopen()
            kind, data = self.repository().read(id)
        except ValueError as error:
            raise KeyError(id) from error
        return _KINDS[int(kind)], data

    def read_as(self, kind: str, id: str) -> bytes:
        """An object's bytes; raises KeyError if there is none of that kind."""
        found, data = self.read(id)
        if found != kind:
            raise KeyError(id)
        return data

    def tree(self, id: str) -> bytes:
        """A tree's raw bytes, the empty id being the empty tree; raises KeyError."""
        if not id:
            return b""
        with self._trees_lock:
            known = self._trees.get(id)
            if known is not None:
                self._trees.move_to_end(id)
                return known
        data = self.read_as("tree", id)
        self.keep_tree(id, data)
        return data

    def keep_tree(self, id: str, data: bytes) -> None:
        """Remember a tree that will be read again soon."""
        with self._trees_lock:
            if id not in self._trees:
                self._trees[id] = data
                self._trees_size += len(data)
            while self._trees_size > _TREES_KEPT:
                self._trees_size -= len(self._trees.popitem(last=False)[1])


def _shallow(git: Path) -> frozenset[str]:
    try:
        return frozenset((git / "shallow").read_text().split())
    except FileNotFoundError:
        return frozenset()
