"""Writing postings a list at a time: Whoosh's own way is a few calls for each single posting.

The files are Whoosh's: what is written here, its codec reads and merges. A term in one document,
which most terms are, stands in the table of terms itself.
"""

from __future__ import annotations

import marshal
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, BinaryIO

from wiki.projections.search.whoosh_parts import (
    FileIndex,
    FileStorage,
    PostingPool,
    SegmentWriter,
    W3Codec,
    W3FieldWriter,
    W3PostingsWriter,
)

MOST_HELD = 300_000
"""Postings in memory before a run of them is written to disk: about 60 MB."""

_BATCH = 500
_KEY = itemgetter(0, 1)

Posting = tuple[int, float, bytes]
"""Document, weight, positions."""

Listed = tuple[str, bytes, list[Posting]]
"""Field, term, and its postings in the order of the documents."""


class Pool(PostingPool):  # type: ignore[misc]
    """Gathers postings by term. Documents come in order, so only the terms have to be sorted."""

    def __init__(self, storage: FileStorage, segment: Any) -> None:
        super().__init__(storage, segment)
        self._held: defaultdict[str, defaultdict[bytes, list[Posting]]]
        self._empty()

    def _empty(self) -> None:
        self._count = 0
        self._held = defaultdict(lambda: defaultdict(list))

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """Take one posting."""
        field, term, document, weight, positions = item
        self._held[field][term].append((document, weight, positions))
        self._count += 1
        if self._count >= MOST_HELD:
            self._save()

    def iter_postings(self) -> Iterator[Listed]:
        """Every term with its postings, in order of field and term."""
        runs = [*map(self._read, self.runs), self._ordered()]
        merged = merge(*runs, key=_KEY) if len(runs) > 1 else runs[0]
        for (field, term), lists in groupby(merged, _KEY):
            first, *more = (postings for _, _, postings in lists)
            yield field, term, list(chain(first, *more)) if more else first

    def _ordered(self) -> Iterator[Listed]:
        for field in sorted(self._held):
            terms = self._held[field]
            for term in sorted(terms):
                yield field, term, terms[term]

    def _save(self) -> None:
        path, file = self._new_run()
        ordered = self._ordered()
        with file:
            while batch := list(islice(ordered, _BATCH)):
                marshal.dump(batch, file)
        self.runs.append(path)
        self._empty()

    def _read(self, path: str) -> Iterator[Listed]:
        with self._open_run(path) as file:
            while batch := _load(file):
                yield from batch
        self._remove_run(path)


def _load(file: BinaryIO) -> list[Listed]:
    try:
        batch: list[Listed] = marshal.load(file)
    except EOFError:
        return []
    return batch


class _Lists(W3PostingsWriter):  # type: ignore[misc]
    """Writes the whole posting list of a term."""

    def add_all(self, postings: list[Posting]) -> None:
        """Take all postings of the term; the last block is left to `finish_postings`."""
        for start in range(0, len(postings), self._blocklimit):
            if start:
                self._write_block()
            some = postings[start : start + self._blocklimit]
            self._ids = array("I", [posting[0] for posting in some])
            self._weights = array("f", [posting[1] for posting in some])
            self._values = [posting[2] for posting in some if posting[2]]
            self._maxweight = max(self._weights)

    def finish_postings(self) -> Any:
        """End the term; a single posting goes into the table of terms."""
        if self.written() or len(self) > 1:
            return super().finish_postings()
        info: Any = self._terminfo
        self._terminfo: Any = None
        info.add_block(self)
        info.set_inlined(self._ids, self._weights, self._values)
        return info


class _Fields(W3FieldWriter):  # type: ignore[misc]
    """Writes fields term by term."""

    def add_postings(self, schema: Any, lengths: object, items: Iterable[Listed]) -> None:
        """Write the lists of all terms, which come in order."""
        for name, lists in groupby(items, itemgetter(0)):
            self.start_field(name, schema[name])
            for _, term, postings in lists:
                self.start_term(term)
                self._postwriter.add_all(postings)
                self.finish_term()
            self.finish_field()


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec without length statistics, which nobody reads, and without compression,
    which takes longer than reading what it saves.
    """

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> W3FieldWriter:
        """What writes the postings of a segment."""
        return _Fields(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> W3PostingsWriter:
        """What writes the posting lists of a field."""
        return _Lists(dbfile, self._blocklimit, byteids, compression=0)


class PostingWriter(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer of one segment, with this pool and codec."""

    def __init__(self, index: FileIndex, *, locked: bool = True) -> None:
        super().__init__(index, _lk=locked, compound=False, codec=Codec())
        self.pool = Pool(self._tempstorage, self.newsegment)
