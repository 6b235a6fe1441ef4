"""Loose objects read in process: bounded, linear, and verified by their id.

libgit2 loops for ever, with the interpreter held, on a loose object that was cut off. So it is
never asked for one.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable

from wiki.domain.errors import Unreadable

_HEAD = 64
_START = 256
_KINDS = frozenset({"blob", "tree", "commit", "tag"})


def read(objects: str, id: str) -> tuple[str, bytes] | None:
    """An object's kind and bytes, or None if it does not lie here as a file of its own.

    Raises Unreadable if it does and is not what its id says.
    """
    packed = _read(objects, id, _everything)
    return None if packed is None else _inflated(id, packed)


def size(objects: str, id: str) -> int | None:
    """The size that an object says it has, or None if it does not lie here. Raises Unreadable."""
    start = _read(objects, id, lambda handle: os.read(handle, _START))
    if start is None:
        return None
    try:
        return _head(id, zlib.decompressobj().decompress(start, _HEAD))[1]
    except zlib.error as error:
        raise Unreadable(id, "zlib") from error


def _read(objects: str, id: str, how: Callable[[int], bytes]) -> bytes | None:
    try:
        handle = os.open(f"{objects}/{id[:2]}/{id[2:]}", os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Unreadable(id, str(error.strerror)) from error
    try:
        return how(handle)
    except OSError as error:
        raise Unreadable(id, str(error.strerror)) from error
    finally:
        os.close(handle)


def _head(id: str, start: bytes) -> tuple[str, int, int]:
    """The kind and the size that an object begins with, and how many bytes say so."""
    head, ends, _ = start.partition(b"\0")
    kind, _, written = head.partition(b" ")
    if not ends or not written.isdigit() or kind.decode("latin-1") not in _KINDS:
        raise Unreadable(id, "head")
    return kind.decode(), int(written), len(head) + 1


def _everything(handle: int) -> bytes:
    # One byte more than there is: the end is seen without a second call.
    size = os.fstat(handle).st_size + 1
    data = os.read(handle, size)
    while more := os.read(handle, size) if len(data) >= size else b"":
        data += more
    return data


def _inflated(id: str, packed: bytes) -> tuple[str, bytes]:
    """Read what the file holds; never more of it than its own head says that there is."""
    inflater = zlib.decompressobj()
    try:
        start = inflater.decompress(packed, _HEAD)
        kind, size, begin = _head(id, start)
        data = start[begin:]
        if size >= len(data):
            # One more than is due, so that too much shows as well.
            data += inflater.decompress(inflater.unconsumed_tail, size - len(data) + 1)
    except zlib.error as error:
        raise Unreadable(id, "zlib") from error
    if len(data) != size or not inflater.eof or inflater.unused_data:
        raise Unreadable(id, "length")
    digest = hashlib.sha1(start[:begin], usedforsecurity=False)
    digest.update(data)
    if digest.hexdigest() != id:
        raise Unreadable(id, "hash")
    return kind, data
