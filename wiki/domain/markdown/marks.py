"""Small pieces of Markdown's grammar: addresses, titles, labels, escapes, entities, HTML tags.

Each is found from where it has to begin, never searched for, and no pattern gives back what it
took: what reading costs grows with the text and no faster.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import NamedTuple

BLANK = " \t"
PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

MOST_IN_LABEL = 999
"""As CommonMark has it."""

_MOST_IN_TAG = 1_000
_MOST_PARENTHESES = 32
"""As CommonMark has it; it also keeps `[a](` again and again from being read again and again."""

_TARGET_IN_ANGLES = re.compile(r"<((?:[^<>\\\n]++|\\[^\n])*+)>")
_TARGET_STOP = re.compile(r"[()]|\\[!-/:-@\[-`{-~]?|[\x00-\x20\x7f]")
_TITLE = re.compile(
    r"\"((?:[^\"\\]++|\\.)*+)\"|'((?:[^'\\]++|\\.)*+)'|\(((?:[^()\\]++|\\.)*+)\)", re.DOTALL
)
_LABEL = re.compile(r"\[((?:[^\[\]\\]++|\\.)*+)\]", re.DOTALL)
_SPACE = re.compile(r"[ \t\n]*+")
_BLANKS_AND_LINE = re.compile(r"[ \t]*+(?:\n[ \t]*+)?+")
_LINE_END = re.compile(r"[ \t]*+(?:\n|\Z)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|" + _ENTITY.pattern)

_ATTRIBUTE = (
    r"[ \t\n]++[A-Za-z_:][A-Za-z0-9_.:-]*+"
    r"(?:[ \t\n]*+=[ \t\n]*+(?:[^ \t\n\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?+"
)
TAG = re.compile(
    rf"<(?:[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+[ \t\n]*+/?>|/[A-Za-z][A-Za-z0-9-]*+[ \t\n]*+>)"
)


class Target(NamedTuple):
    """Where a link leads, what its title says, and where it, and all of it, ends."""

    target: str
    title: str
    start: int
    stop: int
    end: int


def unescape(written: str) -> str:
    """Text with its backslash escapes and entities as the characters they stand for."""
    if "\\" not in written and "&" not in written:
        return written
    return _ESCAPED.sub(lambda found: found[1] or character(found[0]), written)


def entities(written: str) -> str:
    """Text with its entities as the characters they stand for."""
    if "&" not in written:
        return written
    return _ENTITY.sub(lambda found: character(found[0]), written)


def entity(text: str, at: int) -> str:
    """The entity that stands here, as written; empty if none does."""
    found = _ENTITY.match(text, at)
    return found[0] if found and character(found[0]) != found[0] else ""


def character(written: str) -> str:
    """Return what an entity stands for; an unknown one stands for itself."""
    if written[1] != "#":
        return html5.get(written[1:], written)
    number = int(written[3:-1], 16) if written[2] in "xX" else int(written[2:-1])
    if not 0 < number < 0x110000 or 0xD800 <= number < 0xE000:
        return "\ufffd"
    return chr(number)


def fold(label: str) -> str:
    """Equal for labels that mean the same definition or note."""
    return " ".join(label.split()).casefold()


def tag(text: str, at: int) -> int:
    """Where the HTML tag that begins here ends; -1 if none does."""
    found = TAG.match(text, at, at + _MOST_IN_TAG)
    return found.end() if found else -1


def label(text: str, at: int) -> tuple[str, int]:
    """The label in square brackets that begins here, and where it ends; -1 if none does."""
    found = _LABEL.match(text, at, at + MOST_IN_LABEL + 2)
    return (found[1], found.end()) if found else ("", -1)


def inline_target(text: str, at: int) -> Target | None:
    """Read the parentheses of `[text](target "title")`, from the opening one on."""
    start = _skip(_SPACE, text, at + 1)
    found = _target(text, start)
    if not found:
        return None
    low, high, end = found
    title, stop = "", end
    if not text.startswith(")", end):
        title, stop = _title(text, end, _SPACE)
        stop = _skip(_SPACE, text, stop)
    if text[stop : stop + 1] != ")":
        return None
    return Target(unescape(text[low:high]), title, low, high, stop + 1)


def definition(text: str, at: int) -> tuple[str, Target] | None:
    """The label and target of the `[label]: target "title"` that begins here."""
    name, end = label(text, at)
    if end < 0 or not name.strip() or text[end : end + 1] != ":":
        return None
    start = _skip(_BLANKS_AND_LINE, text, end + 1)
    found = _target(text, start)
    if not found or found[2] == start:
        return None
    low, high, end = found
    title, stop = _title(text, end, _BLANKS_AND_LINE)
    over = _LINE_END.match(text, stop)
    if not over:
        # What looks like a title on the next line is none if more follows it there.
        title, over = "", _LINE_END.match(text, end)
        if not over:
            return None
    return name, Target(unescape(text[low:high]), title, low, high, over.end())


def _target(text: str, at: int) -> tuple[int, int, int] | None:
    """Where an address begins and stops, and where what encloses it ends."""
    if text[at : at + 1] == "<":
        found = _TARGET_IN_ANGLES.match(text, at)
        return (at + 1, found.end() - 1, found.end()) if found else None
    end = _bare_target(text, at)
    return None if end < 0 else (at, end, end)


def _bare_target(text: str, at: int) -> int:
    depth = 0
    for stop in _TARGET_STOP.finditer(text, at):
        char = stop[0]
        if char == "(":
            depth += 1
            if depth > _MOST_PARENTHESES:
                return -1
        elif char == ")":
            if not depth:
                return stop.start()
            depth -= 1
        elif char[0] != "\\":
            return -1 if depth else stop.start()
    return -1 if depth else len(text)


def _title(text: str, at: int, space: re.Pattern[str]) -> tuple[str, int]:
    """The title after an address, and where it ends; where the address ends if there is none."""
    start = _skip(space, text, at)
    if start == at:
        return "", at
    match = _TITLE.match(text, start)
    if not match:
        return "", at
    return unescape(match[match.lastindex or 0]), match.end()


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
