"""Speaking with `git fast-import`, which writes blobs, trees and commits as one pack."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wiki.store.git import command
from wiki.store.objects.versions import StoreError

_ID = re.compile(r"[0-9a-f]{40}")


@contextmanager
def fast_import(git: Path) -> Iterator[Any]:
    """A running fast-import; when this is left, everything that was said is written."""
    arguments = ("fast-import", "--quiet", "--done", "--force", "--date-format=raw-permissive")
    with command.process(git, command.PIPE, *arguments) as process:
        yield process
        process.stdin.close()


def say(process: Any, said: bytes, *, flush: bool = True) -> None:
    """Tell it something; raises StoreError if it has ended."""
    try:
        process.stdin.write(said)
        if flush:
            process.stdin.flush()
    except BrokenPipeError:
        raise _failed(process) from None


def answer(process: Any) -> str:
    """The id that it was asked for; raises StoreError if it has ended."""
    line = process.stdout.readline().decode().strip()
    if not _ID.fullmatch(line):
        raise _failed(process)
    return str(line)


def _failed(process: Any) -> StoreError:
    detail = process.stderr.read().decode("utf-8", "replace").strip()[-500:]
    return StoreError("store_git_failed", command="fast-import", detail=detail)


def quoted(path: bytes) -> bytes:
    """A path as it is written to it."""
    escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"%s"' % escaped


def blob_id(data: bytes) -> str:
    """The id of a file with these bytes."""
    return object_id("blob", data)


def object_id(kind: str, data: bytes) -> str:
    """The id of an object with these bytes."""
    head = b"%s %d\0" % (kind.encode(), len(data))
    return hashlib.sha1(head + data, usedforsecurity=False).hexdigest()
