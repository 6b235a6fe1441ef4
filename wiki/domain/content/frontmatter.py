"""Front matter as lines: what belongs to which key, and how to change one key and nothing else.

The wiki's own is YAML between lines of `---`. TOML between lines of `+++`, as some programs that
make sites write it, is read and left as it is: it is changed as text only.

Nothing here knows YAML's meaning (`render/frontmatter.py` does); a YAML round trip would rewrap and
requote what nobody touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_OPEN = re.compile(r"---[ \t]*\n")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_KEY = re.compile(
    r"""(?: "(?P<double>(?:[^"\\]++|\\.)*+)" | '(?P<single>(?:[^']++|'')*+)'
          | (?P<plain>[^\s\#:\-?\[\]{},&*!|>'"%@`][^\n:]*+(?::(?!\s|$)[^\n:]*+)*+
              | [-?:][^\s:][^\n:]*+) )
        [ \t]*+:(?=\s|$)""",
    re.VERBOSE,
)
_NOT_PLAIN = frozenset("\"'[{|>&*!#")
"""What a value begins with in which a # may be no comment."""

_MOST_LINES = 200
"""A value that spans more lines than this is taken as never closed."""

_TOML_FENCE = re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE)
_TOML_KEY = re.compile(
    r"""[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')(?:[ \t]*+\.[^=\n]*+)?+[ \t]*+="""
    r"|[ \t]*+\[[^\n]++\][ \t]*+(?:\#.*)?+$",
    re.MULTILINE,
)

