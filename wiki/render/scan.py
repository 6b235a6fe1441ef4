"""What the catalogue needs of a page's text, without rendering it: in a small part of the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wiki.domain.content import frontmatter
from wiki.domain.content.links import Link, LinkKind, address, wikilink
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.nodes import Heading, Inline, Kind, Leaf, walk
from wiki.domain.markdown.plain import excerpt, title, words
from wiki.render.slots import clean

_LINKS = (Kind.LINK, Kind.IMAGE)
_TO_PAGES = (LinkKind.WIKI, LinkKind.PAGE)


@dataclass(frozen=True, slots=True)
class Scan:
    """`title_heading` is the first heading of the page, `words` how many words its body has."""

    title_heading: str
    links: tuple[Link, ...]
    excerpt: str
    words: int


def scan(text: str, path: str = "") -> Scan:
    """What a page's text (front matter and all) links to, how it opens, how long it is."""
    document = _read(text)
    long = len(document.text[document.root.start :].split())
    return Scan(_title(document), _links(document, path), excerpt(document), long)


def title_heading(text: str) -> str:
    """The first heading of a page's text (front matter and all); empty if it has none."""
    return _title(_read(text))


def _read(text: str) -> Document:
    text = clean(text)
    return read(text, frontmatter.body_at(text))


def _title(document: Document) -> str:
    headings = (block for block in document.root.children if isinstance(block, Heading))
    first = next(headings, None)
    return title(document, first) if first else ""


def _links(document: Document, path: str) -> tuple[Link, ...]:
    links: dict[Link, None] = {}
    for block in walk(document.root):
        # Text without a bracket has no link to a page: it need not be read further.
        if isinstance(block, Leaf) and "[" in block.content.text:
            _collect(document.links(block), path, links)
    return tuple(links)


def _collect(nodes: Iterable[Inline], path: str, links: dict[Link, None]) -> None:
    for node in nodes:
        if not node.target and not node.children:
            continue
        if node.kind is Kind.WIKILINK:
            link = wikilink(node.target, node.text)
        elif node.kind in _LINKS:
            link = address(node.target, path, words(node.children))
        else:
            _collect(node.children, path, links)
            continue
        if link.kind in _TO_PAGES and link.target:
            links[link] = None
