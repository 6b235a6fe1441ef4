"""Small files that are whole whenever somebody looks, also after a power cut.

Written beside their place, flushed, renamed, and the folder flushed: what a reader finds is either
what was there or what was written, never a part or nothing.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o644


def keep(file: Path, data: str | bytes, mode: int = SHARED) -> None:
    """Let a file hold this, with these rights from its first moment; raises OSError."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        _write(draft, data.encode() if isinstance(data, str) else data, mode)
        draft.replace(file)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    flush(file.parent)


def flush(place: Path) -> None:
    """Make lasting what a file holds, or which names a folder has."""
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(file: Path, data: bytes, mode: int) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
