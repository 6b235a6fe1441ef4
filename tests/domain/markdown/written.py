"""What the reader makes of a text, written as cmark-gfm writes its HTML, to compare the two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from wiki.domain.markdown import Document
from wiki.domain.markdown.nodes import (
    Block,
    Code,
    Container,
    Heading,
    Html,
    Inline,
    Item,
    Kind,
    List,
    Paragraph,
    Quote,
    Rule,
    Table,
)

SAFE = "-_.+!*'(),%#@?=;:/,+&$~"
WRAPPED = {Kind.EMPHASIS: "em", Kind.STRONG: "strong", Kind.STRIKE: "del"}


def html(document: Document) -> str:
    """The document as HTML."""
    return _blocks(document, document.root.children)


def _blocks(document: Document, blocks: Iterable[Block]) -> str:
    return "".join(_block(document, block) for block in blocks)


def _block(document: Document, block: Block) -> str:
    match block:
        case Paragraph():
            inner = _inlines(document.inlines(block))
            return inner if block.bare else f"<p>{inner}</p>\n"
        case Heading():
            inner = _inlines(document.inlines(block))
            return f"<h{block.level}>{inner}</h{block.level}>\n"
        case Code():
            language = _text(block.info.split()[0]) if block.info else ""
            marked = f' lang="{language}"' if language else ""
            return f"<pre{marked}><code>{_text(block.text)}</code></pre>\n"
        case Html():
            return block.text + "\n"
        case Rule():
            return "<hr />\n"
        case Quote():
            return f"<blockquote>\n{_blocks(document, block.children)}</blockquote>\n"
        case List():
            return _list(document, block)
        case Table():
            return _table(document, block)
        case Container():
            raise ValueError(block)
    return ""


def _list(document: Document, block: List) -> str:
    tag = "ol" if block.ordered else "ul"
    start = f' start="{block.first}"' if block.ordered and block.first != 1 else ""
    items = "".join(_item(document, item) for item in block.children if isinstance(item, Item))
    return f"<{tag}{start}>\n{items}</{tag}>\n"


def _item(document: Document, item: Item) -> str:
    inner = ""
    for child in item.children:
        written = _block(document, child)
        is_bare = isinstance(child, Paragraph) and child.bare
        inner += ("" if is_bare or not written or inner.endswith("\n") else "\n") + written
    box = "" if item.done is None else '<input type="checkbox" disabled="" /> '
    if item.done:
        box = '<input type="checkbox" checked="" disabled="" /> '
    if box and inner.startswith("\n<p>"):
        return f"<li>\n<p>{box}{inner[4:]}</li>\n"
    return f"<li>{box}{inner}</li>\n"


def _table(document: Document, table: Table) -> str:
    rows = []
    for number, row in enumerate(table.rows):
        tag = "td" if number else "th"
        cells = ""
        for cell, side in zip(row.cells, table.aligned, strict=False):
            align = f' align="{side}"' if side else ""
            cells += f"<{tag}{align}>{_inlines(document.inlines(cell))}</{tag}>\n"
        rows.append(f"<tr>\n{cells}</tr>\n")
    body = f"<tbody>\n{''.join(rows[1:])}</tbody>\n" if rows[1:] else ""
    return f"<table>\n<thead>\n{rows[0]}</thead>\n{body}</table>\n"


def _inlines(nodes: Sequence[Inline]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: Inline) -> str:
    inner = _inlines(node.children)
    title = f' title="{_text(node.title)}"' if node.title else ""
    match node.kind:
        case Kind.TEXT:
            return _text(node.text)
        case Kind.CODE:
            return f"<code>{_text(node.text)}</code>"
        case Kind.EMPHASIS | Kind.STRONG | Kind.STRIKE:
            return f"<{WRAPPED[node.kind]}>{inner}</{WRAPPED[node.kind]}>"
        case Kind.LINK:
            return f'<a href="{_address(node.target)}"{title}>{inner}</a>'
        case Kind.IMAGE:
            alt = _text(_plain(node.children))
            return f'<img src="{_address(node.target)}" alt="{alt}"{title} />'
        case Kind.SOFT_BREAK:
            return "\n"
        case Kind.HARD_BREAK:
            return "<br />\n"
        case Kind.HTML | Kind.COMMENT:
            return node.text
    raise ValueError(node)


def _plain(nodes: Sequence[Inline]) -> str:
    breaks = {Kind.SOFT_BREAK: " ", Kind.HARD_BREAK: " "}
    return "".join(breaks.get(n.kind, n.text) + _plain(n.children) for n in nodes)


def _address(target: str) -> str:
    return quote(target, safe=SAFE).replace("&", "&amp;").replace("'", "&#x27;")


def _text(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
