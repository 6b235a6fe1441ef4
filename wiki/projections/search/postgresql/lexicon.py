"""The words of an index on PostgreSQL, as plans, bounds and corrections ask for them."""

from __future__ import annotations

from collections.abc import Iterable

from wiki.database.engine.connection import Connection
from wiki.database.search import terms
from wiki.database.search.indexed import State
from wiki.projections.search.postgresql.rows import clean
from wiki.shelf import Shelf

MOST_KEPT = 50_000
MOST_ALIKE = 20_000
"""Words with one first letter, and about as long, that one may be a slip for."""

_SIGNS = {"stem": terms.STEM, "exact": terms.EXACT, "name": terms.NAME, "tag": terms.TAG}

Counts = Shelf[tuple[str, int, str, str], int]
"""How many documents have a word, by build and generation, field and word."""


class Lexicon:
    """The words of one generation; what was counted is kept for the next query."""

    def __init__(self, connection: Connection, state: State, counts: Counts) -> None:
        self._connection = connection
        self._state = state
        self._counts = counts
        self._begun: dict[tuple[str, int], list[str]] = {}
        self._ended: dict[tuple[str, int], list[str]] = {}

    @property
    def is_far(self) -> bool:
        """Whether each question is a journey: yes, to the server."""
        return True

    @property
    def size(self) -> int:
        """Documents."""
        return max(1, self._state.size)

    @property
    def average(self) -> float:
        """The average number of words in a document's text."""
        return max(1.0, self._state.words / self.size)

    def expect_around(
        self, starts: Iterable[str], most_begun: int, endings: Iterable[str], most_ended: int
    ) -> None:
        """Read the stems that begin and end so, all in one go: they will be asked for."""
        begun = {clean(start): start for start in starts}
        ended = {clean(ending): ending for ending in endings}
        if not begun and not ended:
            return
        self._begun.update({(start, most_begun): [] for start in begun})
        self._ended.update({(ending, most_ended): [] for ending in ended})
        for row in terms.around(
            self._connection, self._state, list(begun), most_begun, list(ended), most_ended
        ):
            if row.is_start:
                self._begun[row.part, most_begun].append(row.term)
            else:
                self._ended[row.part, most_ended].append(row.term)
            self._counts.put(self._key(terms.STEM, row.term), row.documents)

    def expect(self, field: str, words: Iterable[str]) -> None:
        """Count these words now, all at once: they will be asked for."""
        sign = _SIGNS[field]
        asked = {word: clean(word) for word in words}
        missing = [
            word for word in asked.values() if self._counts.get(self._key(sign, word)) is None
        ]
        if not missing:
            return
        found = terms.counts(self._connection, self._state, [(sign, word) for word in missing])
        for (_, word), number in found.items():
            self._counts.put(self._key(sign, word), number)

    def has(self, field: str, term: str) -> bool:
        """Whether a document has the term."""
        return self.frequency(field, term) > 0

    def frequency(self, field: str, term: str) -> int:
        """Count how many documents have the term."""
        place = self._key(_SIGNS[field], clean(term))
        count = self._counts.get(place)
        if count is None:
            self.expect(field, [term])
            count = self._counts.get(place)
        return count or 0

    def frequencies(self, field: str, start: str, most: int) -> tuple[dict[str, int], bool]:
        """Terms that begin so with how many documents, at most so many; whether these are all."""
        found = terms.beginning(self._connection, self._state, _SIGNS[field], clean(start), most)
        return dict(found), len(found) < most

    def beginning(self, field: str, start: str, most: int) -> list[str]:
        """Terms of a field that begin so, in order, at most so many."""
        sign = _SIGNS[field]
        if field == "stem" and (clean(start), most) in self._begun:
            return self._begun[clean(start), most]
        found = terms.beginning(self._connection, self._state, sign, clean(start), most)
        return [term for term, _ in found]

    def ending(self, ending: str, most: int) -> list[str]:
        """Stems that end so and are longer, in order, at most so many."""
        if (clean(ending), most) in self._ended:
            return self._ended[clean(ending), most]
        return terms.ending(self._connection, self._state, clean(ending), most)

    def alike(self, letter: str, shortest: int, longest: int) -> list[str]:
        """Forms that begin with a letter and are as long as that."""
        lengths = (shortest, longest)
        return terms.alike(self._connection, self._state, clean(letter), lengths, MOST_ALIKE)

    def _key(self, sign: str, word: str) -> tuple[str, int, str, str]:
        return self._state.build, self._state.generation, sign, word
