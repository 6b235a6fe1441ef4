"""Raw HTML of a text as tokens: each opening tag paired with what closes it, whatever was written.

What is opened within something ends with it, so nothing that was left open reaches further. What
closes nothing there may close what stands around it (`text</details>`), else it is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from wiki.domain.markdown import html
from wiki.domain.markdown.html import Tag
from wiki.domain.numbers import whole

Token = dict[str, Any]

MOST_OPEN = 24
"""Elements of raw HTML in each other; tags beyond are left out, what stands between them stays."""


class Depth:
    """How many elements are open, over all scopes of a text."""

    def __init__(self) -> None:
        self.open = 0


class Scope:
    """The tokens inside one thing; `blocks` says whether elements that hold blocks may be there."""

    def __init__(self, depth: Depth, *, blocks: bool, links: bool = True) -> None:
        self.depth = depth
        self.blocks = blocks
        self.links = links
        self.tokens: list[Token] = []
        self.strays: list[str] = []
        self._open: list[Token] = []
        self._names: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()

    @property
    def inside(self) -> str:
        """The name of the element that is open; empty if none is."""
        return str(self._open[-1]["tag"]) if self._open else ""

    def add(self, token: Token, *, is_block: bool = False) -> None:
        """Put a token where the text is."""
        if not self._open:
            self.tokens.append(token)
            return
        if is_block:
            for holder in self._open:
                holder["holds_blocks"] = True
        self._open[-1]["children"].append(token)

    def tag(self, tag: Tag) -> None:
        """Take a tag: it makes a token, opens one or closes one."""
        if tag.name in html.SILENT:
            return
        is_block = tag.name in html.BLOCK
        if is_block:
            self.add({"type": "softbreak"})
        if tag.name == "br":
            self.add({"type": "linebreak"})
        elif tag.name == "hr":
            if self.blocks and not tag.closes:
                self.add({"type": "thematic_break"}, is_block=True)
        elif tag.name == "img":
            self.add(_picture(tag))
        elif is_block and not self.blocks:
            return
        elif tag.closes:
            self._close(tag.name)
        elif tag.name == "a":
            self._link(tag)
        else:
            self._end_before(tag.name)
            said = {
                "type": "element",
                "tag": tag.name,
                "said": tag.said,
                "is_loose": self._is_loose(tag.name),
                "children": [],
            }
            self._begin(said, is_block=is_block)

    def close(self, names: Sequence[str]) -> None:
        """Close what elements with these names are open; the others are `strays` here too."""
        for name in names:
            self._close(name)

    def done(self) -> list[Token]:
        """The tokens, with all that was left open closed; a link that was is none."""
        self.depth.open -= len(self._open)
        for token in self._open:
            token["attrs"] = token.get("attrs", {}) | {"is_open": True}
        self._open.clear()
        return self.tokens

    def _link(self, tag: Tag) -> None:
        if tag.place:
            self.add({"type": "place", "name": tag.place})
        if not tag.said.get("href"):
            return
        if not self.links:
            self._skipped["a"] += 1
            return
        self._close("a")
        attrs = {"url": tag.said["href"], "title": tag.said.get("title", "")}
        self._begin({"type": "link", "tag": "a", "attrs": attrs, "children": []}, is_block=False)

    def _end_before(self, name: str) -> None:
        """Close what ends where this element begins: an item before the next, a row, a cell."""
        ends, within = html.ENDS.get(name, (frozenset(), frozenset()))
        for token in reversed(self._open if ends else []):
            if token["tag"] in ends:
                self._close(token["tag"])
                return
            if token["tag"] in within:
                return

    def _is_loose(self, name: str) -> bool:
        """Whether it is a part, an item or a row, of something that is not open here."""
        _, within = html.ENDS.get(name, (frozenset(), frozenset()))
        return name != "p" and bool(within) and not any(self._names[one] for one in within)

    def _begin(self, token: Token, *, is_block: bool) -> None:
        name = token["tag"]
        if self.depth.open >= MOST_OPEN:
            self._skipped[name] += 1
            return
        self.add(token, is_block=is_block)
        self._open.append(token)
        self._names[name] += 1
        self.depth.open += 1

    def _close(self, name: str) -> None:
        if self._skipped[name]:
            self._skipped[name] -= 1
            return
        if not self._names[name]:
            if name in html.BLOCK:
                self.strays.append(name)
            return
        place = len(self._open) - 1
        while self._open[place]["tag"] != name:
            if name not in html.BLOCK and self._open[place]["tag"] in html.BLOCK:
                return
            place -= 1
        for token in self._open[place:]:
            self._names[token["tag"]] -= 1
            self.depth.open -= 1
        del self._open[place:]


def is_blank(tokens: Sequence[Token]) -> bool:
    """Whether tokens show nothing: places that links lead to, and space."""
    return all(
        token["type"] in ("place", "softbreak")
        or (token["type"] == "text" and not token["raw"].strip())
        for token in tokens
    )


def has_wide_link(tokens: Sequence[Token]) -> bool:
    """Whether a link holds blocks, as only HTML can say it: no paragraph may stand around that."""
    return any(
        (token["type"] == "link" and "holds_blocks" in token)
        or has_wide_link(token.get("children", ()))
        for token in tokens
    )


def _picture(tag: Tag) -> Token:
    said = tag.said
    attrs = {"url": said.get("src", ""), "title": said.get("title", ""), "alt": tag.words}
    sizes = {
        side: said[side] for side in ("width", "height") if whole(said.get(side, ""), 4) is not None
    }
    return {"type": "image", "attrs": attrs | {"sizes": sizes}}
