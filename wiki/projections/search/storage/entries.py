"""From a document to the values that the index keeps of it."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wiki.analysis.analyser import Token, analyse
from wiki.analysis.tokens import fold, spans
from wiki.domain.content.paths import ancestors
from wiki.domain.search.search import Found
from wiki.projections.search.storage.fields import NEVER, SEPARATOR, Posting
from wiki.projections.search.texts.documents import Document

TITLE = 4.0
HEADING = 1.5
TAG = 2.0
PERSON = 1.5
PART = 0.35
"""How much a word counts inside a compound, next to 1 as a word of its own."""

MOST_PART = 1.5
"""A part of a compound in a title counts less than the word itself anywhere."""

TITLE_AT = 1 << 30
"""The position of a title's first word: far behind any word of the text."""

_NOTHING = b""
_NOWHERE = b"\0"
"""The positions of a word that stands neither in text nor title: Whoosh drops empty values."""

_OWN_NAME = {Found.PAGE, Found.QUESTION, Found.DIALOGUE, Found.PERSON}


@dataclass
class _Words:
    """Gathers the words of one document."""

    language: str
    stems: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    exacts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    places: dict[str, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("I")))
    starts: array[int] = field(default_factory=lambda: array("I"))

    def body(self, text: str) -> None:
        """Add the text, with where each word stands."""
        for token in analyse(text, self.language):
            missing = token.position + 1 - len(self.starts)
            self.starts.extend(token.start for _ in range(missing))
            self._add(token, 1.0)
            for stem in (token.stem, *token.parts):
                self.places[stem].append(token.position)

    def title(self, text: str) -> None:
        """Add the title, at positions of its own so that a phrase can be found in it."""
        for token in analyse(text, self.language):
            self._add(token, TITLE)
            for stem in (token.stem, *token.parts):
                self.places[stem].append(TITLE_AT + token.position)

    def extra(self, text: str, weight: float) -> None:
        """Add words that weigh more or stand nowhere in the text."""
        for token in analyse(text, self.language):
            self._add(token, weight)

    def _add(self, token: Token, weight: float) -> None:
        self.exacts[token.exact] += weight
        self.stems[token.stem] += weight
        for part in token.parts:
            self.stems[part] += min(weight, MOST_PART) * PART


def entry(document: Document) -> dict[str, Any]:
    """The document's fields, as `fields.schema` names them."""
    words = _Words(document.language)
    words.body(document.text)
    if not document.is_deleted:
        _describe(document, words)
    return {
        "owner": _terms([document.owner, document.group]),
        "under": _terms(_folders(document.paths)),
        "stem": {
            term: (weight, words.places[term].tobytes() if term in words.places else _NOWHERE)
            for term, weight in words.stems.items()
        },
        "exact": {term: (weight, _NOTHING) for term, weight in words.exacts.items()},
        "name": _terms(_name(document)) if document.kind in _OWN_NAME else {},
        "tag": _terms(fold(tag) for tag in document.tags),
        "when": int(document.when.timestamp()) if document.when else NEVER,
        "length": max(1, len(words.starts)),
        "mark": document.mark,
        "kind": document.kind.value.encode(),
        "status": document.status.encode(),
        "tags": _joined(document.tags),
        "people": _joined(document.people),
        "authors": _joined(document.authors),
        "questions": _joined(document.questions),
        "label": _joined((document.path, document.title)) if document.kind in _OWN_NAME else b"",
        "stored": _stored(document, words.starts),
    }


def _describe(document: Document, words: _Words) -> None:
    """Add what the document is called and what it is about."""
    # A file without words is found by its page, which has its name.
    if document.kind in _OWN_NAME or (document.kind is Found.FILE and document.text):
        words.title(document.title)
        words.extra(document.path.replace("/", " "), 1.0)
    words.extra("\n".join(document.headings), HEADING)
    words.extra("\n".join(document.tags), TAG)
    words.extra("\n".join(document.people), PERSON)


def _stored(document: Document, starts: array[int]) -> dict[str, Any]:
    return {
        "path": document.path,
        "paths": document.paths,
        "title": document.title,
        "text": document.text,
        "starts": starts.tobytes(),
        "language": document.language,
        "is_day": document.is_day,
        "number": document.number,
        "revision": document.revision,
        "blob": document.blob,
        "page": document.page,
        "hidden": document.hidden,
    }


def _terms(terms: Iterable[str]) -> dict[str, Posting]:
    return {term: (1.0, _NOTHING) for term in terms if term}


def _folders(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        yield path
        yield from ancestors(path)


def _name(document: Document) -> Iterable[str]:
    """The title's words as they stand, for typing; with a sign before it, their stems."""
    for span in spans(document.title):
        for word in (span, *span.pieces):
            yield fold(word.text)
    for token in analyse(document.title, document.language):
        for stem in (token.stem, *token.parts):
            yield f"={stem}"


def _joined(values: Iterable[str]) -> bytes:
    return SEPARATOR.join(dict.fromkeys(filter(None, values))).encode()
