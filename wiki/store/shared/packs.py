"""Packs in git's own format, written and read in process: what one save adds to the repository.

A pack here is *thin*: an object that takes the place of an older one is told as the difference from
it, and the older one need not be in the pack. Differences name their base by its id
(`REF_DELTA`, https://git-scm.com/docs/pack-format), never by its place, so that entries can be
copied from one pack into another as they are.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from wiki.domain.errors import Unreadable
from wiki.store.objects.likeness import common_end, common_start

_NUMBERS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_NAMES = {number: kind for kind, number in _NUMBERS.items()}
_DELTA = 7
_HEAD = b"PACK\x00\x00\x00\x02"
_START = len(_HEAD) + 4
_SUM = 20
_LONGEST_COPY = 0x10000
_LONGEST_INSERT = 127
_WHOLE = 64
"""One of so many objects is written whole, so that no chain of differences grows for ever."""
_LEAST = 64
"""Bytes below which a difference saves nothing."""
_READ = 1 << 14

Base = Callable[[str], bytes]
"""Gives the bytes of an object that is known; raises KeyError or Unreadable."""


class Packer:
    """Gathers the objects of one save."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._entries: dict[str, bytes] = {}

    def add(self, kind: str, id: str, data: bytes, over: str = "") -> None:
        """Add an object; `over` is the id of the one whose place it takes, empty for none."""
        if id in self._entries:
            return
        entry = b""
        if over and over != id and len(data) > _LEAST and int(id[:8], 16) % _WHOLE:
            entry = self._difference(over, data)
        self._entries[id] = entry or _header(_NUMBERS[kind], len(data)) + zlib.compress(data, 6)

    def _difference(self, over: str, data: bytes) -> bytes:
        """The entry of what differs from an older object; empty if that is not worth it."""
        try:
            before = self._base(over)
        except (KeyError, Unreadable):
            return b""
        said = delta(before, data)
        if len(said) * 2 > len(data):
            return b""
        return _header(_DELTA, len(said)) + bytes.fromhex(over) + zlib.compress(said, 6)

    @property
    def ids(self) -> bytes:
        """The ids of the objects in their order, 20 bytes each."""
        return bytes.fromhex("".join(self._entries))

    def pack(self) -> bytes:
        """The pack of all that was added."""
        return joined(self._entries.values())


class Entry(NamedTuple):
    """One object in a pack: its id, its kind (empty for a difference from `base`), and its bytes.

    `raw` is the entry as it stands in the pack.
    """

    id: str
    kind: str
    base: str
    data: bytes
    raw: bytes


def entries(pack: bytes, ids: bytes) -> Iterator[Entry]:
    """The objects of a pack, which have these ids in its order; raises Unreadable."""
    named = split(ids)
    if (
        pack[: len(_HEAD)] != _HEAD
        or hashlib.sha1(pack[:-_SUM], usedforsecurity=False).digest() != pack[-_SUM:]
    ):
        raise Unreadable(named[0] if named else "", "pack")
    view = memoryview(pack)[:-_SUM]
    at = _START
    for id in named:
        try:
            begin, (number, size, at) = at, _read_header(view, at)
            base = ""
            if number == _DELTA:
                base, at = bytes(view[at : at + 20]).hex(), at + 20
            data, at = _inflate(view, at, size)
            kind = "" if base else _NAMES[number]
        except (IndexError, KeyError, ValueError, zlib.error) as error:
            raise Unreadable(id, "pack") from error
        yield Entry(id, kind, base, data, bytes(view[begin:at]))


def split(ids: bytes) -> list[str]:
    """Ids of 20 bytes each, as they are written."""
    written = ids.hex()
    return [written[at : at + 40] for at in range(0, len(written), 40)]


def objects(
    pack: bytes, ids: bytes, base: Callable[[str], tuple[str, bytes]]
) -> Iterator[tuple[str, str, bytes]]:
    """The id, kind and bytes of each object, verified by its id; raises Unreadable.

    `base` gives kind and bytes of what differences are from and the pack does not hold.
    """
    waiting = list(entries(pack, ids))
    unpacked: dict[str, tuple[str, bytes]] = {}
    inside = {entry.id for entry in waiting}
    while waiting:
        later = []
        for entry in waiting:
            if entry.base in inside and entry.base not in unpacked:
                later.append(entry)
                continue
            kind, data = entry.kind, entry.data
            if entry.base:
                kind, before = unpacked.get(entry.base) or base(entry.base)
                data = patched(before, entry.data, entry.id)
            if id_of(kind, data) != entry.id:
                raise Unreadable(entry.id, "hash")
            unpacked[entry.id] = (kind, data)
            yield entry.id, kind, data
        if len(later) == len(waiting):
            raise Unreadable(later[0].id, "pack")
        waiting = later


