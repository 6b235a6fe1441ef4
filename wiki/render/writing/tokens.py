"""A text that was read, as the tokens that a renderer of mistune takes.

mistune's own parsers never see a text: `Blocks` stands in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mistune import BlockParser
from mistune.core import BlockState

from wiki.domain.content.fragments import mark_of
from wiki.domain.content.sections import titling
from wiki.domain.markdown import Document
from wiki.domain.markdown.html import BLOCK, LINES, pieces, read_tag, shown
from wiki.domain.markdown.marks import fold
from wiki.domain.markdown.nodes import (
    Abbreviation,
    Block,
    Code,
    Container,
    Contents,
    Definition,
    Explanation,
    Glossary,
    Heading,
    Html,
    Inline,
    Item,
    Kind,
    Leaf,
    List,
    Note,
    Paragraph,
    Quote,
    Row,
    Rule,
    ShortCode,
    Table,
    Term,
)
from wiki.domain.markdown.plain import title, words
from wiki.domain.pages.turns import Part
from wiki.render.writing.elements import Depth, Scope, has_wide_link, is_blank

Token = dict[str, Any]

_HOLDERS: dict[type[Block], str] = {
    Glossary: "def_list",
    Explanation: "def_list_item",
}
_WRAPPED = {
    Kind.EMPHASIS: "emphasis",
    Kind.STRONG: "strong",
    Kind.STRIKE: "strikethrough",
    Kind.MARK: "marked",
    Kind.SUB: "lowered",
    Kind.SUPER: "raised",
}
_RAW = {
    Kind.TEXT: "text",
    Kind.CODE: "codespan",
    Kind.MENTION: "mention",
    Kind.MATH: "math",
    Kind.FORMULA: "formula",
    # A tag that is on no list is shown as it was written.
    Kind.HTML: "text",
}


class Blocks(BlockParser):
    """Takes the place of mistune's block parser: the state's `document` has been read already."""

    def parse(self, state: BlockState, rules: list[str] | None = None) -> None:
        """Fill the state with tokens, and with the `title` that the page shows above its text."""
        document: Document = state.env["document"]
        state.tokens = _Tokens(document).page(state)


class _Tokens:
    """One walk over what was read."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.indexes: dict[str, int] = {}
        self.waiting: list[Note] = []
        self.depth = Depth()
        self.top = -1
        """Where the heading begins that is the title above the text."""
        self.strays: list[str] = []
        """What tags of the block that was read last would close around it."""

    def page(self, state: BlockState) -> list[Token]:
        blocks = self.document.root.children
        top = None if state.env["page"].is_comment else titling(self.document)
        if top:
            state.env["title"] = title(self.document, top)
            said = state.env["said"] or state.env["title"]
            if fold(said) != fold(state.env["title"]) or top is not _opening(blocks):
                top = None
        if top:
            self.top = top.start
            self.inlines(self.document.inlines(top))
        tokens = [{"type": "title", "attrs": {"start": top.start}}] if top else []
        turn = 0
        parts: Sequence[Part] = state.env["parts"]
        for part in parts:
            inside = self.blocks(block for block in part.blocks if block is not top)
            if part.opening:
                turn += 1
                about = {
                    "number": turn,
                    "speaker": part.opening.speaker,
                    "time": part.opening.time,
                }
                inside = [{"type": "turn", "children": inside, "about": about}]
            tokens += inside
        return tokens + self.notes()

    def notes(self) -> list[Token]:
        """The notes that the text refers to, in the order in which it first does."""
        items: list[Token] = []
        for index, note in enumerate(self.waiting, 1):  # grows: notes can refer to notes
            children = self.blocks(note.children)
            items.append({"type": "footnote_item", "children": children, "attrs": {"index": index}})
        return [{"type": "footnotes", "children": items}] if items else []

    def blocks(self, blocks: Iterable[Block]) -> list[Token]:
        scope = Scope(self.depth, blocks=True)
        for block in blocks:
            if isinstance(block, Html):
                self.html(block, scope)
                continue
            self.strays = []
            token = self.block(block)
            if token:
                scope.add(token, is_block=True)
            scope.close(self.strays)
        self.strays = scope.strays
        return scope.done()

    def html(self, block: Html, scope: Scope) -> None:
        """Raw HTML: its text in paragraphs, and what it opens for the blocks that follow."""
        line = Scope(self.depth, blocks=False)
        for piece, _ in pieces(block.text):
            if isinstance(piece, str):
                line.add({"type": "text", "raw": piece})
            elif piece.name in BLOCK:
                self.end_line(line, scope)
                scope.tag(piece)
                line = Scope(self.depth, blocks=False)
            else:
                line.tag(piece)
        self.end_line(line, scope)

    def end_line(self, line: Scope, scope: Scope) -> None:
        """Put what a line of raw HTML shows where it belongs."""
        tokens = line.done()
        if is_blank(tokens) or scope.inside in LINES:
            for token in tokens:
                scope.add(token)
            return
        scope.add({"type": "paragraph", "children": tokens}, is_block=True)

    def block(self, block: Block) -> Token | None:
        simple = _HOLDERS.get(type(block))
        if simple and isinstance(block, Container):
            return {"type": simple, "children": self.blocks(block.children)}
        match block:
            case Paragraph():
                children = _marked(self.leaf(block, blocks=True))
                bare = block.bare or is_blank(children) or has_wide_link(children)
                return {"type": "block_text" if bare else "paragraph", "children": children}
            case Heading():
                return self.heading(block)
            case Quote():
                kind = "alert" if block.alert else "block_quote"
                children = self.blocks(block.children)
                return {"type": kind, "children": children, "attrs": {"kind": block.alert}}
            case List():
                return self.listing(block)
            case Item():
                return self.item(block)
            case Code():
                return {"type": "block_code", "raw": block.text, "attrs": {"info": block.info}}
            case Table():
                return self.table(block)
            case ShortCode():
                return {"type": "short_code", "raw": block.text, "target": block.target}
            case Contents():
                return {"type": "contents", "but": self.top}
            case Rule():
                return {"type": "thematic_break"}
            case Term():
                return {"type": "def_list_head", "children": self.leaf(block)}
        return None

    def heading(self, block: Heading) -> Token:
        said = title(self.document, block)
        attrs = {"level": block.level, "start": block.start, "title": said}
        return {"type": "heading", "children": self.leaf(block), "attrs": attrs}

    def listing(self, block: List) -> Token:
        attrs: dict[str, Any] = {"ordered": block.ordered}
        if block.first != 1:
            attrs["start"] = block.first
        return {"type": "list", "children": self.blocks(block.children), "attrs": attrs}

    def item(self, block: Item) -> Token:
        children = self.blocks(block.children)
        if block.done is None:
            return {"type": "list_item", "children": children}
        attrs = {"checked": block.done}
        return {"type": "task_list_item", "children": children, "attrs": attrs}

    def table(self, table: Table) -> Token:
        head, *rows = [self.row(row, table.aligned) for row in table.rows]
        for cell in head:
            cell["attrs"]["head"] = True
        children: list[Token] = [{"type": "table_head", "children": head}]
        if rows:
            body = [{"type": "table_row", "children": row} for row in rows]
            children.append({"type": "table_body", "children": body})
        return {"type": "table", "children": children}

    def row(self, row: Row, aligned: Sequence[str]) -> list[Token]:
        cells: list[Token] = []
        for cell, side in zip(row.cells, aligned, strict=False):
            attrs = {"align": side, "head": False}
            children = self.leaf(cell, blocks=True)
            self.strays = []
            cells.append({"type": "table_cell", "children": children, "attrs": attrs})
        return cells

    def leaf(self, leaf: Leaf, *, blocks: bool = False) -> list[Token]:
        return self.inlines(self.document.inlines(leaf), blocks=blocks)

    def inlines(
        self, nodes: Sequence[Inline], *, blocks: bool = False, links: bool = True
    ) -> list[Token]:
        if all(node.kind is not Kind.HTML for node in nodes):
            return list(filter(None, map(self.inline, nodes)))
        scope = Scope(self.depth, blocks=blocks, links=links)
        for node in nodes:
            tag = read_tag(node.text) if node.kind is Kind.HTML else None
            if tag:
                scope.tag(tag)
                continue
            token = self.inline(node)
            if token:
                scope.add(token)
        self.strays += scope.strays
        return scope.done()

    def inline(self, node: Inline) -> Token | None:
        raw = _RAW.get(node.kind)
        if raw:
            return {"type": raw, "raw": node.text}
        wrapped = _WRAPPED.get(node.kind)
        if wrapped:
            return {"type": wrapped, "children": self.inlines(node.children)}
        match node.kind:
            case Kind.ABBREVIATION:
                return {"type": "abbreviation", "raw": node.text, "meaning": node.title}
            case Kind.SOFT_BREAK:
                return {"type": "softbreak"}
            case Kind.HARD_BREAK:
                return {"type": "linebreak"}
            case Kind.WIKILINK:
                return {"type": "wikilink", "target": node.target, "label": node.text}
            case Kind.EMBED:
                return {"type": "embed", "target": node.target, "label": node.text}
            case Kind.LINK:
                attrs = {"url": node.target, "title": node.title}
                inside = self.inlines(node.children, links=False)
                return {"type": "link", "children": inside, "attrs": attrs}
            case Kind.IMAGE:
                alt = " ".join(words(node.children).split())
                return {
                    "type": "image",
                    "attrs": {"url": node.target, "title": node.title, "alt": alt},
                }
            case Kind.NOTE:
                return {"type": "footnote_ref", "attrs": {"index": self.index(node.target)}}
        return None

    def index(self, label: str) -> int:
        """The number of the note with a label."""
        key = fold(label)
        if key not in self.indexes:
            self.indexes[key] = len(self.indexes) + 1
            self.waiting.append(self.document.root.notes[key])
        return self.indexes[key]


def _opening(blocks: Sequence[Block]) -> Block | None:
    """The first block of which something is shown."""
    for block in blocks:
        is_blank = isinstance(block, Html) and not shown(block.text).strip()
        if not isinstance(block, Definition | Abbreviation) and not is_blank:
            return block
    return None


def _marked(tokens: list[Token]) -> list[Token]:
    """A paragraph's tokens, with a place where its text ends in a name that it gives itself."""
    if not tokens or tokens[-1]["type"] != "text" or "^" not in tokens[-1]["raw"]:
        return tokens
    text = tokens[-1]["raw"]
    name, at = mark_of(text)
    if not name or (not at and len(tokens) > 1 and tokens[-2]["type"] != "softbreak"):
        return tokens
    kept = [{**tokens[-1], "raw": text[:at].rstrip()}] if text[:at].strip() else []
    return [*tokens[:-1], *kept, {"type": "place", "name": name}]
