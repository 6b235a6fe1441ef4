"""A disk whose power is cut: what may be left of a folder, from the record of all changes to it.

The model, which is what POSIX promises and no more, but for the order of names:

- a file's bytes are safe once the file was flushed after they were written; of what was written
  since, any part may be there (each write, or each change of size, by itself), holes read as zeros;
- a name (made, moved, removed) is safe once its folder was flushed after that; of a folder's names
  that changed since, the first few are there, in order, as file systems with a journal do it;
- a file that was flushed has no name until its folder was flushed too;
- a move between folders never loses the file: the old name goes only if the new one is there.

`Disk` begins as a copy of a folder at rest, takes the shim's records one by one, and gives at any
moment one of the states that a cut may leave.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

HEAD = struct.Struct("5Q")
MARK = "M"
"""A record that the test itself puts in: an answer was received."""


@dataclass(frozen=True)
class Record:
    """One change, or a mark."""

    kind: str
    file: int
    offset: int
    first: bytes
    second: bytes


def records(log: Path) -> Iterator[Record]:
    """Everything in a log, in order."""
    with log.open("rb") as file:
        while head := file.read(HEAD.size):
            kind, number, offset, one, two = HEAD.unpack(head)
            yield Record(chr(kind), number, offset, file.read(one), file.read(two))


def mark(log: Path, text: str) -> None:
    """Write down that something was answered."""
    data = text.encode()
    with log.open("ab", buffering=0) as file:
        file.write(HEAD.pack(ord(MARK), 0, 0, len(data), 0) + data)


@dataclass(eq=False)
class File:
    """Its bytes as programs see them, as they are safe, and what lies between: (offset, bytes),
    or (size, None) for a change of size."""

    now: bytearray
    kept: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def change(self, offset: int, data: bytes | None) -> None:
        """Write, or change the size."""
        self.pending.append((offset, data))
        _apply(self.now, offset, data)

    def flush(self) -> None:
        """What was written is safe."""
        self.kept, self.pending = bytes(self.now), []

    def left(self, random: Random | None) -> bytes:
        """What a cut leaves: what is safe, and some of the rest (None: nothing)."""
        if random is None or not self.pending:
            return self.kept
        found = bytearray(self.kept)
        for offset, data in self.pending:
            if random.random() < 0.5:
                _apply(found, offset, data)
        return bytes(found)


def _apply(held: bytearray, offset: int, data: bytes | None) -> None:
    end = offset + len(data or b"")
    if data is None:
        del held[offset:]
    if len(held) < end:
        held.extend(bytes(end - len(held)))
    if data is not None:
        held[offset:end] = data


@dataclass(eq=False)
class Naming:
    """A name in a folder is given to something, or (None) taken away; not before `after` is.

    `freed` is the name that it had in the same folder: one step with the new one.
    """

    name: str
    what: File | Folder | None
    freed: str = ""
    after: Naming | None = None
    home: Folder | None = None
    is_safe: bool = False


@dataclass(eq=False)
class Folder:
    """Its names as programs see them, as they are safe, and the changes that lie between."""

    now: dict[str, File | Folder] = field(default_factory=dict)
    kept: dict[str, File | Folder] = field(default_factory=dict)
    pending: list[Naming] = field(default_factory=list)

    def change(self, naming: Naming) -> Naming:
        """Give or take away a name."""
        naming.home = self
        self.pending.append(naming)
        _name(self.now, naming)
        return naming

    def flush(self) -> None:
        """The names are safe; and so is a new name elsewhere of what lost its name here."""
        waiting, self.pending = self.pending, []
        for naming in waiting:
            if naming.after and not naming.after.is_safe and naming.after.home:
                naming.after.home.flush()
            _name(self.kept, naming)
            naming.is_safe = True


def _name(names: dict[str, File | Folder], naming: Naming) -> None:
    names.pop(naming.freed, None)
    if naming.what is None:
        names.pop(naming.name, None)
    else:
        names[naming.name] = naming.what


class Disk:
    """A folder at rest, and then everything that was done to it."""

    def __init__(self, folder: Path) -> None:
        self._top = os.fspath(folder.resolve())
        self._files: dict[int, File] = {}
        self._root = self._copy(folder)

    def _copy(self, folder: Path) -> Folder:
        made = Folder()
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                made.now[entry.name] = self._copy(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                data = Path(entry.path).read_bytes()
                number = entry.stat(follow_symlinks=False).st_ino
                made.now[entry.name] = self._files.setdefault(number, File(bytearray(data), data))
        made.kept = dict(made.now)
        return made

    # -- what happens --

    def take(self, record: Record) -> None:
        """One record of the shim."""
        first, second = os.fsdecode(record.first), os.fsdecode(record.second)
        known = self._files.get(record.file)
        if record.kind == "c":
            self._files[record.file] = made = File(bytearray())
            self._give(first, made)
        elif record.kind == "m":
            self._give(first, Folder())
        elif record.kind == "w" and known:
            known.change(record.offset, record.second)
        elif record.kind == "t" and known:
            known.change(record.offset, None)
        elif record.kind == "S" and known:
            known.flush()
        elif record.kind == "D":
            found = self._find(first)
            if isinstance(found, Folder):
                found.flush()
        elif record.kind == "r":
            self._move(first, second)
        elif record.kind == "l":
            self._give(second, self._find(first))
        elif record.kind in "ux":
            self._take_away(first)

    def _give(self, path: str, what: File | Folder | None) -> None:
        folder, name = self._place(path)
        if folder and what:
            folder.change(Naming(name, what))

    def _take_away(self, path: str) -> None:
        folder, name = self._place(path)
        if folder:
            folder.change(Naming(name, None))

    def _move(self, old: str, new: str) -> None:
        (source, before), (target, after) = self._place(old), self._place(new)
        what = source.now.get(before) if source else None
        if source is None or target is None or what is None:
            return
        if source is target:
            source.change(Naming(after, what, freed=before))
            return
        given = target.change(Naming(after, what))
        source.change(Naming(before, None, after=given))

    def _place(self, path: str) -> tuple[Folder | None, str]:
        above, _, name = path.rpartition("/")
        found = self._find(above)
        return (found if isinstance(found, Folder) else None), name

    def _find(self, path: str) -> File | Folder | None:
        found: File | Folder | None = self._root
        for name in path.removeprefix(self._top).split("/"):
            if name and isinstance(found, Folder):
                found = found.now.get(name)
        return found

    # -- what is left --

    def cut(self, target: Path, random: Random | None) -> None:
        """Write what a cut leaves now: what is safe, and by `random` some of the rest."""
        done: set[Naming] = set()
        chosen = {
            folder: self._first_few(folder, random) for folder in self._folders(self._root, set())
        }
        for namings in chosen.values():
            done.update(namings)
        self._write(self._root, target, random, chosen, done)

    @staticmethod
    def _first_few(folder: Folder, random: Random | None) -> list[Naming]:
        return folder.pending[: random.randint(0, len(folder.pending))] if random else []

    def _folders(self, folder: Folder, seen: set[Folder]) -> set[Folder]:
        if folder not in seen:
            seen.add(folder)
            named = (naming.what for naming in folder.pending)
            for what in (*folder.now.values(), *folder.kept.values(), *named):
                if isinstance(what, Folder):
                    self._folders(what, seen)
        return seen

    def _write(
        self,
        folder: Folder,
        target: Path,
        random: Random | None,
        chosen: dict[Folder, list[Naming]],
        done: set[Naming],
    ) -> None:
        names = dict(folder.kept)
        for naming in chosen[folder]:
            if naming.after is None or naming.after.is_safe or naming.after in done:
                _name(names, naming)
        target.mkdir(parents=True, exist_ok=True)
        for name, what in names.items():
            if isinstance(what, Folder):
                self._write(what, target / name, random, chosen, done)
            else:
                (target / name).write_bytes(what.left(random))

    def seen(self) -> dict[str, bytes]:
        """Every file as programs see it now: the real folder, if all was recorded."""
        return dict(_seen(self._root, ""))


def _seen(folder: Folder, at: str) -> Iterator[tuple[str, bytes]]:
    for name, what in folder.now.items():
        if isinstance(what, Folder):
            yield from _seen(what, f"{at}{name}/")
        else:
            yield at + name, bytes(what.now)


def real(folder: Path) -> dict[str, bytes]:
    """Every ordinary file of a real folder."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if stat.S_ISREG(file.lstat().st_mode)
    }
