"""The cost of comparing texts: when it is spent the answer is coarser, never slower.

All of it is counted, never timed, so the same texts give the same answer on every machine.
"""

from __future__ import annotations

_MOST_PAIRS = 2_500
"""Pairs of pieces that are compared at one place."""


class Effort:
    """The effort that may still be spent: one for all of a request's comparison of two texts."""

    def __init__(self) -> None:
        self.pieces = 20_000
        """Paragraphs or lines that came, went or changed."""
        self.pairs = 60_000
        """Comparisons of what words two pieces share."""
        self.characters = 500_000
        """Text that is compared word by word."""
        self.steps = 3_000_000
        """Steps of the search for the shortest difference."""
        self.choices = 1_000
        """Sentences between which somebody may be asked to choose."""

    def may_list(self, count: int) -> bool:
        """Whether so many pieces can be looked at one by one; if so they are spent."""
        if count > self.pieces:
            return False
        self.pieces -= count
        return True

    def may_offer(self, count: int) -> bool:
        """Whether so many sentences can be offered to choose from; if so they are spent."""
        if count > self.choices:
            return False
        self.choices -= count
        return True

    def may_pair(self, count: int) -> bool:
        """Whether so many pairs can be compared; if so they are spent."""
        if count > min(_MOST_PAIRS, self.pairs):
            return False
        self.pairs -= count
        return True

    def may_split(self, characters: int) -> bool:
        """Whether so much text can be compared word by word; if so it is spent."""
        if characters > self.characters:
            return False
        self.characters -= characters
        return True
