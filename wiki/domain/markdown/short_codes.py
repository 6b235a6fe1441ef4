"""Short codes: `{{questions status=open}}` on a line by itself asks for a list to stand there.

The line may be that of an item or a quotation. Within a sentence it is text.
What may be asked says `domain.pages.listings`; here is only how it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wiki.domain.markdown.nodes import Content, ShortCode

LINE = re.compile(r"\{\{([^{}\n]{1,300}+)\}\}")
"""A short code, wherever it stands."""
_NAME = re.compile(r"[ \t]*+([^\W\d_][\w’'-]{0,40}+)")
_FIELD = re.compile(
    r"[ \t]++(?P<key>[^\W\d_]\w{0,30}+)="
    r"(?:\"(?P<double>[^\"]*+)\"|“(?P<curly>[^“”]*+)”|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'“”=]++))"
    r"(?=[ \t]|\Z)"
)


@dataclass(frozen=True, slots=True)
class Field:
    """`key=value`; the value, without its quotes, is `text[start:end]`."""

    key: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """A short code that was read: a name, fields, and the rest that is neither."""

    name: str
    fields: tuple[Field, ...]
    rest: str


def read(text: str) -> Call:
    """Read a short code; its text is short, and is read once."""
    named = _NAME.match(text)
    if not named:
        return Call("", (), text.strip())
    at = named.end()
    fields: list[Field] = []
    while match := _FIELD.match(text, at):
        kind = match.lastgroup or "bare"
        fields.append(Field(match["key"].casefold(), match[kind], *match.span(kind)))
        at = match.end()
    return Call(named[1].casefold().replace("’", "'"), tuple(fields), text[at:].strip())


def of(content: Content, line: int) -> Iterator[ShortCode]:
    """The short codes that a paragraph is, one a line; none if it says anything else."""
    if not content.text.startswith("{{"):
        return
    lines = content.text.split("\n")
    if not all(LINE.fullmatch(each.rstrip()) for each in lines):
        return
    at = 0
    for number, each in enumerate(lines, line):
        written = each.rstrip()[2:-2]
        start, end = content.span(at, at + len(written) + 4)
        yield _code(written, content, at + 2, (start, end, number, number))
        at += len(each) + 1


def _code(written: str, content: Content, at: int, where: tuple[int, int, int, int]) -> ShortCode:
    named = next((field for field in read(written).fields if field.key in PAGES), None)
    if named is None:
        return ShortCode(*where, text=written)
    place = content.span(at + named.start, at + named.end)
    return ShortCode(*where, text=written, target=named.value, place=place)


PAGES = frozenset(("question", "vraag", "vraagstuk"))
"""Fields whose value names a page, as a link does."""
