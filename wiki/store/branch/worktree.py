"""The work tree: the files beside `.git`, as they lie there; read only."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from wiki.store.history import files as stored
from wiki.store.objects.reading import Reader

RECORD = "denktank-export"
"""Inside the repository: which commit was last exported here."""


def files(folder: Path) -> list[str]:
    """Every regular file under the folder, sorted; none whose path has a dotted segment."""
    paths = []
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(at, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                paths.append(path.relative_to(folder).as_posix())
    return sorted(name for name in paths if _is_utf8(name))


def differing(reader: Reader, folder: Path, tree: str) -> list[str]:
    """Files that differ from the tree: changed, not in it, or missing here; sorted."""
    committed = {entry.file: entry.blob for entry in stored.entries(reader, tree, "")}
    here = set(files(folder))
    changed = {file for file, blob in committed.items() if blob_of(folder / file) != blob}
    return sorted(changed | (here - committed.keys()))


def blob_of(file: Path) -> str:
    """The blob id of a file's content; empty if it is no plain file."""
    if file.is_symlink() or not file.is_file():
        return ""
    data = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