def joined(raw: Iterable[bytes]) -> bytes:
    """A pack of these entries."""
    parts = list(raw)
    body = b"".join((_HEAD, len(parts).to_bytes(4, "big"), *parts))
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def id_of(kind: str, data: bytes) -> str:
    """The id of an object."""
    digest = hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def delta(before: bytes, after: bytes) -> bytes:
    """Give what makes `after` of `before`, which begin and end alike: linear in their length."""
    most = min(len(before), len(after))
    first = common_start(before, after, most)
    last = common_end(before, after, most - first)
    middle = after[first : len(after) - last]
    return b"".join(
        (
            _number(len(before)),
            _number(len(after)),
            *_copies(0, first),
            *(
                bytes((len(part),)) + part
                for at in range(0, len(middle), _LONGEST_INSERT)
                if (part := middle[at : at + _LONGEST_INSERT])
            ),
            *_copies(len(before) - last, last),
        )
    )


def patched(before: bytes, said: bytes, id: str = "") -> bytes:
    """Apply a difference to `before`; raises Unreadable if it is none from that."""
    try:
        size, at = _read_number(said, 0)
        result, at = _read_number(said, at)
        parts = []
        left = result
        while at < len(said):
            part, at = _part(before, said, at)
            left -= len(part)
            if left < 0:
                raise ValueError
            parts.append(part)
    except (IndexError, ValueError):
        raise Unreadable(id, "delta") from None
    if size != len(before) or left:
        raise Unreadable(id, "delta")
    return b"".join(parts)


def _part(before: bytes, said: bytes, at: int) -> tuple[bytes, int]:
    code, at = said[at], at + 1
    if not code & 0x80:
        if not code or at + code > len(said):
            raise ValueError
        return said[at : at + code], at + code
    place = size = 0
    for bit in range(7):
        if code & 1 << bit:
            if bit < 4:
                place |= said[at] << 8 * bit
            else:
                size |= said[at] << 8 * (bit - 4)
            at += 1
    size = size or _LONGEST_COPY
    if place + size > len(before):
        raise ValueError
    return before[place : place + size], at


def _copies(place: int, length: int) -> Iterator[bytes]:
    end = place + length
    while place < end:
        size = min(_LONGEST_COPY, end - place)
        code, said = 0x80, b""
        # A size of 0 means the longest.
        numbers = [(place >> 8 * n & 0xFF) for n in range(4)]
        numbers += [(size >> 8 * n & 0xFF) if size < _LONGEST_COPY else 0 for n in range(3)]
        for bit, number in enumerate(numbers):
            if number:
                code |= 1 << bit
                said += bytes((number,))
        yield bytes((code,)) + said
        place += size


def _number(value: int) -> bytes:
    said = bytearray()
    while value > 0x7F:
        said.append(value & 0x7F | 0x80)
        value >>= 7
    said.append(value)
    return bytes(said)


def _read_number(said: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (said[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not said[at - 1] & 0x80:
            return value, at


def _header(number: int, size: int) -> bytes:
    first, size = number << 4 | size & 0xF, size >> 4
    return bytes((first | 0x80,)) + _number(size) if size else bytes((first,))


def _read_header(view: memoryview, at: int) -> tuple[int, int, int]:
    first = view[at]
    size, shift, at = first & 0xF, 4, at + 1
    more = first & 0x80
    while more:
        size |= (view[at] & 0x7F) << shift
        shift += 7
        more = view[at] & 0x80
        at += 1
    return first >> 4 & 7, size, at


def _inflate(view: memoryview, at: int, size: int) -> tuple[bytes, int]:
    """So many bytes, and where what held them ends; given bit by bit, so what is left is little."""
    inflater = zlib.decompressobj()
    parts, left = [], size
    while not inflater.eof:
        given = inflater.unconsumed_tail or view[at : at + _READ]
        if not inflater.unconsumed_tail:
            at += len(given)
            if not given:
                raise ValueError
        part = inflater.decompress(given, left + 1)
        left -= len(part)
        if left < 0:
            raise ValueError
        parts.append(part)
    if left:
        raise ValueError
    return b"".join(parts), at - len(inflater.unused_data)
