"""Which documents of a segment answer a plan, and how well: BM25F over prepared weights.

See Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009: weights
of fields are summed before they go through one curve. 1 is added within the logarithm of a word's
rarity, so that it is never negative.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from wiki.analysis.tokens import fold_text
from wiki.domain.search.search import Found
from wiki.projections.search.answering.plan import AllOf, Group, Leaf, Prefix, Sequence, Word
from wiki.projections.search.storage.entries import TITLE_AT
from wiki.projections.search.storage.fields import NEVER
from wiki.projections.search.storage.segments import Segment
from wiki.projections.search.storage.view import Part, View

K1 = 1.2
B = 0.5
SHORT = K1 * (1 - B)
EXACT = 0.6
"""How much the form that was typed counts beside its stem."""

OTHERWISE = 0.6
"""What is left of a score where only other forms of the word stand, or compounds with it."""

PHRASE = 1.5
APART = 0.4
"""How much the parts of a compound count that stand apart: `participatie van burgers`."""

MOST_VERIFIED = 100
"""So many documents with a phrase's stems in order are read for its exact words; more are not."""

RECENT = 0.03
YEAR = 365.25 * 86_400
KIND_WEIGHTS = {Found.QUESTION: 1.15, Found.DIALOGUE: 1.1, Found.PERSON: 1.2, Found.COMMENT: 0.95}