_QUIET = re.compile(r"[ \t]*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """Lines (without their ends) that belong to one top-level key.

    `key` is empty for blank lines and comments between keys, and for lines that are no mapping.
    """

    key: str
    lines: tuple[str, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether these lines are only blank lines and comments."""
        return all(_QUIET.fullmatch(line) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Parts:
    """A text cut at its fences: `opening + front + closing + body` is the whole text."""

    opening: str
    front: str
    closing: str
    body: str


def cut(text: str) -> Parts | None:
    """The text's front matter with its fences, or None if it has none.

    A text that opens with a horizontal rule has none: the first line that says something has to
    be a key.
    """
    opening = _OPEN.match(text)
    if not opening:
        return None
    closing = _CLOSE.search(text, opening.end())
    if not closing:
        return None
    front = text[opening.end() : closing.start()]
    if not _begins_with_key(front):
        return None
    return Parts(opening.group(), front, closing.group(), text[closing.end() :])


def foreign(text: str) -> Parts | None:
    """The text's front matter as TOML (https://toml.io) between lines of `+++`, or None."""
    opening = _TOML_FENCE.match(text)
    closing = _TOML_FENCE.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return None
    front = text[opening.end() : closing.start()]
    said = next((line for line in front.split("\n") if not _QUIET.fullmatch(line)), "")
    if not _TOML_KEY.match(said):
        return None
    return Parts(opening.group(), front, closing.group(), text[closing.end() :])


def split(text: str) -> tuple[str | None, str]:
    """The front matter between its fences (None if there is none) and the body after it."""
    parts = cut(text)
    return (None, text) if parts is None else (parts.front, parts.body)


def apart(text: str) -> tuple[str, str]:
    """The front matter with its fences, and the body, so that both can be edited apart.

    None of it is front matter where the body would be taken for some itself (see `joined`).
    """
    parts = cut(text)
    if parts is None or cut(parts.body) is not None:
        return "", text
    return text[: len(text) - len(parts.body)], parts.body


def joined(front: str, body: str) -> str:
    """A text of the two that `apart` gives; a body with front matter of its own is all of it."""
    if not front or cut(body) is not None:
        return body
    return front + ("" if front.endswith("\n") or not body else "\n") + body


def body_at(text: str) -> int:
    """Where the body begins: after the front matter, if the text has one."""
    parts = cut(text) or foreign(text)
    return len(text) - len(parts.body) if parts else 0


def entries(front: str) -> list[Entry]:
    """Every line of a front matter, grouped by the key it belongs to, in order."""
    listed: list[Entry] = []
    key, lines, waiting = "", [], []  # type: str, list[str], list[str]
    value = _Value("")
    for line in front.removesuffix("\n").split("\n") if front else []:
        named = None if value.is_open else _KEY.match(line)
        if value.is_open or (key and not named and _continues(line)):
            lines += [*waiting, line]
            waiting = []
            value.go_on(line)
        elif not named and _QUIET.fullmatch(line):
            waiting.append(line)
        else:
            _add(listed, key, lines)
            _add(listed, "", waiting)
            waiting = []
            key, lines = (key_of(named) if named else ""), [line]
            value = _Value(line[named.end() :].lstrip() if named else "")
    _add(listed, key, lines)
    _add(listed, "", waiting)
    return listed


def key_of(match: re.Match[str]) -> str:
    """The key's own text from a match of a key line, unquoted."""
    if match["double"] is not None:
        return match["double"].replace('\\"', '"').replace("\\\\", "\\")
    if match["single"] is not None:
        return match["single"].replace("''", "'")
    return match["plain"].rstrip()


def values(front: str) -> dict[str, str]:
    """Each key's value as it is written, comments and outer space removed; lines kept."""
    written: dict[str, str] = {}
    for entry in entries(front):
        if entry.key:
            named = _KEY.match(entry.lines[0])
            assert named is not None
            first = _without_comment(entry.lines[0][named.end() :].strip())
            written[entry.key] = "\n".join([first, *entry.lines[1:]]).strip()
    return written


def replace(text: str, changed: Mapping[str, str | None]) -> str:
    """The text with some keys' values set to the given YAML (None removes the key).

    Only lines of keys whose value differs change; a changed key that stands there twice stands
    there once. A new key goes at the end; a block is made if there is none, and dropped if the
    last thing in it was removed here.
    """
    parts = cut(text)
    if parts is None:
        made = "".join(
            _line(key, value) + "\n" for key, value in changed.items() if value is not None
        )
        return f"---\n{made}---\n{text}" if made else text
    left = dict(changed)
    lines: list[str] = []
    for entry in entries(parts.front):
        if not entry.key or entry.key not in changed:
            lines += entry.lines
        elif entry.key in left:
            lines += _replaced(entry, left.pop(entry.key))
    lines += [_line(key, value) for key, value in left.items() if value is not None]
    if not lines and parts.front:
        return parts.body
    front = "".join(line + "\n" for line in lines)
    return parts.opening + front + parts.closing + parts.body


def _line(key: str, value: str) -> str:
    return f"{key}:{value}" if value.startswith("\n") or not value else f"{key}: {value}"


def _replaced(entry: Entry, value: str | None) -> list[str]:
    if value is None:
        return []
    named = _KEY.match(entry.lines[0])
    assert named is not None
    written = entry.lines[0][named.end() :].strip()
    if "\n".join([_without_comment(written), *entry.lines[1:]]) == value:
        return list(entry.lines)
    head = entry.lines[0][: named.end()]
    comment = written[len(_without_comment(written)) :]
    tail = comment if len(entry.lines) == 1 and "\n" not in value else ""
    space = "" if value.startswith("\n") or not value else " "
    return (head + space + value + tail).split("\n")


def _without_comment(written: str) -> str:
    """A value without the comment after it, if it has one and is no quoted or flow value."""
    at = written.find("#")
    if at < 2 or written[at - 1] not in " \t" or written[0] in _NOT_PLAIN:
        return written
    return written[:at].rstrip(" \t")


def _begins_with_key(front: str) -> bool:
    for line in front.split("\n"):
        if not _QUIET.fullmatch(line):
            return _KEY.match(line) is not None
    return True


def _continues(line: str) -> bool:
    return (line[:1] in (" ", "\t", "]", "}") and bool(line.strip())) or line[:2] in ("- ", "-")


class _Value:
    """A value as its lines are read: whether a quoted or flow value is not closed yet."""

    def __init__(self, begin: str) -> None:
        self.lines = 0
        self.depth = 0
        self.quote = ""
        self.before = " "
        self.is_open = begin[:1] in ('"', "'", "[", "{")
        self.go_on(begin)

    def go_on(self, line: str) -> None:
        """Read the next line of an open value; one of too many lines counts as never closed."""
        if not self.is_open:
            return
        self.lines += 1
        self._read(line)
        self.before = "\n"
        self.is_open = self.lines < _MOST_LINES and (self.depth > 0 or bool(self.quote))

    def _read(self, line: str) -> None:
        at = 0
        while at < len(line):
            char = line[at]
            if self.quote:
                at += self.quote == '"' and char == "\\"
                self.quote = "" if char == self.quote else self.quote
            elif char == "#" and self.before in " \t\n":
                return
            elif char in "\"'" and self.before in " \t\n[{,:":
                self.quote = char
            elif char in "[]{}":
                self.depth += 1 if char in "[{" else -1
            self.before = char
            at += 1


def _add(found: list[Entry], key: str, lines: list[str]) -> None:
    if lines:
        found.append(Entry(key, tuple(lines)))
