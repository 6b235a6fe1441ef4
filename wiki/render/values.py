"""Values as the YAML that one front matter key holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wiki.domain.content.pages import Participant

_PLAIN = re.compile(r"[^\W_][\w/+.()–’-]*(?: [\w/+.()&–’-]+)*")
_LINK = re.compile(r"https?://[\w./~%?=&+:;@!$()*-]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?")
_WORDS_WITH_MEANING = frozenset("null true false yes no on off y n".split())
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write_value(value: str | Sequence[str] | Sequence[Participant]) -> str:
    """The YAML of a text, a list of texts or the participants, to put after `key:`.

    Starts with a newline where the value takes lines of its own. Reading it gives the value back.
    """
    if isinstance(value, str):
        return _scalar(value, inside=False)
    if not value:
        return "[]"
    if any(isinstance(item, Participant) for item in value):
        return "".join(f"\n  - {_participant(item)}" for item in value)
    return "[" + ", ".join(_scalar(str(item)) for item in value) + "]"


def _participant(item: Participant | str) -> str:
    if isinstance(item, str):
        return _scalar(item)
    pairs = [
        ("name", item.name),
        ("role", item.role),
        ("organisation", item.organisation),
        ("member", item.member),
    ]
    given = [f"{key}: {_scalar(value)}" for key, value in pairs if value or key == "name"]
    return "{" + ", ".join(given) + "}"


def _scalar(text: str, inside: bool = True) -> str:
    if not inside and (_LINK.fullmatch(text) or _MOMENT.fullmatch(text)):
        return text
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_WITH_MEANING and _is_word(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _is_word(text: str) -> bool:
    """Whether other readers of YAML will not take it for a number."""
    return not text[0].isdigit()


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable() or char == "\u00a0":
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\U{ord(char):08x}"
