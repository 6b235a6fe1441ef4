"""A page's text scanned for the catalogue, without rendering it: in a small part of the time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wiki.domain.content import frontmatter, sections
from wiki.domain.content.links import LOCAL, Link, LinkKind, address, wikilink
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.html import Tag, pieces, read_tag
from wiki.domain.markdown.nodes import Html, Inline, Kind, Leaf, ShortCode, walk
from wiki.domain.markdown.plain import excerpt, title, words
from wiki.render.slots import clean

_TAGS = re.compile(r"<(?:a|img|source)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scan:
    """`title_heading` is the heading that is the page's title, `words` how many words there are."""

    title_heading: str
    links: tuple[Link, ...]
    excerpt: str
    words: int


def scan(text: str, path: str = "") -> Scan:
    """Return what a page's text (front matter and all) links to, how it opens, how long it is."""
    document = _read(text)
    long = len(document.text[document.root.start :].split())
    return Scan(_title(document), _links(document, path), excerpt(document), long)


def title_heading(text: str) -> str:
    """The heading that is the title of a page's text (front matter and all); empty if none is."""
    return _title(_read(text))


def _read(text: str) -> Document:
    text = clean(text)
    return read(text, frontmatter.body_at(text))


def _title(document: Document) -> str:
    heading = sections.titling(document)
    return title(document, heading) if heading else ""


def _links(document: Document, path: str) -> tuple[Link, ...]:
    links: dict[Link, None] = {}
    for block in walk(document.root):
        # Text without these marks has no link to a page: it need not be read further.
        if isinstance(block, Leaf):
            written = block.content.text
            if "[" in written or _TAGS.search(written):
                _collect(document.links(block), path, links)
        elif isinstance(block, ShortCode):
            _add(wikilink(block.target), links)
        elif isinstance(block, Html):
            for piece, _ in pieces(block.text):
                if isinstance(piece, Tag):
                    _add(_of_tag(piece, path), links)
                    _offer(piece, path, links)
    return tuple(links)


def _collect(
    nodes: Iterable[Inline], path: str, links: dict[Link, None], *, in_link: bool = False
) -> None:
    for node in nodes:
        is_link = node.kind is Kind.LINK
        if node.kind is Kind.IMAGE and node.target:
            _add(address(node.target, path, words(node.children)), links, only_files=in_link)
        elif node.kind is Kind.HTML:
            tag = read_tag(node.text)
            is_open = tag and not (in_link and tag.name == "a")
            _add(_of_tag(tag, path) if tag and is_open else None, links, only_files=in_link)
            if tag:
                _offer(tag, path, links)
        elif node.kind in (Kind.WIKILINK, Kind.EMBED):
            _add(None if in_link else wikilink(node.target, node.text), links)
        elif is_link and node.target and not in_link:
            _add(address(node.target, path, words(node.children)), links)
        if node.kind is not Kind.IMAGE:
            _collect(node.children, path, links, in_link=in_link or is_link)


def _offer(tag: Tag, path: str, links: dict[Link, None]) -> None:
    for offered in tag.offered:
        _add(address(offered, path), links, only_files=True)


def _of_tag(tag: Tag, path: str) -> Link | None:
    address_of = tag.said.get("src" if tag.name == "img" else "href", "")
    return address(address_of, path) if address_of else None


def _add(link: Link | None, links: dict[Link, None], *, only_files: bool = False) -> None:
    """Keep a link to something of this wiki; in another link only pictures are shown."""
    if not link or link.kind not in LOCAL or not link.target:
        return
    if link.kind is LinkKind.FILE or not only_files:
        links[link] = None
