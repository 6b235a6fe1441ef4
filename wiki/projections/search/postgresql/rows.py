"""From what the index takes of a document to its row in PostgreSQL.

A tsvector has bounds: 16,383 places, 256 of one word, a megabyte in all. What a long text has
beyond those is found without its place, so that it counts but is in no phrase and no snippet; of a
text with more than 900 kB of different words the last are not found. No text is refused.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from heapq import nlargest
from itertools import zip_longest
from typing import Any

from wiki.analysis.tokens import fold
from wiki.database.search.indexed import Row
from wiki.database.search.ranking import key
from wiki.database.search.terms import EXACT, NAME, STEM, TAG, TITLE
from wiki.projections.search.storage.entries import TITLE_AT
from wiki.projections.search.storage.segments import split
from wiki.projections.search.writing.prepared import Prepared

ABOUT = "^"
"""The sign before stems that a document is about: of many with a word those are scored first."""
MOST_ABOUT = 30
BODY_AT = 256
"""The place of the first word of a text; those of its title come before."""
MOST_PLACES = 255
LAST_PLACE = 16_383
MOST_BYTES = 900_000
"""Of a tsvector; it may have a megabyte, and other documents' rows are none the worse for it."""
LONGEST = 1_000
"""Bytes of one word: a tag may be a whole sentence."""

_NUL, _INSTEAD = "\0", "\x01"


def clean(text: str) -> str:
    """A text as PostgreSQL takes it, which knows no NUL; as long as it was."""
    return text.replace(_NUL, _INSTEAD).encode("utf-8", "replace").decode()


def unclean(text: str) -> str:
    """A text as it was before it was cleaned."""
    return text.replace(_INSTEAD, _NUL)


def row(prepared: Prepared) -> Row:
    """The row of a document."""
    document, given = prepared.document, prepared.fields
    words, is_cut = vector(given)
    tags, people, authors, questions = (
        [clean(one) for one in split(given[name].decode())]
        for name in ("tags", "people", "authors", "questions")
    )
    return Row(
        owner=clean(document.owner),
        together=clean(document.group),
        kind=document.kind.value,
        path=clean(document.path),
        title=clean(document.title),
        at=given["when"],
        mark=given["mark"],
        length=given["length"],
        status=clean(document.status),
        status_key=fold(clean(document.status)),
        tags=tags,
        people=people,
        questions=questions,
        tag_keys=_folded(tags),
        name_keys=_folded([*people, *authors]),
        question_keys=_folded(questions),
        under=[clean(one) for one in given["under"]],
        paths=[clean(one) for one in document.paths],
        words=words,
        weights=json.dumps(dict(_weights(given))),
        starts=given["stored"]["starts"],
        body=clean(document.text),
        language=document.language,
        is_day=document.is_day,
        number=document.number,
        revision=clean(document.revision),
        blob=clean(document.blob),
        page=clean(document.page),
        hidden=clean(document.hidden),
        is_cut=is_cut,
    )


def vector(given: Mapping[str, Any]) -> tuple[str, bool]:
    """The words of a document as a tsvector is written, and whether some places are left out."""
    written: list[str] = []
    spent, is_cut = 0, False
    for word, places in _words(given):
        size = len(word.encode())
        if size > LONGEST:
            continue
        if spent + size + 8 > MOST_BYTES:
            return " ".join(written), True
        positions = _kept(places)
        if spent + size + 8 + 2 * len(positions) > MOST_BYTES // 2:
            # Of half of what there is room for, words alone.
            positions = []
        is_cut = is_cut or len(positions) < len(places)
        spent += size + 8 + 2 * len(positions)
        written.append(lexeme(word) + (":" + ",".join(positions) if positions else ""))
    return " ".join(written), is_cut


def lexeme(word: str) -> str:
    """A word as a tsvector, or a tsquery, quotes it."""
    escaped = clean(word).replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _words(given: Mapping[str, Any]) -> Iterator[tuple[str, array[int]]]:
    """Each word with its sign and places; those of the title first, then as the text has them."""
    nowhere: array[int] = array("I")
    stems = given["stem"]
    for tag in given["tag"]:
        yield TAG + tag, nowhere
    for name in given["name"]:
        yield (TITLE + name[1:] if name.startswith("=") else NAME + name), nowhere
    for word in _about(stems):
        yield ABOUT + word, nowhere
    placed = ((stem, _places(packed)) for stem, (_, packed) in stems.items())
    ordered = sorted(placed, key=lambda one: bool(one[1]) and one[1][-1] < TITLE_AT)
    for found, exact in zip_longest(ordered, given["exact"]):
        if found:
            yield STEM + found[0], found[1]
        if exact:
            yield EXACT + exact, nowhere


def _places(packed: bytes) -> array[int]:
    return array("I", packed if len(packed) > 1 else b"")


def _about(stems: Mapping[str, tuple[float, bytes]]) -> list[str]:
    """The stems that weigh most."""
    return nlargest(MOST_ABOUT, stems, key=lambda stem: stems[stem][0])


def _kept(places: Iterable[int]) -> list[str]:
    """Those of the places that can be kept: of the title, which bear an A, and of the text."""
    title = [f"{p - TITLE_AT + 1}A" for p in places if TITLE_AT <= p < TITLE_AT + BODY_AT - 16]
    text = [f"{p + BODY_AT}" for p in places if p <= LAST_PLACE - BODY_AT]
    return (title + text)[:MOST_PLACES]


def _weights(given: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for sign, words in ((STEM, given["stem"]), (EXACT, given["exact"])):
        for word, (weight, _) in words.items():
            yield key(sign, word), round(weight, 3)


def _folded(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(fold(value) for value in values))
