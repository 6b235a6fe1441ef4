"""Damage in the repository: which files it concerns, and how it is put right.

Every object that a ref reaches is read once. Git's own check stops at some kinds of damage and
names ids, not pages; this goes on to the end. Whoever has an object whole (a clone, a backup, the
exported file itself) can give it back: its id says whether it is the right one.
"""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from wiki.domain.errors import Unreadable
from wiki.store.branch import worktree
from wiki.store.git import command
from wiki.store.objects import commits, trees
from wiki.store.objects.reading import Reader
from wiki.store.objects.versions import StoreError
from wiki.store.objects.writing import ObjectWriter

BUNDLE = "pages.bundle"
"""The repository, inside a backup."""

Source = Callable[[str], tuple[str, bytes] | None]
"""Gives an object's kind and bytes by its id, or None."""


@dataclass(frozen=True, slots=True)
class Damage:
    """An object that cannot be read; `kind` is blob, tree or commit.

    `file` is the file or folder that it was (first seen going back in time), `revision` a commit
    that has it, both empty for what no commit names.
    """

    id: str
    kind: str
    why: str
    file: str = ""
    revision: str = ""


def examine(reader: Reader, heads: Iterable[str]) -> list[Damage]:
    """Every object that these commits or tags reach and that cannot be read, the newest first."""
    return list(_Walk(reader).everything(heads))


class _Walk:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._seen: set[bytes] = set()

    def everything(self, heads: Iterable[str]) -> Iterator[Damage]:
        waiting = list(heads)
        while waiting:
            id = waiting.pop()
            if not self._is_new(id):
                continue
            try:
                kind, raw = self._reader.read(id)
            except (Unreadable, KeyError) as error:
                yield Damage(id, "commit", _why(error), revision=id)
                continue
            if kind == "tag":
                waiting.append(raw[7:47].decode())
            elif kind == "commit":
                commit = commits.parse(id, raw)
                waiting += () if id in self._reader.shallow else commit.parents
                yield from self._tree(commit.tree, "", id)

    def _tree(self, id: str, at: str, revision: str) -> Iterator[Damage]:
        # A pushed tree may be deeper than calls may be.
        waiting = [(id, at)]
        while waiting:
            id, at = waiting.pop()
            if not self._is_new(id):
                continue
            try:
                raw = self._reader.expect("tree", id)
            except Unreadable as error:
                yield Damage(id, "tree", error.why, at, revision)
                continue
            for node in trees.nodes(raw):
                file = at + node.name.decode(errors="backslashreplace")
                if node.is_folder:
                    waiting.append((node.id, file + "/"))
                elif node.mode & 0o170000 != trees.SUBMODULE:
                    yield from self._blob(node.id, file, revision)

    def _blob(self, id: str, file: str, revision: str) -> Iterator[Damage]:
        if not self._is_new(id):
            return
        try:
            self._reader.expect("blob", id)
        except Unreadable as error:
            yield Damage(id, "blob", error.why, file, revision)

    def _is_new(self, id: str) -> bool:
        key = bytes.fromhex(id)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def _why(error: Unreadable | KeyError) -> str:
    return error.why if isinstance(error, Unreadable) else "missing"


# -- putting right --


def restore(git: Path, damages: Iterable[Damage], source: Source) -> list[str]:
    """Write anew what the source has; gives the ids. Call with the writers' lock held."""
    done = []
    with ObjectWriter(git / "objects") as writer:
        for damage in damages:
            found = source(damage.id)
            if found is not None and writer.write(*found) == damage.id:
                done.append(damage.id)
        writer.flush()
    return done


def from_export(folder: Path) -> Source:
    """The files beside the repository: those that are what was exported have the newest texts."""
    exported = {}
    for file in worktree.files(folder):
        with suppress(OSError):
            exported[worktree.blob_of(folder / file)] = folder / file
    return lambda id: ("blob", exported[id].read_bytes()) if id in exported else None


@contextmanager
def from_elsewhere(written: str) -> Iterator[Source]:
    """A backup, a bundle, a clone or the address of one.

    Raises StoreError (`repair_source`) if it is none of these.
    """
    with tempfile.TemporaryDirectory(prefix="denktank-") as name:
        git = _repository(written, Path(name))
        yield _reading(Reader(git))


def _reading(reader: Reader) -> Source:
    def give(id: str) -> tuple[str, bytes] | None:
        try:
            return reader.read(id)
        except (KeyError, Unreadable):
            return None

    return give


def _repository(written: str, folder: Path) -> Path:
    """The git folder of a source: its own if it lies on this machine, else a copy in `folder`."""
    here = Path(written)
    for git in (here / "pages" / ".git", here / ".git", here):
        if (git / "objects").is_dir() and (git / "HEAD").is_file():
            return git
    if here.is_file() and tarfile.is_tarfile(here):
        written = os.fspath(_unpacked(here, folder))
    try:
        copy = folder / "copy"
        command.run(copy, "clone", "--quiet", "--mirror", "--", written, os.fspath(copy))
    except StoreError as error:
        detail = str(error.values.get("detail", ""))
        raise StoreError("repair_source", source=written, detail=detail) from error
    return copy


def _unpacked(backup: Path, folder: Path) -> Path:
    with tarfile.open(backup) as tar:
        try:
            bundle = tar.extractfile(BUNDLE)
        except KeyError:
            bundle = None
        if bundle is None:
            raise StoreError("repair_source", source=str(backup), detail=f"no {BUNDLE} in it")
        with bundle, (folder / BUNDLE).open("wb") as out:
            while chunk := bundle.read(1 << 20):
                out.write(chunk)
    return folder / BUNDLE


def index_packs(git: Path) -> list[str]:
    """Make anew the indexes of packs that are whole themselves; gives the packs' names."""
    done = []
    for pack in sorted((git / "objects" / "pack").glob("*.pack")):
        index = pack.with_suffix(".idx")
        if index.exists() and command.attempt(git, "verify-pack", os.fspath(index))[0] == 0:
            continue
        draft = pack.with_suffix(".tmp-idx")
        draft.unlink(missing_ok=True)
        made = command.attempt(git, "index-pack", "-o", os.fspath(draft), os.fspath(pack))
        if made[0] == 0:
            draft.replace(index)
            done.append(pack.name)
        draft.unlink(missing_ok=True)
    return done
