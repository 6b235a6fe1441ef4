"""The ledger as the store asks it: the one authority on where refs are, for all nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from wiki.domain.history.ledger import Move, Part, Standing, Step, Tip


class Turn(Protocol):
    """Somebody's turn to move a ref: as long as it is held nobody else moves that one."""

    def move(self, step: Step, ids: bytes, pack: bytes) -> int:
        """As `Ledger.move` does; afterwards the turn is over."""


class Ledger(Protocol):
    """Every move of every ref, kept by a database.

    All raise Unavailable where it cannot be asked, and answer for what is lasting alone.
    """

    def tip(self, ref: str) -> Tip:
        """Where a ref is; one short question."""

    def standing(self) -> Standing | None:
        """Where all are, at one moment; None as long as nobody has begun the ledger."""

    def moves(self, first: int, last: int) -> Iterator[Move]:
        """The moves from one to another, both included, in order; those of the base may lack."""

    def move(self, steps: Sequence[Step], ids: bytes, pack: bytes) -> int:
        """Make steps together, if every ref is where they begin; gives the number of the last.

        0 if one is not: nothing was moved then. Lasting when it returns.
        """

    def turn(self, ref: str) -> AbstractContextManager[Turn]:
        """Wait until nobody else is about to move the ref, and keep them from it."""

    def made(self, step: Step) -> int:
        """The number of a step that may have been made when an answer was lost; 0 if it was not.

        Lasting when it returns.
        """

    def last_of(self, ids: Sequence[str]) -> Move | None:
        """The last move that led to one of these commits, without its pack."""

    def begin(self, branch: str, refs: Mapping[str, str], base: Iterable[Part]) -> bool:
        """Begin the ledger with these refs, unless somebody did; whether it was us."""

    def base(self) -> Iterator[Part]:
        """The pieces of the base, in order."""

    def tail(self) -> tuple[int, int]:
        """How many bytes the base has, and the moves after it."""

    def rebase(self, standing: Standing, base: Iterable[Part]) -> bool:
        """Let the base tell all up to a standing; whether it still was the one to be replaced."""

    def barred(self) -> list[str]:
        """The commits that no push brings back."""

    def close(self) -> None:
        """Let go of every connection."""
