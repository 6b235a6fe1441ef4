"""Everything that is used of Whoosh and of its inside, in one place.

Whoosh's own ways are a few calls for each single posting, 10 microseconds each. So here a whole
list is written and read at once, with attributes of Whoosh 2.7.4 that are not its public interface:

- reading: `_terms` of a reader; `_ids`, `_weights`, `_read_ids`, `_read_weights` and `_next_block`
  of a matcher; `_itemsize`, `_dbfile`, `_basepos`, `_uniques` and `_count` of a column's reader;
- writing: `_new_run`, `_open_run` and `_remove_run` of a pool; `_blocklimit`, `_write_block`,
  `_ids`, `_weights`, `_values`, `_maxweight`, `_terminfo` and `_postwriter` of the codec's writers;
  `_tempstorage`, `_close_segment`, `_finalize_segment` and `_commit_toc` of a segment's writer;
- tables of contents: `_filename` and `_latest_generation`.

That is why `setup.cfg` asks for a version below 2.8. The files are Whoosh's: what is written here,
its codec reads and merges. A term in one document, which most terms are, stands in the table of
terms itself.
"""

from __future__ import annotations

import marshal
import sys
import warnings
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, BinaryIO

# Whoosh 2.7.4 has regular expressions that Python 3.12 and later warn of when it first compiles
# the modules; nobody can act on that here.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PostingsWriter
    from whoosh.columns import Column, NumericColumn, RefBytesColumn, VarBytesColumn
    from whoosh.fields import STORED, FieldType, Schema
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.formats import Existence, Format, Positions
    from whoosh.index import TOC, FileIndex
    from whoosh.matching import ListMatcher
    from whoosh.reading import SegmentReader, TermNotFound
    from whoosh.writing import PostingPool, SegmentWriter

__all__ = [
    "MOST_HELD",
    "STORED",
    "TOC",
    "Codec",
    "Column",
    "Existence",
    "FieldType",
    "FileIndex",
    "FileStorage",
    "Format",
    "Listed",
    "NumericColumn",
    "Pool",
    "Positions",
    "Posting",
    "PostingWriter",
    "RamStorage",
    "RefBytesColumn",
    "Schema",
    "SegmentReader",
    "VarBytesColumn",
    "codes",
    "frequencies_from",
    "frequency",
    "matcher",
    "newest_generation",
    "numbers",
    "postings",
    "table_name",
    "terms_from",
]

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
        """Give the writer of a segment's postings."""
        return _Fields(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> W3PostingsWriter:
        """Give the writer of a field's posting lists."""
        return _Lists(dbfile, self._blocklimit, byteids, compression=0)


class PostingWriter(SegmentWriter):  # type: ignore[misc]
    """Whoosh's writer of one segment, with this pool and codec."""

    def __init__(self, index: FileIndex, *, locked: bool = True) -> None:
        super().__init__(index, _lk=locked, compound=False, codec=Codec())
        self.pool = Pool(self._tempstorage, self.newsegment)

    def end(self) -> Any:
        """End the segment without a table of contents; gives it, or None if it is empty."""
        if not self.doc_count():
            self._close_segment()
            return None
        return self._finalize_segment()

    def about_to_commit(self, segments: list[Any]) -> None:
        """Called right before the table of contents of these segments is written."""

    def _commit_toc(self, segments: list[Any]) -> None:
        self.about_to_commit(segments)
        super()._commit_toc(segments)


# -- reading --


def frequency(reader: SegmentReader, field: str, term: bytes) -> int:
    """Count how many documents of a segment have a term; its postings are not read."""
    try:
        return int(reader._terms.doc_frequency(field, term))
    except KeyError:
        return 0


def terms_from(reader: SegmentReader, field: str, begin: bytes) -> Iterator[bytes]:
    """The terms of a field that begin so, in order."""
    for name, term in reader._terms.terms_from(field, begin):
        if name != field or not term.startswith(begin):
            return
        yield term


def frequencies_from(
    reader: SegmentReader, field: str, begin: bytes
) -> Iterator[tuple[bytes, int]]:
    """The terms of a field that begin so, in order, and how many documents have each."""
    for (name, term), info in reader._terms.items_from(field, begin):
        if name != field or not term.startswith(begin):
            return
        yield term, info.doc_frequency()


def matcher(reader: SegmentReader, field: str, term: bytes, form: Format) -> Any:
    """Whoosh's matcher of a term, or None if no document has it."""
    try:
        return reader._terms.matcher(field, term, form)
    except TermNotFound:
        return None


def postings(matcher: Any) -> dict[int, float]:
    """Every document of a matcher that was not moved yet, with the term's weight there."""
    if isinstance(matcher, ListMatcher):
        return dict(zip(matcher._ids, matcher._weights, strict=True))
    weights: dict[int, float] = {}
    while matcher.is_active():
        matcher._read_ids()
        matcher._read_weights()
        weights.update(zip(matcher._ids, matcher._weights, strict=True))
        matcher._next_block()
    return weights


def codes(reader: SegmentReader, name: str, size: int) -> tuple[array[int], tuple[str, ...]]:
    """A column of texts (RefBytesColumn): each document's number, and the text of each number."""
    column = reader.column_reader(name, translate=False)
    numbers = array("B" if column._itemsize == 1 else "H")
    _fill(numbers, column, size)
    return numbers, tuple(value.decode() for value in column._uniques)


def numbers(reader: SegmentReader, name: str, typecode: str, size: int) -> array[int]:
    """A column of numbers; it is shorter than `size` if the last documents have none."""
    column = reader.column_reader(name, translate=False)
    values: array[int] = array(typecode)
    _fill(values, column, min(column._count, size))
    return values


def _fill(values: array[int], column: Any, size: int) -> None:
    written = column._dbfile.get(column._basepos, size * values.itemsize)
    values.frombytes(bytes(written))
    # Whoosh writes numbers big-endian.
    if sys.byteorder == "little":
        values.byteswap()


# -- tables of contents --


def newest_generation(names: Iterable[str], index: str) -> int:
    """The newest generation of which a table stands among these files; -1 if there is none."""
    newest: int = TOC._latest_generation(names, index)
    return newest


def table_name(index: str, generation: int) -> str:
    """The file name of a generation's table of contents."""
    name: str = TOC._filename(index, generation)
    return name
