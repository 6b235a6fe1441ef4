"""Packed parts of an export, unpacked as far as they may grow."""

from __future__ import annotations

import bz2
import zlib

_GZIP = 31


def inflated(data: bytes, most: int) -> bytes | None:
    """Unpack what zlib packed; None if it is damaged or larger."""
    return _zlib(zlib.decompressobj(), data, most)


def gunzipped(data: bytes, most: int) -> bytes | None:
    """Unpack what gzip packed; None if it is damaged or larger."""
    return _zlib(zlib.decompressobj(_GZIP), data, most)


def _zlib(unpacking: zlib._Decompress, data: bytes, most: int) -> bytes | None:
    try:
        unpacked = unpacking.decompress(data, most + 1)
    except zlib.error:
        return None
    return unpacked if len(unpacked) <= most else None


def bunzipped(data: bytes, most: int) -> bytes | None:
    """Unpack what bzip2 packed; None if it is damaged or larger."""
    try:
        unpacked = bz2.BZ2Decompressor().decompress(data, most + 1)
    except (OSError, ValueError):
        return None
    return unpacked if len(unpacked) <= most else None
