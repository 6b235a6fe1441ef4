"""Formulas in LaTeX as MathML, which browsers draw and screen readers speak.

In: the source of a formula. Out: `<math alttext="…">`, its text the source. Only elements and
attributes on the lists here leave; a formula that cannot be read is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape, unescape
from xml.etree.ElementTree import Element

MOST_CHARACTERS = 2_000
"""Of one formula; latex2mathml takes some ten microseconds for each."""

MOST_NESTED = 40

ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle mpadded mphantom msub msup msubsup"
    " munder mover munderover mmultiscripts mprescripts none mtable mtr mtd menclose".split()
)

_SAID: dict[str, str] = {
    "math": "display alttext",
    "mi": "mathvariant",
    "mo": "stretchy fence form separator lspace rspace minsize maxsize largeop movablelimits",
    "mspace": "width height depth",
    "mfrac": "linethickness",
    "mstyle": "displaystyle scriptlevel",
    "mover": "accent",
    "munder": "accentunder",
    "mpadded": "width height depth lspace voffset",
    "mtable": "columnalign rowspacing columnspacing columnlines rowlines frame displaystyle",
    "mtd": "columnalign",
    "menclose": "notation",
}
ATTRIBUTES = {name: frozenset(said.split()) for name, said in _SAID.items()}

_VALUE = re.compile(r"[A-Za-z0-9 .%+-]{1,60}")
_UNKNOWN = re.compile(r"\\[A-Za-z]")
PATTERN = r'<math(?=[^<>]* alttext="(?P<formula>[^"<>]*+)")[^<>]*+>(?:[^<]|<(?!/math>))*+</math>'
"""A formula in sanitised HTML, and its source."""

_WHOLE = re.compile(PATTERN)


class _Wrong(Exception):
    """A formula that says something that cannot be shown."""


def formula(source: str, *, display: bool) -> str:
    """A formula as MathML; empty if it cannot be read, or is too long or nested too deep."""
    if len(source) > MOST_CHARACTERS or _depth(source) > MOST_NESTED:
        return ""
    try:
        inner = "".join(_written(child, 1) for child in _convert()(source))
    except Exception:
        # The library says in many ways that it cannot read something, an IndexError among them.
        return ""
    shown = ' display="block"' if display else ""
    said = escape(" ".join(source.split()))
    return f'<math{shown} alttext="{said}">{inner}</math>'


def as_source(html: str) -> str:
    """Rendered HTML with the source of each formula in its place, as text."""
    return _WHOLE.sub(lambda found: found["formula"], html) if "<math" in html else html


def without(html: str) -> str:
    """Rendered HTML with its formulas taken out."""
    return _WHOLE.sub("", html)


@cache
def _convert() -> Callable[[str], Element]:
    """Give the library's converter; it is loaded when the first formula is read."""
    from latex2mathml.converter import convert_to_element

    return convert_to_element


def _depth(source: str) -> int:
    deepest = depth = 0
    for char in source:
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest


def _written(element: Element, depth: int) -> str:
    name, text = element.tag, unescape(element.text or "")
    if name not in ELEMENTS or depth > 2 * MOST_NESTED:
        raise _Wrong
    if name == "mi" and _UNKNOWN.match(text):
        raise _Wrong
    allowed = ATTRIBUTES.get(name, frozenset())
    said = "".join(
        f' {key}="{value}"'
        for key, value in element.items()
        if key in allowed and _VALUE.fullmatch(value)
    )
    inner = "".join(_written(child, depth + 1) for child in element)
    return f"<{name}{said}>{escape(text)}{inner}</{name}>"
