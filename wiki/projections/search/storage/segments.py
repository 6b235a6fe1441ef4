"""Reading one segment of the index: whole posting lists and columns at once.

Posting lists and columns are read whole and sets do the rest; Whoosh's own matchers step through
postings one by one. A segment never changes, so what was read is kept.
"""

from __future__ import annotations

import weakref
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from threading import RLock
from typing import Any, cast

from wiki.domain.search.search import Scope
from wiki.projections.search.storage import whoosh_parts
from wiki.projections.search.storage.fields import NEVER, SEPARATOR
from wiki.projections.search.storage.whoosh_parts import FileStorage, Schema, SegmentReader

_KEPT_POSTINGS = 100_000
_MOST_FORMS = 50_000
_NO_POSTINGS: dict[int, float] = {}


@dataclass(frozen=True, slots=True)
class Codes:
    """A column of texts: for each document a number, and the text of each number."""

    codes: Sequence[int]
    values: tuple[str, ...]

    def documents(self, wanted: set[int]) -> set[int]:
        """The documents whose number is one of these."""
        if not wanted:
            return set()
        return {document for document, code in enumerate(self.codes) if code in wanted}


class Segment:
    """One segment; safe between threads. Documents deleted since it was written are still in it."""

    def __init__(self, storage: FileStorage, schema: Schema, segment: Any) -> None:
        self.id: str = segment.segment_id()
        self.size: int = segment.doc_count_all()
        self._schema = schema
        self.visible: dict[Scope, frozenset[int]] = {}
        self._reader = SegmentReader(storage, schema, segment)
        # whoever still reads an older generation holds its segments; the last one closes the files
        weakref.finalize(self, self._reader.close)
        self._lock = RLock()
        self._postings: OrderedDict[tuple[str, str], dict[int, float]] = OrderedDict()
        self._kept = 0
        self._columns: dict[str, Codes] = {}
        self._vocabulary: dict[str, tuple[str, ...]] = {}

    def postings(self, field: str, term: str) -> dict[int, float]:
        """Each document that has the term, with the term's weight there. Not to be changed."""
        key = (field, term)
        with self._lock:
            postings = self._postings.get(key)
            if postings is None:
                postings = self._read_postings(field, term)
                self._keep(key, postings)
            else:
                self._postings.move_to_end(key)
            return postings

    def positions(self, term: str, documents: Sequence[int]) -> dict[int, array[int]]:
        """Where the stem stands in each of these documents (ascending) that has it."""
        positions: dict[int, array[int]] = {}
        with self._lock:
            matcher = self._matcher("stem", term)
            for document in documents:
                if matcher is None or not matcher.is_active():
                    break
                if matcher.id() < document:
                    matcher.skip_to(document)
                if matcher.is_active() and matcher.id() == document:
                    packed = matcher.value()
                    if len(packed) > 1:
                        positions[document] = array("I", packed)
        return positions

    def terms(self, field: str, prefix: str, most: int) -> list[str]:
        """Terms of a field that begin so, in order, at most so many."""
        with self._lock:
            return [term.decode() for term in islice(self._terms(field, prefix), most)]

    def ending(self, ending: str, most: int) -> list[str]:
        """Stems that end so and are longer, in order, at most so many."""
        written, wanted = self._stems, f"{ending}\n"
        stems: list[str] = []
        at = written.find(wanted)
        while at >= 0 and len(stems) < most:
            begin = written.rfind("\n", 0, at) + 1
            if begin < at:
                stems.append(written[begin : at + len(ending)])
            at = written.find(wanted, at + 1)
        return stems

    def frequency(self, field: str, term: str) -> int:
        """Count how many documents have the term; its postings are not read."""
        with self._lock:
            return whoosh_parts.frequency(self._reader, field, term.encode())

    def frequencies(self, field: str, prefix: str, most: int) -> list[tuple[str, int]]:
        """The first terms of a field that begin so, at most so many, and how many documents."""
        with self._lock:
            counted = whoosh_parts.frequencies_from(self._reader, field, prefix.encode())
            return [(term.decode(), documents) for term, documents in islice(counted, most)]

    def stored(self, document: int) -> dict[str, Any]:
        """Return what is stored of a document."""
        with self._lock:
            return cast(dict[str, Any], self._reader.stored_fields(document)["stored"])

    def column(self, name: str) -> Codes:
        """A column of texts."""
        with self._lock:
            if name not in self._columns:
                self._columns[name] = self._read_codes(name)
            return self._columns[name]

    def label(self, document: int) -> tuple[str, str]:
        """The path and title of a document that is offered while typing."""
        with self._lock:
            path, _, title = self._labels[document].decode().partition(SEPARATOR)
        return path, title or path

    def values(self, name: str, document: int) -> tuple[str, ...]:
        """The values of a document in a column of lists."""
        column = self.column(name)
        return split(column.values[column.codes[document]])

    @cached_property
    def when(self) -> array[int]:
        """The moment of each document, in seconds since 1970, or NEVER."""
        return self._read_numbers("when", "q", NEVER)

    @cached_property
    def newest(self) -> int:
        """The moment of the newest document."""
        return max(self.when, default=NEVER)

    @cached_property
    def lengths(self) -> array[int]:
        """The words of each document's text."""
        return self._read_numbers("length", "I", 0)

    @cached_property
    def marks(self) -> array[int]:
        """Return what tells each document's thing from all others, whatever its text is."""
        return self._read_numbers("mark", "I", 0)

    def vocabulary(self, letter: str) -> tuple[str, ...]:
        """The forms that begin with a letter, short ones left out."""
        with self._lock:
            if letter not in self._vocabulary:
                terms = self.terms("exact", letter, _MOST_FORMS)
                self._vocabulary[letter] = tuple(term for term in terms if len(term) > 3)
            return self._vocabulary[letter]

    @cached_property
    def _labels(self) -> Any:
        return self._reader.column_reader("label", translate=False)

    @cached_property
    def _stems(self) -> str:
        """Every stem, each on a line: to look through all of them takes a few tenths of a ms."""
        with self._lock:
            return b"\n".join([*self._terms("stem", ""), b""]).decode()

    def _matcher(self, field: str, term: str) -> Any:
        return whoosh_parts.matcher(self._reader, field, term.encode(), self._schema[field].format)

    def _read_postings(self, field: str, term: str) -> dict[int, float]:
        matcher = self._matcher(field, term)
        return _NO_POSTINGS if matcher is None else whoosh_parts.postings(matcher)

    def _keep(self, key: tuple[str, str], found: dict[int, float]) -> None:
        self._postings[key] = found
        self._kept += len(found) + 8
        while self._kept > _KEPT_POSTINGS and len(self._postings) > 1:
            _, dropped = self._postings.popitem(last=False)
            self._kept -= len(dropped) + 8

    def _terms(self, field: str, prefix: str) -> Iterator[bytes]:
        return whoosh_parts.terms_from(self._reader, field, prefix.encode())

    def _read_codes(self, name: str) -> Codes:
        if not self._reader.has_column(name):
            return Codes(bytes(self.size), ("",))
        return Codes(*whoosh_parts.codes(self._reader, name, self.size))

    def _read_numbers(self, name: str, typecode: str, default: int) -> array[int]:
        numbers: array[int] = array(typecode)
        with self._lock:
            if self._reader.has_column(name):
                numbers = whoosh_parts.numbers(self._reader, name, typecode, self.size)
        numbers.extend([default] * (self.size - len(numbers)))
        return numbers


def split(joined: str) -> tuple[str, ...]:
    """The values of a list that a column keeps as one text."""
    return tuple(joined.split(SEPARATOR)) if joined else ()
