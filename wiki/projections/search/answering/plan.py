"""From a query to the terms of the index that can answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wiki.analysis.analyser import forms, is_stop, kin
from wiki.analysis.languages import LANGUAGES
from wiki.analysis.tokens import Span, fold, spans
from wiki.domain.search.query import Clause, How, Query, Term
from wiki.domain.search.search import Site

OTHER_LANGUAGE = 0.8
OTHERWISE = 0.8
"""How much a word counts that is written otherwise: `wifi` for `wi-fi`."""
LEAST_IN_PASSAGE = 4
"""Words without quotes that are looked for next to each other too."""

KIN = 0.6
"""How much a word of the same family counts: `participatie` for `participeren`."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word: its form, its stem in each language (and how much that counts), its compound parts.

    `at` is its place in a phrase, stop words counted.
    """

    exact: str
    stems: tuple[tuple[str, float], ...]
    parts: tuple[str, ...] = ()
    at: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """All words that begin so; `terms` are those that are looked for, with so many postings."""

    start: str
    terms: tuple[str, ...] = ()
    postings: int = 0


@dataclass(frozen=True, slots=True)
class Sequence:
    """Words in this order, next to each other; `typed` has the stop words too."""

    words: tuple[Word, ...]
    typed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Words that all have to be there, anywhere."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing to look for, in the title only or anywhere."""

    what: Word | Prefix | Sequence | AllOf
    title: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One of these leaves has to be there."""

    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups that all have to be there, and groups that must not.

    `passage` are the words of a line that may have been copied: what has them next to each other
    stands first.
    """

    wanted: tuple[Group, ...]
    refused: tuple[Group, ...]
    only_stop_words: bool = False
    passage: Sequence | None = None

    def leaves(self) -> Iterator[Leaf]:
        """Everything that is looked for."""
        for group in self.wanted:
            yield from group.leaves

    def every_leaf(self) -> Iterator[Leaf]:
        """Everything that is looked for, or must not be there."""
        yield from self.leaves()
        for group in self.refused:
            yield from group.leaves


def words_of(what: Word | Prefix | Sequence | AllOf) -> tuple[Word, ...]:
    """The words of something to look for; none of a beginning."""
    if isinstance(what, Word):
        return (what,)
    return () if isinstance(what, Prefix) else what.words


def plan(query: Query, site: Site) -> Plan:
    """Plan how to answer a query; its words are probably in the language of the site."""
    here = site.language
    languages = (here, *(language for language in LANGUAGES if language != here))
    wanted: list[Group] = []
    refused: list[Group] = []
    clauses = [clause for clause in query.clauses if clause.wanted]
    for clause in query.clauses:
        groups = _groups(clause, languages)
        (wanted if clause.wanted else refused).extend(groups)
    if clauses and not wanted:
        return Plan((), tuple(refused), only_stop_words=True)
    return Plan(tuple(dict.fromkeys(wanted)), tuple(refused), passage=_passage(clauses, languages))


def _passage(clauses: list[Clause], languages: tuple[str, ...]) -> Sequence | None:
    terms = [term for clause in clauses for term in clause.any_of]
    if len(terms) < LEAST_IN_PASSAGE or any(term.how is not How.WORD for term in terms):
        return None
    words = tuple(_phrase(" ".join(term.text for term in terms), languages))
    return Sequence(words, ()) if len(words) > 1 else None


def _groups(clause: Clause, languages: tuple[str, ...]) -> list[Group]:
    """One group, or for a single term that is several words (`wonen,zorg`) one for each."""
    found = [list(_leaves(term, languages)) for term in clause.any_of]
    if len(found) == 1:
        return [Group((leaf,)) for leaf in found[0]]
    alternatives = tuple(leaf for leaves in found for leaf in leaves)
    return [Group(alternatives)] if alternatives else []


def _leaves(term: Term, languages: tuple[str, ...]) -> Iterator[Leaf]:
    if term.how is How.PREFIX:
        yield Leaf(Prefix(fold(term.text)), term.title)
    elif term.how is How.PHRASE:
        words = tuple(_phrase(term.text, languages))
        typed = tuple(_typed(run) for run in _runs(spans(term.text)))
        if len(words) > 1 or (words and len(typed) > 1):
            yield Leaf(Sequence(words, typed), term.title)
        elif words:
            yield Leaf(words[0], term.title)
    else:
        for run in _runs(spans(term.text)):
            if len(run) > 1:
                # Written without spaces: its characters have to stand next to each other.
                words = tuple(_word(span, languages, at) for at, span in enumerate(run))
                yield Leaf(Sequence(words, (_typed(run),)), term.title)
            elif not _is_stop(run[0], languages):
                yield Leaf(_word(run[0], languages), term.title)


def _runs(words: Iterable[Span]) -> Iterator[list[Span]]:
    """Words by themselves, and those that run into each other together."""
    run: list[Span] = []
    for span in words:
        if run and span.start >= run[-1].end:
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _typed(run: list[Span]) -> str:
    """A word as it was typed, or those that run into each other as one."""
    ends = [0, *(span.end for span in run)]
    return "".join(fold(s.text[max(0, end - s.start) :]) for s, end in zip(run, ends, strict=False))


def _phrase(text: str, languages: tuple[str, ...]) -> Iterator[Word]:
    at = 0
    for span in spans(text):
        for piece in span.pieces or (span,):
            if not _is_stop(piece, languages):
                yield _word(piece, languages, at)
            at += 1


def _is_stop(span: Span, languages: tuple[str, ...]) -> bool:
    return any(is_stop(fold(span.text), language) for language in languages)


def _word(span: Span, languages: tuple[str, ...], at: int = 0) -> Word:
    exact = fold(span.text)
    stems: dict[str, float] = {}
    for number, language in enumerate(languages):
        stems.setdefault(forms(exact, language)[0], OTHER_LANGUAGE if number else 1.0)
    family = kin(exact, languages[0])
    if family:
        stems.setdefault(family, KIN)
    for other in span.others:
        stems.setdefault(forms(fold(other), languages[0])[0], OTHERWISE)
    parts = tuple(fold(piece.text) for piece in span.pieces) or forms(exact, languages[0])[1]
    return Word(exact, tuple(stems.items()), parts, at)
