"""One generation of the index, opened for reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wiki.domain.search.search import Progress
from wiki.projections.search.storage.fields import schema
from wiki.projections.search.storage.folder import (
    DAMAGE,
    INDEX,
    Damaged,
    generation_of,
    read_state,
    storage_of,
)
from wiki.projections.search.storage.segments import Segment
from wiki.projections.search.storage.whoosh_parts import TOC, RamStorage, table_name


@dataclass(frozen=True)
class Part:
    """A segment as it is in one generation: without the documents deleted by then."""

    segment: Segment
    deleted: frozenset[int]

    def live(self, documents: set[int]) -> set[int]:
        """Those documents that are not deleted."""
        return documents - self.deleted if self.deleted else documents

    def all(self) -> set[int]:
        """Every document that is not deleted."""
        return self.live(set(range(self.segment.size)))


@dataclass(frozen=True)
class View:
    """All segments of one generation."""

    folder: Path
    generation: int
    progress: Progress
    parts: tuple[Part, ...]

    @cached_property
    def size(self) -> int:
        """Documents, the deleted ones included: only for estimates."""
        return max(1, sum(part.segment.size for part in self.parts))

    @cached_property
    def average(self) -> float:
        """The average number of words in a document's text."""
        return max(1.0, sum(sum(part.segment.lengths) for part in self.parts) / self.size)

    def has(self, field: str, term: str) -> bool:
        """Whether a document has the term, or had it."""
        return any(part.segment.frequency(field, term) for part in self.parts)

    def frequency(self, field: str, term: str) -> int:
        """Count how many documents have the term."""
        return sum(part.segment.frequency(field, term) for part in self.parts)

    @property
    def is_far(self) -> bool:
        """Whether each question is a journey: no, it is all in files that are open."""
        return False

    def expect_around(
        self, starts: Iterable[str], most_begun: int, endings: Iterable[str], most_ended: int
    ) -> None:
        """Hear which beginnings and endings of stems will be asked for."""

    def expect(self, field: str, words: Iterable[str]) -> None:
        """Hear which words will be asked for: here each is as quickly looked up alone."""

    def frequencies(self, field: str, start: str, most: int) -> tuple[dict[str, int], bool]:
        """Terms that begin so with how many documents, at most so many; whether these are all."""
        documents: Counter[str] = Counter()
        whole = True
        for part in self.parts:
            some = part.segment.frequencies(field, start, most)
            whole = whole and len(some) < most
            documents.update(dict(some))
        return documents, whole

    def beginning(self, field: str, start: str, most: int) -> Iterator[str]:
        """Terms of a field that begin so, in order, at most so many of each segment."""
        for part in self.parts:
            yield from part.segment.terms(field, start, most)

    def ending(self, ending: str, most: int) -> Iterator[str]:
        """Stems that end so and are longer, at most so many of each segment."""
        for part in self.parts:
            yield from part.segment.ending(ending, most)

    def alike(self, letter: str, shortest: int, longest: int) -> Iterator[str]:
        """Forms that begin with a letter and are as long as that."""
        for part in self.parts:
            for term in part.segment.vocabulary(letter):
                if shortest <= len(term) <= longest:
                    yield term


def open_view(folder: Path, before: View | None = None) -> View:
    """The newest generation in a folder, with what `before` has open already; raises Damaged.

    While it is opened the writer may put a newer one in its place: then that is opened.
    """
    generation = generation_of(folder)
    try:
        return _open(folder, generation, before)
    except Damaged:
        if generation_of(folder) == generation:
            raise
        return open_view(folder, before)


def _open(folder: Path, generation: int, before: View | None) -> View:
    open_already: Mapping[str, Segment] = {}
    if before is not None and before.folder == folder:
        open_already = {part.segment.id: part.segment for part in before.parts}
    try:
        state = read_state(folder, generation)
        storage = storage_of(folder)
        parts = []
        for written in _table(folder, generation).segments:
            segment = open_already.get(written.segment_id()) or Segment(storage, schema(), written)
            parts.append(Part(segment, frozenset(written.deleted_docs())))
    except DAMAGE as error:
        raise Damaged(str(error)) from error
    return View(folder, generation, state.progress, tuple(parts))


def _table(folder: Path, generation: int) -> TOC:
    """The table of contents; read as bytes, because Whoosh leaves a file open that it trips on."""
    memory = RamStorage()
    name = table_name(INDEX, generation)
    memory.files[name] = (folder / name).read_bytes()
    return TOC.read(memory, INDEX, gen=generation)
