"""Writing Markdown: words so that they mean themselves, and blocks as this wiki reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKS = re.compile(r"[\\`*_\[\]<|~$]|!(?=\[)|&(?=[#A-Za-z])")
_OPENING = re.compile(r"(?m)^[ \t]*(?:([#>+=:-])|(\d{1,9})([.)])(?=\s|$))")
_TICKS = re.compile(r"`+")


def escaped(text: str) -> str:
    """Words in which no sign is a mark of Markdown."""
    return _MARKS.sub(lambda found: "\\" + found[0], text)


def paragraph(text: str) -> str:
    """A paragraph of written words, none of whose lines begins like a block of another kind."""
    return _OPENING.sub(_not_opening, text)


def _not_opening(found: re.Match[str]) -> str:
    mark, number, point = found.groups()
    return f"\\{mark}" if mark else f"{number}\\{point}"


def heading(line: str) -> tuple[int, str]:
    """Count the `=` on both sides of a line, six at most, and give its words; else 0 and none."""
    line = line.strip()
    words = line.strip("=").strip()
    left = len(line) - len(line.lstrip("="))
    right = len(line) - len(line.rstrip("="))
    return (min(6, left, right), words) if words and left and right else (0, "")


def code(text: str) -> str:
    """Words as code in a line."""
    text = " ".join(text.split())
    if not text:
        return ""
    fence = "`" * (max((len(found[0]) for found in _TICKS.finditer(text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def code_block(text: str, language: str = "") -> str:
    """A block of code."""
    longest = max((len(found[0]) for found in _TICKS.finditer(text)), default=0)
    fence = "`" * max(3, longest + 1)
    name = "".join(re.findall(r"[\w+#.-]", language))[:30]
    return f"{fence}{name}\n{text.rstrip()}\n{fence}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of written cells, the first row its head; empty without any row."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    head, *rest = [[*map(_cell, row), *[""] * (width - len(row))] for row in rows]
    lines = [head, ["---"] * width, *rest]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split())


def link(words: str, address: str) -> str:
    """A link with written words."""
    return f"[{words or escaped(address)}]({_destination(address)})"


def picture(words: str, address: str) -> str:
    """A picture and what stands in its place."""
    return f"![{words}]({_destination(address)})"


def _destination(address: str) -> str:
    """An address as it can stand in brackets."""
    spelled = "".join(f"%{ord(c):02X}" if c in '()<> \\"' else c for c in address)
    return "".join(c for c in spelled if c.isprintable())


def indented(text: str, width: int) -> str:
    """Lines moved to the right, but for the first."""
    return text.replace("\n", "\n" + " " * width).replace("\n" + " " * width + "\n", "\n\n")


def quoted(text: str) -> str:
    """Blocks as a quotation."""
    return "> " + text.replace("\n", "\n> ").replace("\n> \n", "\n>\n")
