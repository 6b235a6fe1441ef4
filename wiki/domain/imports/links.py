"""Links in Markdown from elsewhere, written as they have to be here; code is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

from wiki.domain.content import frontmatter
from wiki.domain.content.paths import SUFFIX, page_of
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.marks import unescape
from wiki.domain.markdown.nodes import Definition, Inline, Kind, Leaf, every, walk

_KEPT = "/-._~,+=@"

WikiLink = Callable[[str, str, bool], str | None]
"""What `[[first|second]]` becomes; the third is true where a mark asks to show it (`![[...]]`)."""
Address = Callable[[str], str | None]
"""What the address of a link becomes; None if it stays."""


def relinked(text: str, wikilink: WikiLink, address: Address) -> str:
    """The text with its links written anew, front matter left as it is."""
    pieces, at = [], 0
    for start, end, written in sorted(
        _changes(read(text, frontmatter.body_at(text)), wikilink, address)
    ):
        if start >= at:
            pieces += [text[at:start], written]
            at = end
    return "".join([*pieces, text[at:]])


def _changes(
    document: Document, wikilink: WikiLink, address: Address
) -> Iterator[tuple[int, int, str]]:
    for block in walk(document.root):
        if isinstance(block, Definition):
            yield from _addressed(document.text, block.place, address)
        elif isinstance(block, Leaf):
            for node in every(document.inlines(block)):
                if node.kind in (Kind.WIKILINK, Kind.EMBED):
                    yield from _linked(document.text, node, wikilink)
                elif node.place:
                    yield from _addressed(document.text, node.place, address)


def _linked(text: str, node: Inline, wikilink: WikiLink) -> Iterator[tuple[int, int, str]]:
    shown = node.start > 0 and text[node.start - 1] == "!"
    first, _, second = text[node.start + 2 : node.end - 2].partition("|")
    written = wikilink(first.rstrip("\\").strip(), second.strip(), shown)
    if written is not None:
        yield node.start - shown, node.end, written


def _addressed(
    text: str, place: tuple[int, int], address: Address
) -> Iterator[tuple[int, int, str]]:
    start, end = place
    written = address(unescape(text[start:end]))
    if written is not None:
        yield start, end, written


def page_link(path: str, words: str = "", anchor: str = "") -> str:
    """A link to a page of this wiki."""
    target = f"{path}#{anchor}" if anchor else path
    shown = " ".join(words.replace("|", " ").replace("[", "(").replace("]", ")").split())
    return f"[[{target}|{shown}]]" if shown else f"[[{target}]]"


def address_of(file: str, anchor: str = "") -> str:
    """The address of a page, or of another file, of this wiki as a link can hold it."""
    page = page_of(file) if file.endswith(SUFFIX) else None
    whole = f"/wiki/{page}" if page else f"/files/{file}"
    return quote(whole, safe=_KEPT) + (f"#{quote(anchor, safe=_KEPT)}" if anchor else "")
