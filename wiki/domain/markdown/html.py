"""Raw HTML in Markdown: a short list of harmless tags means something, all else is shown as text.

What a tag may say is on the list too. Comments are no text. Nothing here makes HTML: the renderer
does, from tags it has paired itself, and sanitises it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from wiki.domain.markdown.marks import entities, tag

INLINE = frozenset(
    "a abbr b cite code del em i ins kbd mark s samp small span strong sub sup tt u var".split()
)
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
BLOCK = HEADINGS | frozenset(
    "aside blockquote caption center dd details div dl dt figcaption figure hr li ol p summary"
    " table tbody td tfoot th thead tr ul".split()
)
LINES = HEADINGS | frozenset("caption dd dt figcaption li p summary td th".split())
"""Blocks that hold text as it is, without a paragraph around it."""
ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    name: (frozenset(ends.split()), frozenset(within.split()))
    for names, ends, within in (
        ("p", "p", "td th li dd"),
        ("li", "li", "ol ul"),
        ("dd dt", "dd dt", "dl"),
        ("td th", "td th", "tr table"),
        ("tr", "tr", "tbody tfoot thead table"),
        ("tbody tfoot thead", "caption tbody tfoot thead", "table"),
    )
    for name in names.split()
}
"""What the opening of a block ends though nothing closes it, and within what that is looked for."""
VOID = frozenset(("br", "img"))
SILENT = frozenset(("picture", "source"))
"""Tags around a picture that offer others in its place: only the picture itself is shown."""

_KNOWN = INLINE | BLOCK | VOID | SILENT
_SAID: Mapping[str, frozenset[str]] = {
    "a": frozenset(("href", "name", "id", "title")),
    "details": frozenset(("open",)),
    "img": frozenset(("src", "srcset", "alt", "title", "width", "height")),
    "ol": frozenset(("start",)),
    "td": frozenset(("align", "colspan", "rowspan")),
    "th": frozenset(("align", "colspan", "rowspan")),
    **{name: frozenset(("align",)) for name in ("div", "p", *sorted(HEADINGS))},
    "source": frozenset(("srcset",)),
}
_MOST_OFFERED = 20
_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*+)")
_OFFERED = re.compile(r"(?:^|,)[ \t\n]*+([^ \t\n,]++)")
_ATTRIBUTE = re.compile(
    r"[ \t\n]([A-Za-z_:][A-Za-z0-9_.:-]*+)"
    r"(?:[ \t\n]*+=[ \t\n]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^ \t\n\"'=<>`]++)))?+"
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the list: what it says, and where its addresses stand in what was written.

    `offered` are those of pictures that may be shown in its place.
    """

    name: str
    closes: bool
    said: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    offered: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Return what a reader sees of the tag itself."""
        if self.name == "br" or self.name in BLOCK:
            return "\n"
        return " ".join(self.said.get("alt", "").split()) if self.name == "img" else ""

    @property
    def place(self) -> str:
        """The name under which a link can lead here; empty if it gives none."""
        if self.name != "a" or self.closes:
            return ""
        return self.said.get("name") or self.said.get("id", "")


def read_tag(written: str, at: int = 0) -> Tag | None:
    """The tag that was written (and begins at a place in it); None if it is not on the list."""
    opening = _NAME.match(written, at)
    name = opening[2].lower() if opening else ""
    if not opening or name not in _KNOWN:
        return None
    end = tag(written, at)
    if end < 0 or opening[1]:
        return Tag(name, closes=True) if end >= 0 else None
    allowed = _SAID.get(name, frozenset())
    said: dict[str, str] = {}
    places: dict[str, tuple[int, int]] = {}
    for each in _ATTRIBUTE.finditer(written, opening.end(), end) if allowed else ():
        key = each[1].lower()
        if key in allowed and key not in said:
            group = each.lastindex or 1
            said[key] = entities(each[group]).strip() if group > 1 else ""
            if key in ("href", "src") and group > 1:
                places[key] = each.span(group)
            elif key == "srcset":
                places.update(_offered(each[group], each.start(group)) if group > 1 else ())
                del said[key]
    offered = (written[slice(*place)] for key, place in places.items() if key[0] == "+")
    return Tag(name, False, said, places, tuple(map(entities, offered)))


def _offered(written: str, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where addresses stand in a `srcset`, each under a name of its own."""
    for number, found in enumerate(islice(_OFFERED.finditer(written), _MOST_OFFERED)):
        begin, end = found.span(1)
        yield f"+{number}", (at + begin, at + end)


def pieces(written: str) -> Iterator[tuple[str | Tag, int]]:
    """A block of HTML as the text it shows and the tags that mean something, and where each is.

    Comments are left out; one that is never closed is text.
    """
    at = plain = 0
    last = written.rfind("-->")
    bracket = written.find("<")
    while bracket >= 0:
        at = bracket + 1
        end, mark = -1, None
        if written.startswith("<!--", bracket):
            end = comment_end(written, bracket, last)
        elif (mark := read_tag(written, bracket)) is not None:
            end = tag(written, bracket)
        if end >= 0:
            if plain < bracket:
                yield entities(written[plain:bracket]), plain
            if mark:
                yield mark, bracket
            at = plain = end
        bracket = written.find("<", at)
    if plain < len(written):
        yield entities(written[plain:]), plain


def shown(written: str) -> str:
    """Return what a reader sees of raw HTML."""
    if "<" not in written:
        return entities(written)
    return "".join(part if isinstance(part, str) else part.words for part, _ in pieces(written))


def comment_end(written: str, at: int, last: int) -> int:
    """Where the comment that begins here ends; -1 if none of the `-->`, `last` being it, does."""
    for short in ("<!-->", "<!--->"):
        if written.startswith(short, at):
            return at + len(short)
    return written.find("-->", at + 4) + 3 if at + 4 <= last else -1
