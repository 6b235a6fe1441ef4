"""A repository that holds some files as they are now, and of the past only how they were before.

It shares no object with the one that the files come from: whoever reads it gets nothing that was
not put in. It is derived, so nothing is flushed, and one that is damaged is made anew.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pygit2

from wiki.store.git import maintenance
from wiki.store.objects.versions import Entry

log = logging.getLogger(__name__)

_SIGNER = "denktank"


@dataclass(frozen=True, slots=True)
class Step:
    """The state that a mirror is to get: its files, and the moment and message of its commit."""

    files: Iterable[Entry]
    read: Callable[[str], bytes | None]
    when: datetime
    message: str


def files_of(git: Path) -> frozenset[str]:
    """The files that a mirror has now; none if it is not there or cannot be read."""
    try:
        repository = pygit2.Repository(os.fspath(git))
        files: set[str] = set()
        _gather(repository, repository.head.peel(pygit2.Tree), "", files)
    except (pygit2.GitError, KeyError):
        return frozenset()
    return frozenset(files)


def _gather(repository: pygit2.Repository, tree: pygit2.Tree, before: str, files: set[str]) -> None:
    for entry in tree:
        if isinstance(entry, pygit2.Tree):
            _gather(repository, entry, f"{before}{entry.name}/", files)
        else:
            files.add(f"{before}{entry.name}")


def write(git: Path, branch: str, step: Step, *, goes_on: bool) -> None:
    """Give a mirror its next commit if its files differ; anew if it may not go on, or is broken."""
    if goes_on:
        try:
            _go_on(git, branch, step)
        except (pygit2.GitError, KeyError) as error:
            log.warning("the mirror at %s cannot be used, and is made anew: %s", git, error)
        else:
            return
    _make(git, branch, step)


def _make(git: Path, branch: str, step: Step) -> None:
    """Make a mirror anew, with one commit; who reads the old one has to begin again."""
    fresh, gone = git.with_name(f"{git.name}.new"), git.with_name(f"{git.name}.gone")
    for folder in (fresh, gone):
        shutil.rmtree(folder, ignore_errors=True)
    pygit2.init_repository(os.fspath(fresh), bare=True, initial_head=branch)
    _go_on(fresh, branch, step)
    if git.exists():
        git.rename(gone)
    fresh.rename(git)
    shutil.rmtree(gone, ignore_errors=True)


def _go_on(git: Path, branch: str, step: Step) -> None:
    repository = pygit2.Repository(os.fspath(git))
    index = pygit2.Index()
    for entry in step.files:
        if entry.blob not in repository:
            data = step.read(entry.blob)
            if data is None:
                continue
            repository.create_blob(data)
        mode = pygit2.enums.FileMode(entry.mode)
        index.add(pygit2.IndexEntry(entry.file, pygit2.Oid(hex=entry.blob), mode))
    tree = index.write_tree(repository)
    ref = f"refs/heads/{branch}"
    parents = [] if repository.head_is_unborn else [repository.head.target]
    if parents and repository.head.peel(pygit2.Tree).id == tree:
        return
    signer = pygit2.Signature(_SIGNER, f"{_SIGNER}@members.invalid", int(step.when.timestamp()), 0)
    repository.create_commit(ref, signer, signer, step.message, tree, parents)
    maintenance.maintain(git)


def drop(git: Path) -> None:
    """Forget a mirror."""
    shutil.rmtree(git, ignore_errors=True)
