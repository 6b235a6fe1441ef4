"""The index on disk: `current` names the live folder, in which Whoosh keeps its files.

Beside each of Whoosh's tables of contents stands a state of the same generation, written before it:
how far the index is, and how long each file must be. So a killed writer leaves the generation
before, and a file that was cut off or deleted is noticed before anything is read from it.
"""

from __future__ import annotations

import fcntl
import json
import pickle
import shutil
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import uuid4

from wiki.domain.search.search import Progress
from wiki.keeping import keep
from wiki.projections.search.storage.fields import VERSION
from wiki.projections.search.storage.whoosh_parts import FileStorage, newest_generation

CURRENT = "current"
SITE = "site"
DAMAGED = "damaged"
LOCK = "writing.lock"
INDEX = "MAIN"

# Whoosh checks nothing it reads: these are what a damaged file makes it raise
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    struct.error,
    zlib.error,
    pickle.UnpicklingError,
)


class Damaged(Exception):
    """The index is missing, of another version, or its files are not as they were written."""


@dataclass(frozen=True)
class State:
    """One generation of the index: how far it is, and the length of each of its files."""

    revision: str = ""
    change: int = 0
    version: int = VERSION
    files: Mapping[str, int] = field(default_factory=dict)

    @property
    def progress(self) -> Progress:
        """Tell how far this generation is."""
        return Progress(self.revision, self.change)


class Folder:
    """The folder `search_index/`: which index in it is live, and the lock of who writes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def live(self) -> Path | None:
        """The folder of the live index, or None."""
        try:
            name = (self.path / CURRENT).read_text(encoding="utf-8").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        folder = self.path / name
        return folder if name and "/" not in name and folder.is_dir() else None

    def fresh(self, mark: int) -> Path:
        """A new empty folder to build an index in; what builds have left behind is removed.

        `mark` is that of the site that it is built for.
        """
        live = self.live()
        self.path.mkdir(parents=True, exist_ok=True)
        for old in self.path.glob("index-*"):
            if old != live:
                shutil.rmtree(old, ignore_errors=True)
        made = self.path / f"index-{uuid4().hex[:12]}"
        made.mkdir()
        (made / SITE).write_text(str(mark), encoding="utf-8")
        return made

    def mark(self) -> int:
        """The mark of the site that the live index was built for; 0 if that is not known."""
        live = self.live()
        try:
            return int((live / SITE).read_text(encoding="utf-8")) if live else 0
        except (OSError, ValueError):
            return 0

    def mark_damaged(self) -> None:
        """Leave word for the one that writes that the live index cannot be read."""
        live = self.live()
        if live:
            (live / DAMAGED).touch()

    def publish(self, folder: Path) -> None:
        """Make an index the live one, and remove the one before."""
        before = self.live()
        keep(self.path / CURRENT, folder.name)
        if before and before != folder:
            shutil.rmtree(before, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock of the one that writes, between processes; waits for it."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def storage_of(folder: Path) -> FileStorage:
    """Whoosh's view of a folder; without mmap, so that a file cut off raises and does not kill."""
    return FileStorage(str(folder), supports_mmap=False)


def generation_of(folder: Path) -> int:
    """The newest generation in a folder; raises Damaged."""
    try:
        newest = newest_generation(_names(folder), INDEX)
    except OSError as error:
        raise Damaged(str(error)) from error
    if newest < 0:
        raise Damaged("there is none yet")
    return newest


def read_state(folder: Path, generation: int) -> State:
    """The state of a generation, its files checked; raises Damaged."""
    try:
        written = json.loads((folder / _state(generation)).read_text(encoding="utf-8"))
        state = State(**written)
    except (OSError, ValueError, TypeError) as error:
        raise Damaged(str(error)) from error
    if state.version != VERSION:
        raise Damaged(f"version {state.version}")
    if (folder / DAMAGED).exists():
        raise Damaged("marked")
    for name, length in state.files.items():
        if _length(folder / name) != length:
            raise Damaged(name)
    return state


def version_of(folder: Path) -> int:
    """The version of the live index in `search_index/` or the like; 0 if there is none to read."""
    live = Folder(folder).live()
    if live is None:
        return 0
    try:
        written = (live / _state(generation_of(live))).read_text(encoding="utf-8")
        return int(json.loads(written)["version"])
    except (Damaged, OSError, ValueError, KeyError, TypeError):
        return 0


def write_state(folder: Path, generation: int, progress: Progress, segments: list[str]) -> None:
    """Write the state of a generation that is about to exist, and forget old states."""
    names = sorted(name for name in _names(folder) if name.split(".")[0] in segments)
    files = {name: _length(folder / name) for name in names}
    state = State(progress.revision, progress.change, VERSION, files)
    keep(folder / _state(generation), json.dumps(asdict(state)))
    for old in folder.glob("state-*.json"):
        if int(old.stem.removeprefix("state-")) < generation - 1:
            old.unlink(missing_ok=True)


def _names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


def _state(generation: int) -> str:
    return f"state-{generation}.json"


def _length(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1
