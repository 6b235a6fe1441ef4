"""What an index on PostgreSQL has, as those ask for it who keep it up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wiki.database.engine.connection import Connection
from wiki.database.search import indexed
from wiki.database.search.indexed import State
from wiki.domain.search.search import Found, Progress
from wiki.projections.search.postgresql.rows import clean, row, unclean
from wiki.projections.search.writing.prepared import Prepared

TIDY_EVERY = 256
"""After so many changes words go that no document has any more: looking for them takes long."""


@dataclass(frozen=True)
class KeptRows:
    """The rows of an index, within the transaction of the one that writes; see `writing.kept`."""

    connection: Connection
    state: State

    @property
    def progress(self) -> Progress:
        """Tell how far the index is."""
        return Progress(self.state.revision, self.state.change)

    def owned(self, owners: Iterable[str]) -> Iterator[Mapping[str, Any]]:
        """Give what is stored of the documents of these owners."""
        names = list(map(clean, owners))
        for one in indexed.owned(self.connection, self.state, names):
            yield _shown(one)

    def below(self, paths: Iterable[str], kind: Found) -> Iterator[Mapping[str, Any]]:
        """Give what is stored of the documents of a kind at these paths, or under them."""
        names = list(map(clean, paths))
        for one in indexed.below(self.connection, self.state, names, kind.value):
            yield _shown(one)

    def of_kinds(self, kinds: Iterable[Found]) -> Iterator[Mapping[str, Any]]:
        """Give what is stored of every document of these kinds."""
        names = [kind.value for kind in kinds]
        for one in indexed.of_kinds(self.connection, self.state, names):
            yield _shown(one)

    def named(self) -> Iterator[tuple[str, str, int]]:
        """Give everyone whom a dialogue names, with its path and moment."""
        return indexed.named(self.connection, self.state, Found.DIALOGUE.value)

    def replace(self, progress: Progress, out: Iterable[str], into: Iterable[Prepared]) -> KeptRows:
        """Put documents in the place of those of these owners; gives what is kept then."""
        owners = sorted(set(map(clean, out)))
        indexed.replace(self.connection, self.state, owners, map(row, into))
        newer = indexed.reached(
            self.connection, self.state.name, progress.revision, progress.change
        )
        if newer.generation % TIDY_EVERY == 0:
            indexed.tidy(self.connection, newer)
        return KeptRows(self.connection, newer)


def _shown(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is stored as documents have it."""
    shown = {**stored, "paths": tuple(unclean(path) for path in stored["paths"])}
    return {**shown, "text": unclean(stored["text"])} if "text" in stored else shown
