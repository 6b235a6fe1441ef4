"""A Markdown text that has been read."""

from __future__ import annotations

from collections.abc import Sequence

from wiki.domain.markdown.abbreviations import Abbreviations
from wiki.domain.markdown.blocks import Blocks, blocks
from wiki.domain.markdown.inlines import Known, inlines, links
from wiki.domain.markdown.nodes import Inline, Leaf


class Document:
    """A text's blocks; the inline nodes of each are read when they are first asked for."""

    def __init__(self, text: str, root: Blocks, mentions: bool) -> None:
        self.text = text
        self.root = root
        short = Abbreviations(root.abbreviations) if root.abbreviations else None
        self._links: dict[Leaf, Sequence[Inline]] = {}
        self._known = Known(root.definitions, root.notes, mentions, short)

    @property
    def is_whole(self) -> bool:
        """Whether all of it was read; a text of too many blocks was not."""
        return self.root.is_whole

    def inlines(self, leaf: Leaf) -> Sequence[Inline]:
        """The inline nodes of a block's text."""
        if leaf.inlines is None:
            leaf.inlines = inlines(leaf.content, self._known)
        return leaf.inlines

    def beginning(self, leaf: Leaf, most: int) -> Sequence[Inline]:
        """The inline nodes of the first so many characters of a block's text."""
        if leaf.inlines is not None or len(leaf.content.text) <= most:
            return self.inlines(leaf)
        return inlines(leaf.content.part(0, most), self._known)

    def links(self, leaf: Leaf) -> Sequence[Inline]:
        """The links and pictures in a block's text; other text may be missing around them."""
        if leaf not in self._links:
            self._links[leaf] = links(leaf.content, self._known)
        return self._links[leaf]


def read(text: str, begin: int = 0) -> Document:
    """Read a page's text from `begin` on; what it says of places counts from the text's start."""
    return Document(text, blocks(text, begin, notes=True), mentions=False)


def read_comment(text: str) -> Document:
    """Read a comment: it has no footnotes, and `@name` in it calls a member."""
    return Document(text, blocks(text, 0, notes=False), mentions=True)
