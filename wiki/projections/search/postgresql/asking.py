"""A plan as PostgreSQL answers it: tsqueries for what is looked for, and the words that score."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from wiki.analysis.tokens import fold_text
from wiki.database.engine.connection import Connection
from wiki.database.search import finding
from wiki.database.search.conditions import Has
from wiki.database.search.indexed import State
from wiki.database.search.ranking import ScoredLeaf, ScoredWord, key
from wiki.database.search.terms import EXACT, NAME, STEM, TITLE
from wiki.projections.search.answering.groups import loose
from wiki.projections.search.answering.matching import APART, MOST_VERIFIED, PHRASE
from wiki.projections.search.answering.plan import (
    AllOf,
    Group,
    Leaf,
    Prefix,
    Sequence,
    Word,
    words_of,
)
from wiki.projections.search.postgresql.lexicon import Lexicon
from wiki.projections.search.postgresql.rows import ABOUT, lexeme

NOTHING = Has(ids=())


@dataclass
class Asking:
    """Leaves of a plan made into conditions and scores; phrases are read once."""

    connection: Connection
    state: State
    lexicon: Lexicon
    _read: dict[Leaf, Has] = field(default_factory=dict)

    def group(self, group: Group) -> tuple[Has, ...]:
        """What finds one of the group's leaves."""
        return tuple(self.leaf(one) for one in group.leaves)

    def leaf(self, leaf: Leaf) -> Has:
        """What finds a leaf."""
        what = leaf.what
        if isinstance(what, Word):
            return _any(_stems(what, leaf.title))
        if isinstance(what, Prefix):
            return _any((NAME if leaf.title else EXACT) + term for term in what.terms)
        if isinstance(what, AllOf):
            each = [_any(_stems(word, leaf.title)) for word in what.words]
            return Has(" & ".join(f"({one.query})" for one in each))
        if leaf not in self._read:
            self._read[leaf] = self._phrase(what, leaf.title)
        return self._read[leaf]

    def scored(self, group: Group, *, is_sure: bool) -> tuple[ScoredLeaf, ...]:
        """What scores a group; is_sure: everything that was found has it."""
        leaves = loose(group).leaves
        alone = is_sure and len(leaves) == 1
        return tuple(self._score(leaf, alone) for leaf in leaves)

    def _score(self, leaf: Leaf, is_sure: bool) -> ScoredLeaf:
        what = leaf.what
        if isinstance(what, Word):
            guard = self.leaf(leaf) if leaf.title and not is_sure else None
            return ScoredLeaf((self._word(what, what.stems),), guard=guard)
        if isinstance(what, Prefix):
            return ScoredLeaf((), guard=None if is_sure else self.leaf(leaf))
        if isinstance(what, AllOf):
            words = tuple(self._word(word, word.stems) for word in what.words)
            return ScoredLeaf(words, factor=APART, needs_all=True)
        words = tuple(self._word(word, ()) for word in what.words)
        return ScoredLeaf(words, factor=PHRASE, guard=None if is_sure else self.leaf(leaf))

    def _word(self, word: Word, stems: Iterable[tuple[str, float]]) -> ScoredWord:
        found = [self.lexicon.frequency("stem", stem) for stem, _ in stems]
        often = max(found, default=self.lexicon.frequency("exact", word.exact))
        return ScoredWord(
            exact=key(EXACT, word.exact),
            stems=tuple((key(STEM, stem), share) for stem, share in stems),
            rarity=math.log(1 + (self.lexicon.size - often + 0.5) / (often + 0.5)),
        )

    def _phrase(self, phrase: Sequence, title: bool) -> Has:
        """A phrase: where few texts have its words in their places, those that read like it."""
        query = passage(phrase, title=title)
        every = _every(phrase)
        few = finding.texts(self.connection, self.state, query, every, MOST_VERIFIED + 1)
        if len(few) > MOST_VERIFIED:
            return Has(query)
        pattern = re.compile(r"\W+".join(map(re.escape, phrase.typed)))
        read = (
            id
            for id, called, text in few
            if pattern.search(fold_text(called)) or (not title and pattern.search(fold_text(text)))
        )
        return Has(ids=tuple(read))


def passage(phrase: Sequence, *, title: bool = False) -> str:
    """The tsquery of words in the form that was typed, as far from each other as they were."""
    ordered = sorted(phrase.words, key=lambda word: word.at)
    weight = ":A" if title else ""
    each = [" | ".join(lexeme(stem) + weight for stem, _ in word.stems) for word in ordered]
    far = [after.at - before.at for before, after in pairwise(ordered)]
    query = f"({each[0]})" + "".join(
        f" <{n}> ({one})" for n, one in zip(far, each[1:], strict=True)
    )
    return f"{_every(phrase)} & ({query})"


def about(groups: Iterable[Group]) -> str:
    """The tsquery of documents that are about something that is looked for, or are called so."""
    words = {
        sign + stem
        for group in groups
        for leaf in group.leaves
        for word in words_of(leaf.what)
        for stem, _ in word.stems
        for sign in (ABOUT, TITLE)
    }
    return _any(sorted(words)).query


def _stems(word: Word, title: bool) -> list[str]:
    return [(TITLE if title else STEM) + stem for stem, _ in word.stems]


def _every(phrase: Sequence) -> str:
    exact = dict.fromkeys(word.exact for word in phrase.words)
    return " & ".join(lexeme(EXACT + one) for one in exact)


def _any(words: Iterable[str]) -> Has:
    """What finds one of these words."""
    query = " | ".join(map(lexeme, words))
    return Has(query) if query else NOTHING
