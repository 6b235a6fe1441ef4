"""A Markdown text as a reader sees it, without its marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from wiki.domain.markdown import html
from wiki.domain.markdown.document import Document, read
from wiki.domain.markdown.marks import fold
from wiki.domain.markdown.nodes import (
    Block,
    Code,
    Heading,
    Html,
    Inline,
    Kind,
    Leaf,
    Note,
    Paragraph,
    Row,
    every,
    walk,
)

_EXCERPT = 200
_OPENING = 4_000
"""Characters of a paragraph that are read for an excerpt."""


def words(nodes: Iterable[Inline]) -> str:
    """Inline nodes as text: pictures by their description, notes and comments not at all."""
    return "".join(_pieces(nodes))


def title(document: Document, heading: Heading) -> str:
    """A heading's text in one line."""
    return " ".join(words(document.inlines(heading)).split())


def page_link_words(target: str, words: str) -> str:
    """Give a link's words: its own, else the page and the heading it leads to."""
    if words:
        return words.strip()
    page, _, heading = target.strip().rstrip("\\").partition("#")
    return (f"{page}#{heading}" if heading and page else page or heading).strip()


def plain(document: Document, blocks: Iterable[Block] | None = None) -> str:
    """The text of blocks (None: all) and of the notes they refer to, apart by empty lines."""
    return "\n\n".join(_texts(document, document.root.children if blocks is None else blocks))


def fragment(text: str) -> str:
    """The text of a piece of Markdown that was taken out of its page, a note's included."""
    document = read(text)
    notes = (one.children if isinstance(one, Note) else [one] for one in document.root.children)
    return plain(document, chain.from_iterable(notes))


def excerpt(document: Document) -> str:
    """The first prose that stands in no other block: about 200 characters, ended at a word."""
    for block in document.root.children:
        if isinstance(block, Paragraph):
            said = " ".join(_prose(document.beginning(block, _OPENING)).split())
            if said:
                return _shorten(said)
    return ""


def _pieces(nodes: Iterable[Inline]) -> Iterator[str]:
    for node in nodes:
        match node.kind:
            case Kind.SOFT_BREAK | Kind.HARD_BREAK:
                yield "\n"
            case Kind.WIKILINK | Kind.EMBED:
                yield page_link_words(node.target, node.text)
            case Kind.MENTION:
                yield f"@{node.text}"
            case Kind.NOTE | Kind.COMMENT:
                pass
            case Kind.HTML:
                tag = html.read_tag(node.text)
                yield tag.words if tag else node.text
            case _:
                yield node.text
                yield from _pieces(node.children)


def _prose(nodes: Sequence[Inline]) -> str:
    return words(node for node in nodes if node.kind is not Kind.IMAGE)


def _shorten(text: str) -> str:
    if len(text) <= _EXCERPT:
        return text
    return text[: text.rfind(" ", 0, _EXCERPT) if " " in text[:_EXCERPT] else _EXCERPT] + "…"


class _Notes:
    """The notes that a text refers to, in the order in which it first does."""

    def __init__(self, document: Document) -> None:
        self.known = document.root.notes
        self.seen: set[str] = set()
        self.waiting: list[Note] = []

    def refer(self, label: str) -> None:
        if label not in self.seen:
            self.seen.add(label)
            self.waiting.append(self.known[label])


def _texts(document: Document, blocks: Iterable[Block]) -> Iterator[str]:
    notes = _Notes(document)
    for block in blocks:
        yield from _block_texts(document, block, notes)
    for note in notes.waiting:  # grows while it is read: notes can refer to notes
        for child in note.children:
            yield from _block_texts(document, child, notes)


def _block_texts(document: Document, block: Block, notes: _Notes) -> Iterator[str]:
    """The texts of a block and those in it; the notes they refer to are added to those known."""
    for node in walk(block, into=lambda found: not isinstance(found, Note | Row)):
        text = ""
        if isinstance(node, Leaf):
            text = _leaf(document, node, notes)
        elif isinstance(node, Row):
            text = " ".join(_leaf(document, cell, notes) for cell in node.cells)
        elif isinstance(node, Code):
            text = node.text
        elif isinstance(node, Html):
            text = html.shown(node.text)
        if text and not text.isspace():
            yield text.strip()


def _leaf(document: Document, leaf: Leaf, notes: _Notes) -> str:
    nodes = document.inlines(leaf)
    if notes.known:
        for node in every(nodes):
            if node.kind is Kind.NOTE:
                notes.refer(fold(node.target))
    return words(nodes)
