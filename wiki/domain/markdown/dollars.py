"""Formulas between dollar signs: `$…$` in a line, `$$…$$` on its own; prices are none.

The next dollar sign ends a formula, or there is none: nothing is searched for twice. As on GitHub
and in pandoc no blank stands inside the signs, and no letter or digit right outside them. A sign
before `{` or `(` begins what a shell fills in: it ends none.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from wiki.domain.markdown.nodes import Inline, Kind

LANGUAGE = "math"
"""What a fence says that holds a formula; a block between `$$` is one."""

MOST_IN_LINE = 1_000
"""Characters of a formula within a text."""

_SIGNS = re.compile(r"\\.|(\$++)", re.DOTALL)
_AMOUNT = re.compile(r"[0-9][0-9.,]*+[ \n]++\(?[A-Za-z]{2}")
_CLOSED = re.compile(r"\$\$[ \t]*+(?:\n|\Z)")
_NEXT = re.compile(r"\$\$|\n[ \t>]*+(?:\n|\Z)")


class Dollars:
    """Where the dollar signs of a text stand that no backslash makes characters."""

    def __init__(self, text: str) -> None:
        self._text = text
        found = [match.span(1) for match in _SIGNS.finditer(text) if match[1]]
        self._starts = [start for start, _ in found]
        self._ends = [end for _, end in found]

    def formula(self, at: int) -> Inline | None:
        """The formula that begins with the signs at a place; None if none does."""
        place = bisect_right(self._starts, at)
        if not place or place == len(self._starts) or self._starts[place - 1] != at:
            return None
        size, start, end = self._ends[place - 1] - at, self._starts[place], self._ends[place]
        inside = self._text[at + size : start][: MOST_IN_LINE + 1]
        if size > 2 or end - start != size or len(inside) > MOST_IN_LINE or not inside.strip():
            return None
        if size == 2:
            return Inline(Kind.FORMULA, at, end, inside.strip())
        source = self._source(at, inside, end)
        return Inline(Kind.MATH, at, end, source) if source else None

    def _source(self, at: int, inside: str, end: int) -> str:
        """The source of a formula in a line; empty if it is no formula."""
        after = self._text[end : end + 1]
        if self._text[max(0, at - 1) : at].isalnum() or after.isalnum() or after in ("{", "("):
            return ""
        if len(inside) > 2 and inside[0] == "`" == inside[-1] and "`" not in inside[1:-1]:
            return inside[1:-1].strip()
        if inside[0].isspace() or inside[-1].isspace() or "`" in inside or "](" in inside:
            return ""
        return "" if _AMOUNT.match(inside) else inside


def closes(text: str, at: int) -> bool:
    """Whether the block of a formula is closed whose opening signs end at a place.

    An empty line comes first, or signs with text behind them, where it is none.
    """
    found = _NEXT.search(text, at)
    return bool(found) and bool(_CLOSED.match(text, found.start() if found else at))