@dataclass
class Matcher:
    """Answers leaves on one segment of a view; keeps what it worked out."""

    view: View
    part: Part
    _documents: dict[Leaf, set[int]] = field(default_factory=dict)

    @property
    def segment(self) -> Segment:
        """The segment that is searched."""
        return self.part.segment

    def group(self, group: Group) -> set[int]:
        """Documents that have one of the group's leaves."""
        found = [self.leaf(leaf) for leaf in group.leaves]
        return found[0] if len(found) == 1 else set().union(*found)

    def leaf(self, leaf: Leaf) -> set[int]:
        """Documents that have the leaf."""
        if leaf not in self._documents:
            self._documents[leaf] = self._find(leaf)
        return self._documents[leaf]

    def scores(self, leaf: Leaf, documents: set[int]) -> dict[int, float]:
        """Tell how well each of these documents that has the leaf answers it."""
        here = documents & self.leaf(leaf)
        what = leaf.what
        if isinstance(what, Word):
            return self._score_word(what, here)
        if isinstance(what, Prefix):
            return dict.fromkeys(here, 1.0)
        if isinstance(what, Sequence):
            each = [self._score_word(replace(word, stems=()), here) for word in what.words]
        else:
            each = [self._score_word(word, here) for word in what.words]
        factor = PHRASE if isinstance(what, Sequence) else APART
        return {d: factor * sum(scores.get(d, 0.0) for scores in each) for d in here}

    def _find(self, leaf: Leaf) -> set[int]:
        what = leaf.what
        if isinstance(what, Prefix):
            return self._find_prefix(what, leaf.title)
        if isinstance(what, Word):
            return self._find_word(what, leaf.title)
        if isinstance(what, AllOf):
            return set.intersection(*(self._find_word(word, leaf.title) for word in what.words))
        return self._in_order(what, leaf.title)

    def _find_word(self, word: Word, title: bool) -> set[int]:
        documents: set[int] = set()
        for stem, _ in word.stems:
            name, term = ("name", f"={stem}") if title else ("stem", stem)
            documents |= self.segment.postings(name, term).keys()
        return documents

    def _find_prefix(self, prefix: Prefix, title: bool) -> set[int]:
        name = "name" if title else "exact"
        return set().union(*(self.segment.postings(name, term) for term in prefix.terms))

    def passage(self, sequence: Sequence, among: set[int]) -> set[int]:
        """Those of the documents that have the words, rarest first, in the places of a passage."""
        return self._beside(sequence.words, self._with_forms(sequence.words) & among, title=False)

    def _in_order(self, sequence: Sequence, title: bool) -> set[int]:
        """Documents with the words, which come rarest first, in the places of the phrase."""
        documents = self._beside(sequence.words, self._with_forms(sequence.words), title)
        if len(documents) > MOST_VERIFIED:
            return documents
        pattern = re.compile(r"\W+".join(map(re.escape, sequence.typed)))
        return {document for document in documents if self._reads(document, pattern, title)}

    def _beside(self, words: Iterable[Word], documents: set[int], title: bool) -> set[int]:
        """Those of the documents in which the words stand as far from each other as asked."""
        places: dict[str, Mapping[int, frozenset[int]]] = {}
        starts: dict[int, frozenset[int]] = {}
        for number, word in enumerate(words):
            if word.exact not in places:
                places[word.exact] = self._places(word, sorted(documents))
            here = places[word.exact]
            moved = {d: frozenset(p - word.at for p in here.get(d, ())) for d in documents}
            starts = {d: starts[d] & moved[d] if number else moved[d] for d in documents}
            documents = {d for d in documents if _is_somewhere(starts[d], title)}
        return documents

    def _with_forms(self, words: Iterable[Word]) -> set[int]:
        """Documents that have each of the words in the form that was typed."""
        documents: set[int] | None = None
        for word in words:
            here = self.segment.postings("exact", word.exact).keys()
            documents = set(here) if documents is None else documents & here
            if not documents:
                return set()
        return documents or set()

    def _reads(self, document: int, pattern: re.Pattern[str], title: bool) -> bool:
        """Whether the words stand there in the forms that were typed, stop words too."""
        stored = self.segment.stored(document)
        texts = (stored["title"],) if title else (stored["title"], stored["text"])
        return any(pattern.search(fold_text(text)) for text in texts)

    def _places(self, word: Word, documents: list[int]) -> Mapping[int, frozenset[int]]:
        places: dict[int, frozenset[int]] = {}
        for stem, _ in word.stems:
            for document, positions in self.segment.positions(stem, documents).items():
                places[document] = places.get(document, frozenset()).union(positions)
        return places

    def _score_word(self, word: Word, documents: set[int]) -> dict[int, float]:
        segment = self.segment
        exact = segment.postings("exact", word.exact)
        lists = [(segment.postings("stem", stem), weight) for stem, weight in word.stems]
        lists = [(postings, weight) for postings, weight in lists if postings]
        # a phrase has its words in the form that was typed: their stems are not read
        typed = EXACT if word.stems else 1 + EXACT
        rarity = self._rarity(word)
        lengths, long = segment.lengths, K1 * B / self.view.average
        best = rarity * (K1 + 1)
        scores: dict[int, float] = {}
        for document in documents:
            weight = typed * exact.get(document, 0.0)
            for postings, share in lists:
                weight += share * postings.get(document, 0.0)
            score = best * weight / (weight + SHORT + long * lengths[document])
            scores[document] = score if document in exact else OTHERWISE * score
        return scores

    def _rarity(self, word: Word) -> float:
        stems = [self.view.frequency("stem", stem) for stem, _ in word.stems]
        frequency = max(stems, default=self.view.frequency("exact", word.exact))
        return math.log(1 + (self.view.size - frequency + 0.5) / (frequency + 0.5))


def kind_weights(segment: Segment) -> list[float]:
    """Give what a score is multiplied with, for each code of the kind column."""
    kinds = segment.column("kind").values
    return [KIND_WEIGHTS.get(Found(kind), 1.0) if kind else 1.0 for kind in kinds]


def freshness(when: int, newest: int) -> float:
    """A little more for what is recent: only enough to break a tie."""
    if when == NEVER:
        return 1.0
    return 1.0 + RECENT / (1.0 + max(0, newest - when) / YEAR)


def apart(leaf: Leaf) -> Leaf | None:
    """The parts of a compound as words of their own, for when the compound finds too little."""
    if not isinstance(leaf.what, Word) or len(leaf.what.parts) < 2:
        return None
    words = tuple(Word(part, ((part, 1.0),)) for part in leaf.what.parts)
    return Leaf(AllOf(words), leaf.title)


def _is_somewhere(starts: frozenset[int], title: bool) -> bool:
    return any(start >= TITLE_AT for start in starts) if title else bool(starts)
