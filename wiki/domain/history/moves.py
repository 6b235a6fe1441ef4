"""Which files that went came back elsewhere: by their bytes, their name, and the lines they share.

The measure is git's own: two files are as alike as the part of the larger one that stands in both,
counted in lines that are cut at 64 bytes. What is compared is bounded for each file, however many
there are: a reorganisation of thousands of pages takes thousands of steps, not their square.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from typing import TypeVar
from zlib import crc32

Bag = Mapping[int, int]
"""How many bytes of a text stand in each of its pieces, a piece named by its checksum."""

Key = TypeVar("Key")

_PIECE = re.compile(rb"[^\n]{0,63}\n|[^\n]{1,64}")
_BINARY_LOOK = 8_000

_ALIKE = 0.5
_SURELY_ALIKE = 0.75
"""For two files of the same name, when no other file that went or came has it."""

_ENDS = (3, 2, 1, 0)
"""How many names at the end of two paths are the same, the most first."""

_FEW = 1_000
"""So many pairs are all compared."""
_SKETCH = 64
"""Of each file so many pieces stand for all, where there are more pairs than that."""
_STEPS = 2_000
_LIKELY = 3
_NAMESAKES = 4
_BEST = 4

_LARGEST = 4_000_000
_MOST_READ = 512_000_000
_KEPT = 400_000
"""Pieces of texts that are remembered from one comparison to the next."""


def moves(
    gone: Mapping[str, str], come: Mapping[str, str], read: Callable[[str], bytes | None]
) -> dict[str, str]:
    """New file to old file, each at most once; given are the blobs of files that went and came.

    `read` gives a blob's bytes, None for one that is not to be compared.
    """
    pairing = _Pairing(gone, come, _Bags(read))
    pairing.same_text()
    pairing.same_name()
    pairing.alike()
    return pairing.found


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two files that may be one, ordered by how likely that is."""

    alike: float
    tail: int
    new: str
    old: str

    @property
    def order(self) -> tuple[float, int, str, str]:
        return -self.alike, -self.tail, self.new, self.old


class _Bags:
    """The pieces of blobs; what was read lately is remembered, and all reading is bounded."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._left = _MOST_READ
        self._kept: dict[str, Bag] = {}
        self._pieces = 0

    def of(self, blob: str) -> Bag:
        """The blob's pieces; none if it is too large or too much was read."""
        known = self._kept.get(blob)
        if known is not None:
            return known
        data = self._read(blob) if self._left > 0 else None
        pieces = bag(data) if data and len(data) <= _LARGEST else {}
        self._left -= len(data or b"")
        if self._pieces + len(pieces) > _KEPT:
            self._kept.clear()
            self._pieces = 0
        self._kept[blob] = pieces
        self._pieces += len(pieces)
        return pieces


class _Pairing:
    """Files that went and came, and which of them were found to be one."""

    def __init__(self, gone: Mapping[str, str], come: Mapping[str, str], bags: _Bags) -> None:
        self.found: dict[str, str] = {}
        self._gone = dict(sorted(gone.items()))
        self._come = dict(sorted(come.items()))
        self._bags = bags

    def same_text(self) -> None:
        """Pair files of the same bytes, those first whose paths end alike."""
        for depth in _ENDS:
            waiting = _grouped(
                ((blob, _end(file, depth)), file) for file, blob in reversed(self._gone.items())
            )
            for new, blob in list(self._come.items()):
                olds = waiting.get((blob, _end(new, depth)))
                if olds:
                    self._pair(new, olds.pop())

    def same_name(self) -> None:
        """Pair files that alone have their name, if they are much alike."""
        gone, come = (_grouped((_name(file), file) for file in side) for side in self._sides())
        for name in gone:
            if len(gone[name]) == len(come.get(name, ())) == 1:
                new, old = come[name][0], gone[name][0]
                if self._alike(new, old) >= _SURELY_ALIKE:
                    self._pair(new, old)

    def alike(self) -> None:
        """Pair the files that are left, the most alike first."""
        likely: list[_Pair] = []
        for new, olds in self._likely():
            pairs = [_Pair(self._alike(new, old), _tail(new, old), new, old) for old in olds]
            pairs = [pair for pair in pairs if pair.alike >= _ALIKE]
            likely += nsmallest(_BEST, pairs, key=lambda pair: pair.order)
        for pair in sorted(likely, key=lambda pair: pair.order):
            if pair.new in self._come and pair.old in self._gone:
                self._pair(pair.new, pair.old)

    def _likely(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Each new file with the old ones that it is worth comparing with."""
        if len(self._gone) * len(self._come) <= _FEW:
            yield from ((new, list(self._gone)) for new in self._come)
            return
        sketches = ((file, _sketch(self._bags.of(blob))) for file, blob in self._gone.items())
        holders = _grouped((piece, file) for file, sketch in sketches for piece in sketch)
        names = _grouped((_name(file), file) for file in self._gone)
        for new, blob in self._come.items():
            namesakes = names.get(_name(new), [])
            olds = _sharing(holders, _sketch(self._bags.of(blob)))
            if len(namesakes) <= _NAMESAKES:
                olds += namesakes
            yield new, dict.fromkeys(olds)

    def _alike(self, new: str, old: str) -> float:
        return alike(self._bags.of(self._come[new]), self._bags.of(self._gone[old]))

    def _pair(self, new: str, old: str) -> None:
        self.found[new] = old
        del self._come[new]
        del self._gone[old]

    def _sides(self) -> tuple[Iterable[str], Iterable[str]]:
        return self._gone, self._come


def bag(data: bytes) -> dict[int, int]:
    """Count the bytes of a text in each of its pieces; line ends of Windows are line ends."""
    if b"\0" not in data[:_BINARY_LOOK]:
        data = data.replace(b"\r\n", b"\n")
    sizes: dict[int, int] = {}
    for piece in _PIECE.findall(data):
        key = crc32(piece)
        sizes[key] = sizes.get(key, 0) + len(piece)
    return sizes


def alike(left: Bag, right: Bag) -> float:
    """The part of the larger text that stands in both: 0 (nothing) to 1 (all)."""
    largest = max(sum(left.values()), sum(right.values()))
    if not largest:
        return 0.0
    if len(right) < len(left):
        left, right = right, left
    shared = sum(min(size, right[piece]) for piece, size in left.items() if piece in right)
    return shared / largest


def _sketch(pieces: Bag) -> list[int]:
    """The pieces that stand for all: the same ones in every text that has them."""
    return nsmallest(_SKETCH, pieces)


def _sharing(holders: Mapping[int, list[str]], sketch: list[int]) -> list[str]:
    """The files that share most pieces with a sketch; rare pieces are asked first."""
    shared: Counter[str] = Counter()
    left = _STEPS
    for piece in sorted(sketch, key=lambda piece: len(holders.get(piece, ()))):
        files = holders.get(piece, ())
        left -= len(files)
        if left < 0:
            break
        shared.update(files)
    best = shared.most_common(_LIKELY)
    return [file for file, count in best if 2 * count >= best[0][1]]


def _grouped(pairs: Iterable[tuple[Key, str]]) -> dict[Key, list[str]]:
    groups: dict[Key, list[str]] = {}
    for key, file in pairs:
        groups.setdefault(key, []).append(file)
    return groups


def _name(file: str) -> str:
    return file.rpartition("/")[2]


def _end(file: str, depth: int) -> str:
    return "/".join(file.split("/")[-depth:]) if depth else ""


def _tail(left: str, right: str) -> int:
    """How many names at the end of two paths are the same."""
    count = 0
    for mine, theirs in zip(reversed(left.split("/")), reversed(right.split("/")), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
