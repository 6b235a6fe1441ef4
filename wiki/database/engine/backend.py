"""The common part of the two databases: connections to truth and to projections.

SQLite and PostgreSQL differ in how the projections stand beside the truth and how a rebuilt set
is swapped in; `Database` hides which of them is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True)
class Facts:
    """Which database it is, and how many bytes the truth and the projections take."""

    product: str
    truth: int
    projections: int


class Backend(Protocol):
    """One kind of database; every method may be called from any thread."""

    truth: Engine
    losses: int
    """How often a connection was lost: with the server its last projections may have gone."""

    def read(self) -> AbstractContextManager[Connection]:
        """A connection to both schemas that sees one snapshot and cannot write."""

    def write(self, *, light: bool = False) -> AbstractContextManager[Connection]:
        """A transaction on the truth, committed at the end; writers wait for each other.

        A `light` one waits for no disk and for no other server.
        """

    def project(self) -> AbstractContextManager[Connection]:
        """A transaction on the live projections; writers wait for each other, not for `write`."""

    def aside(self) -> AbstractContextManager[Connection]:
        """Fresh projection tables without indexes, which become the live ones at the end.

        One at a time: a second caller waits. An error leaves the live ones as they are.
        """

    def reset(self) -> None:
        """Empty projections in the place of the live ones, of which nothing is left on the disk.

        For when nobody else uses the wiki.
        """

    def compact(self) -> None:
        """Leave nothing on the disk of rows of the truth that are gone; with nobody else there."""

    def harden(self) -> None:
        """Leave nothing that was committed to the truth in a log that could get lost."""

    def measure(self) -> None:
        """Let queries be planned by what projections hold now, if they have grown; milliseconds."""

    def heal(self) -> bool:
        """Let empty projections take the place of some that cannot be used; whether that was so."""

    def is_blank(self) -> bool:
        """Whether the live projections have yet to be filled; microseconds."""

    def version(self) -> object:
        """Something hashable that changes with the generation or the projections; microseconds."""

    def facts(self) -> Facts:
        """Return what an administrator wants to know of it."""

    def generation(self) -> object:
        """The part of `version` that changes with the truth alone: commits leave it as it is."""

    def close(self) -> None:
        """Let go of every connection."""

    def forget(self) -> None:
        """In a forked child: leave the parent's connections alone and begin with none."""


class Pools:
    """The ways into a database, each with a pool of connections of its own."""

    truth: Engine
    losses: int = 0
    _reading: Engine
    _projecting: Engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, light: bool = False) -> Iterator[Connection]:
        del light
        with self.truth.begin() as connection:
            yield connection

    @contextmanager
    def project(self) -> Iterator[Connection]:
        with self._projecting.begin() as connection:
            yield connection
