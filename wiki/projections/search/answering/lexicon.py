"""The words of an index, as plans, bounds and corrections ask for them; each engine answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Lexicon(Protocol):
    """Words by field, `stem`, `exact`, `name` or `tag`, with how many documents have them."""

    @property
    def size(self) -> int:
        """Documents."""

    @property
    def is_far(self) -> bool:
        """Whether each question is a journey: then it is better to expect much at once."""

    def expect_around(
        self, starts: Iterable[str], most_begun: int, endings: Iterable[str], most_ended: int
    ) -> None:
        """Hear which beginnings and endings of stems will be asked for, and how many of each."""

    def expect(self, field: str, words: Iterable[str]) -> None:
        """Hear which words will be asked for: they may be looked up together."""

    def has(self, field: str, term: str) -> bool:
        """Whether a document has the term, or had it."""

    def frequency(self, field: str, term: str) -> int:
        """Count how many documents have the term."""

    def frequencies(self, field: str, start: str, most: int) -> tuple[dict[str, int], bool]:
        """Terms that begin so with how many documents, at most so many; whether these are all."""

    def beginning(self, field: str, start: str, most: int) -> Iterable[str]:
        """Terms of a field that begin so, in order, at most so many of each part of the index."""

    def ending(self, ending: str, most: int) -> Iterable[str]:
        """Stems that end so and are longer, at most so many of each part of the index."""

    def alike(self, letter: str, shortest: int, longest: int) -> Iterable[str]:
        """Forms that begin with a letter and are as long as that."""
