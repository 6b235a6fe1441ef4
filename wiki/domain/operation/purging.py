"""A purge: what it takes out of history, and texts that spoke of it brought up to date.

Pure: the store rewrites git by it, the database the truth.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote, quote_plus

from wiki.domain.content.normal import form

LEAST_PASSAGE = 20
"""A sentence of fewer characters is nobody's: it is left where others wrote it too."""
_ID = re.compile(r"(?<!\w)(?:[0-9a-f]{40}|[0-9a-f]{20})(?!\w)")
_SHORT = re.compile(r"((?:[?&;](?:at|from|to|revision)=|#revision-))([0-9a-f]{7,39})(?!\w)")
_SHORTEST = 7
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Task:
    """The things that are to go: texts by blob, files, messages by commit, an author's name, words.

    `texts` and `messages` give what stands there instead; `instead` takes the place of each of
    the words. `author` is an opaque id, `name` what the author is called from now on.
    """

    texts: Mapping[str, bytes] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    messages: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    name: str = ""
    words: tuple[str, ...] = ()
    instead: str = ""


class Words:
    """Literal words, and passages, to be found and replaced in any text.

    Words are whole and case-exact; passages may stand inside other text. White space between two
    words matches any. Also found as HTML, JSON, an address or the other Unicode form spell them.
    """

    def __init__(
        self, words: Iterable[str], passages: Iterable[str] = (), instead: str = ""
    ) -> None:
        whole = {form for word in words for form in _forms(word)}
        inside = {form for passage in passages for form in _forms(passage)}
        self._instead = instead
        self.marks = frozenset(_longest_part(form) for form in whole | inside)
        """Of each form a part without white space: a text without any of them has no match."""
        branches = [rf"(?<!\w){_loose(form)}(?!\w)" for form in _by_length(whole)]
        branches += [_loose(form) for form in _by_length(inside)]
        self._pattern = re.compile("|".join(branches)) if branches else None

    def replaced(self, text: str) -> str:
        """The text without them."""
        if self._pattern is None or not any(mark in text for mark in self.marks):
            return text
        return self._pattern.sub(lambda _: self._instead, text)

    def stand_in(self, text: str) -> bool:
        """Whether any of them stands in the text."""
        return self.replaced(text) != text


class Ids:
    """Ids that are gone and what took their place; texts that name old ones name the new.

    Full ids (of commits and blobs: 40 digits; of pages: 20) are found anywhere, abbreviated ones
    where an address names a revision.
    """

    def __init__(self, new: Mapping[str, str] | None = None) -> None:
        self.new: dict[str, str] = {}
        self._short: dict[str, list[str]] = {}
        for old, became in (new or {}).items():
            self.add(old, became)

    def add(self, old: str, became: str) -> None:
        """From now on the old one is this one."""
        self.new[old] = became
        self._short.setdefault(old[:_SHORTEST], []).append(old)

    def text(self, text: str) -> str:
        """The text with new ids in the place of old ones."""
        changed = _ID.sub(lambda match: self.new.get(match[0], match[0]), text)
        return _SHORT.sub(lambda match: match[1] + self._full(match[2]), changed)

    def data(self, data: bytes) -> bytes:
        """The same for bytes of any encoding that holds ASCII."""
        return self.text(data.decode("latin-1")).encode("latin-1")

    def _full(self, written: str) -> str:
        known = self._short.get(written[:_SHORTEST], ())
        found = [old for old in known if old.startswith(written)]
        return self.new[found[0]][: len(written)] if len(found) == 1 else written


def sentences(text: str) -> set[str]:
    """The sentences of a text that are long enough to be told from what anybody writes."""
    found = (part.strip(" \t>#*_-") for part in _SENTENCE.split(text))
    return {part for part in found if len(part) >= LEAST_PASSAGE}


def _forms(word: str) -> set[str]:
    """How a word may be spelled in what is stored."""
    plain = {form(word.strip(), which) for which in ("NFC", "NFD")}
    spellings = set()
    for text in plain:
        spelled = json.dumps(text)[1:-1]
        spellings |= {
            text,
            escape(text),
            escape(text, quote=False),
            spelled,
            json.dumps(text, ensure_ascii=False)[1:-1],
        }
        spellings |= {quote(text), quote_plus(text), text.replace("'", "&#39;")}
    return {spelling for spelling in spellings if spelling}


def _by_length(forms: Iterable[str]) -> list[str]:
    return sorted(forms, key=lambda form: (-len(form), form))


def _loose(form: str) -> str:
    return r"\s+".join(re.escape(part) for part in form.split())


def _longest_part(form: str) -> str:
    return max(form.split(), key=len)
