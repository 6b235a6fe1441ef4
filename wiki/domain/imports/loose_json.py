"""JSON that a program wrote wrongly: read for what it holds, in one pass, and never refused.

Some exports were put together piece by piece: arrays end twice or are followed by another, commas
between objects are missing, brackets stand around it all, the end is cut off. What stands inside a
text is never taken for any of that.
"""

from __future__ import annotations

import json
import re
from typing import Any

from wiki.domain.numbers import whole

DEEPEST = 60
"""What lies deeper is not kept."""

_TOKEN = re.compile(
    r"(?P<text>\"(?:[^\"\\]++|\\.)*+(?P<closed>\")?)|(?P<mark>[\[\]{}:,()])"
    r"|(?P<word>[^\s\[\]{}:,()\"]++)",
    re.DOTALL,
)
_AFTER = re.compile(r"[ \t\r\n,]*+([\"}])?")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}


def records(text: str) -> list[dict[str, Any]]:
    """Every object that lies in no other, in order; lists around them do not matter."""
    reading = _Reading(text)
    reading.run()
    return reading.found


class _Reading:
    """The open objects and lists while a text is read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []
        self._skipped = 0
        self.found: list[dict[str, Any]] = []

    def run(self) -> None:
        """Read it all."""
        for token in _TOKEN.finditer(self._text):
            mark = token["mark"]
            if self._skipped or (mark in ("{", "[") and len(self._open) == DEEPEST):
                self._skip(mark)
            elif mark in ("{", "["):
                self._begin({} if mark == "{" else [])
            elif mark == "}":
                self._end(dict)
            elif mark == "]":
                self._end_list(token.end())
            elif mark is None:
                self._value(_read(token))

    def _skip(self, mark: str | None) -> None:
        self._skipped += {"{": 1, "[": 1, "}": -1, "]": -1}.get(mark or "", 0)

    def _begin(self, value: dict[str, Any] | list[Any]) -> None:
        is_record = isinstance(value, dict) and not any(isinstance(one, dict) for one in self._open)
        if is_record and isinstance(value, dict):
            self.found.append(value)
        self._put(value)
        self._open.append(value)
        self._keys.append(None)

    def _end(self, kind: type) -> None:
        """Close the innermost of a kind, and what was left open in it; nothing if there is none."""
        if not any(isinstance(one, kind) for one in self._open):
            return
        while not isinstance(self._open.pop(), kind):
            self._keys.pop()
        self._keys.pop()

    def _end_list(self, at: int) -> None:
        """A list ends; where an object is open and goes on behind, it ended before."""
        follows = _AFTER.match(self._text, at)
        is_surplus = self._open and isinstance(self._open[-1], dict) and follows and follows[1]
        if not is_surplus:
            self._end(list)

    def _value(self, value: Any) -> None:
        around = self._open[-1] if self._open else None
        if isinstance(around, dict) and self._keys[-1] is None:
            self._keys[-1] = str(value)
        else:
            self._put(value)

    def _put(self, value: Any) -> None:
        around = self._open[-1] if self._open else None
        if isinstance(around, list):
            around.append(value)
        elif isinstance(around, dict) and (key := self._keys[-1]) is not None:
            around[key], self._keys[-1] = value, None


def _read(token: re.Match[str]) -> Any:
    if token["text"] is None:
        return _word(token["word"])
    if token["closed"] and "\\" not in token["text"]:
        return _NO_TEXT.sub("", token["text"][1:-1])
    try:
        return _NO_TEXT.sub("", json.loads(token["text"], strict=False))
    except ValueError:
        inside = token["text"][1:-1] if token["closed"] else token["text"][1:]
        return _ESCAPE.sub(_unescaped, inside)


def _word(word: str) -> Any:
    if word in _WORDS:
        return _WORDS[word]
    number = whole(word, 15)
    return word if number is None else number


def _unescaped(found: re.Match[str]) -> str:
    sign = found[1]
    if len(sign) == 5:
        char = chr(int(sign[1:], 16))
        return "" if "\ud800" <= char <= "\udfff" else char
    return _PLAIN.get(sign, sign)
