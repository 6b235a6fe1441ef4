"""The words in files beside pages, read by a process that ends, whatever is in the file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import PurePosixPath

from wiki.domain.content.paths import is_attachment
from wiki.projections.search.texts import file_reader
from wiki.store.store import Store

MOST_BYTES = 50_000_000
"""A larger file is not read: somebody put it there by git."""
_PATIENCE = 600.0
"""Seconds until a reader that neither works nor ends is ended; processor time is limited there."""

UNREADABLE = "file_words_unreadable"
COSTLY = "file_words_costly"


def has_words(file: str) -> bool:
    """Whether words can be read from a file of this name."""
    return _suffix(file) in file_reader.READERS and is_attachment(file)


def words_of(store: Store, file: str, blob: str) -> tuple[str, str]:
    """The words in a file; or none, and the code of why they cannot be read."""
    if store.size(blob) > MOST_BYTES:
        return "", COSTLY
    command = [sys.executable, "-P", "-m", file_reader.__name__, _suffix(file)]
    try:
        done = subprocess.run(
            command,
            input=store.blob(blob),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
            # Nothing of what this process knows: its settings hold secrets.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except subprocess.TimeoutExpired:
        return "", COSTLY
    if done.returncode:
        return "", UNREADABLE if done.returncode == file_reader.UNREADABLE else COSTLY
    return done.stdout.decode(errors="replace"), ""


def _suffix(file: str) -> str:
    return PurePosixPath(file).suffix.lower()
