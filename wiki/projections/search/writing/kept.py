"""What an index has, as those ask for it who keep it up to date; each engine answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from wiki.domain.search.search import Found, Progress
from wiki.projections.search.storage.view import Part, View, open_view
from wiki.projections.search.writing.prepared import Prepared
from wiki.projections.search.writing.writer import write

Stored = Mapping[str, Any]
"""What is stored of a document, by the names of `Document`."""


class Kept(Protocol):
    """The documents of an index, for the one that writes."""

    @property
    def progress(self) -> Progress:
        """Tell how far the index is."""

    def owned(self, owners: Iterable[str]) -> Iterator[Stored]:
        """Give what is stored of the documents of these owners."""

    def below(self, paths: Iterable[str], kind: Found) -> Iterator[Stored]:
        """Give what is stored of the documents of a kind at these paths, or under them."""

    def of_kinds(self, kinds: Iterable[Found]) -> Iterator[Stored]:
        """Give what is stored of every document of these kinds, perhaps without its text."""

    def named(self) -> Iterator[tuple[str, str, int]]:
        """Give everyone whom a dialogue names, with its path and moment."""

    def replace(self, progress: Progress, out: Iterable[str], into: Iterable[Prepared]) -> Kept:
        """Put documents in the place of those of these owners; gives what is kept then."""


@dataclass(frozen=True)
class KeptView:
    """The documents of Whoosh's newest generation."""

    view: View

    @property
    def progress(self) -> Progress:
        """Tell how far the index is."""
        return self.view.progress

    def owned(self, owners: Iterable[str]) -> Iterator[Stored]:
        """Give what is stored of the documents of these owners."""
        names = list(owners)
        for part in self.view.parts:
            for owner in names:
                yield from _live(part, part.segment.postings("owner", owner))

    def below(self, paths: Iterable[str], kind: Found) -> Iterator[Stored]:
        """Give what is stored of the documents of a kind at these paths, or under them."""
        names = list(paths)
        for part in self.view.parts:
            kinds = part.segment.column("kind")
            for path in names:
                found = part.segment.postings("under", path)
                yield from _live(part, (d for d in found if kinds.values[kinds.codes[d]] == kind))

    def of_kinds(self, kinds: Iterable[Found]) -> Iterator[Stored]:
        """Give what is stored of every document of these kinds, perhaps without its text."""
        wanted = frozenset(kinds)
        for part in self.view.parts:
            column = part.segment.column("kind")
            codes = {n for n, value in enumerate(column.values) if value in wanted}
            yield from _live(part, sorted(column.documents(codes)))

    def named(self) -> Iterator[tuple[str, str, int]]:
        """Give everyone whom a dialogue names, with its path and moment."""
        for part in self.view.parts:
            segment = part.segment
            kinds = segment.column("kind")
            codes = {n for n, value in enumerate(kinds.values) if value == Found.DIALOGUE}
            for document in sorted(part.live(kinds.documents(codes))):
                path, _ = segment.label(document)
                for person in segment.values("people", document):
                    yield person, path, segment.when[document]

    def replace(self, progress: Progress, out: Iterable[str], into: Iterable[Prepared]) -> KeptView:
        """Put documents in the place of those of these owners; gives what is kept then."""
        write(self.view, progress, out, into)
        return KeptView(open_view(self.view.folder, self.view))


def _live(part: Part, documents: Iterable[int]) -> Iterator[Stored]:
    segment = part.segment
    kinds = segment.column("kind")
    for document in documents:
        if document not in part.deleted:
            yield {
                **segment.stored(document),
                "kind": kinds.values[kinds.codes[document]],
                "people": segment.values("people", document),
            }
