"""Documents of ProseMirror, as Outline keeps them, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from wiki.domain.imports import writing
from wiki.domain.imports.lines import Words

Find = Callable[[str], str | None]
"""Where an address leads here: None for one that stays as it is, empty for one that goes."""

_DEEPEST = 40
_MARKS = {
    "strong": "**",
    "bold": "**",
    "em": "*",
    "italic": "*",
    "strikethrough": "~~",
    "strike": "~~",
}
_NOTICES = {"tip": "TIP", "warning": "WARNING", "info": "NOTE", "success": "NOTE"}


def to_markdown(document: Any, find: Find, lost: Counter[str]) -> str:
    """A document as Markdown; `lost` counts what does not come along, by what it is."""
    writer = _Writer(find, lost)
    return "\n\n".join(writer.blocks(document, 0)).strip() + "\n"


class _Writer:
    """Writes nodes."""

    def __init__(self, find: Find, lost: Counter[str]) -> None:
        self._find = find
        self._lost = lost

    def blocks(self, node: Any, depth: int) -> list[str]:
        """Return what is in a node, block by block."""
        if depth > _DEEPEST:
            self._lost["deep"] += 1
            return []
        return [text for one in _inside(node) if (text := self._block(one, depth + 1))]

    def _block(self, node: dict[str, Any], depth: int) -> str:
        kind, given = str(node.get("type", "")), _given(node)
        match kind:
            case "paragraph":
                return writing.paragraph(self._words(node, depth))
            case "heading":
                level = given.get("level")
                marks = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 2)
                return f"{marks} {' '.join(self._words(node, depth).split())}"
            case "bullet_list" | "ordered_list" | "checkbox_list":
                return self._list(node, kind, depth)
            case "blockquote":
                return writing.quoted("\n\n".join(self.blocks(node, depth)))
            case "container_notice":
                kind = _NOTICES.get(str(given.get("style", "")), "NOTE")
                return writing.quoted(f"[!{kind}]\n" + "\n\n".join(self.blocks(node, depth)))
            case "code_block" | "code_fence":
                text = "".join(str(one.get("text", "")) for one in _inside(node))
                return writing.code_block(text, str(given.get("language") or ""))
            case "hr":
                return "---"
            case "table":
                return writing.table([self._row(row, depth) for row in _inside(node)])
            case "math_block":
                text = "".join(str(one.get("text", "")) for one in _inside(node))
                return writing.code_block(text, "math")
            case "attachment" | "video" | "embed":
                return self._attached(given)
            case "text" | "image" | "br" | "mention":
                return self._words({"content": [node]}, depth)
        return "\n\n".join(self.blocks(node, depth))

    def _list(self, node: dict[str, Any], kind: str, depth: int) -> str:
        items = []
        for number, item in enumerate(_inside(node), 1):
            mark = f"{number}. " if kind == "ordered_list" else "- "
            if kind == "checkbox_list":
                mark += "[x] " if _given(item).get("checked") else "[ ] "
            text = "\n\n".join(self.blocks(item, depth))
            items.append(mark + writing.indented(text, 3 if kind == "ordered_list" else 2))
        return "\n".join(items)

    def _row(self, row: dict[str, Any], depth: int) -> list[str]:
        cells = (self.blocks(cell, depth) for cell in _inside(row))
        return [" ".join(blocks).replace("\\\n", " ") for blocks in cells]

    def _attached(self, given: dict[str, Any]) -> str:
        address = str(given.get("href") or given.get("src") or "")
        leads = self._find(address)
        leads = address if leads is None else leads
        words = writing.escaped(str(given.get("title") or ""))
        return writing.link(words, leads) if leads else words

    def _words(self, node: dict[str, Any], depth: int) -> str:
        return "".join(self._inline(one) for one in _inside(node))

    def _inline(self, node: dict[str, Any]) -> str:
        kind, given = str(node.get("type", "")), _given(node)
        if kind == "br" or kind == "hard_break":
            return "\\\n"
        if kind == "image":
            address = str(given.get("src") or "")
            leads = self._find(address)
            leads = address if leads is None else leads
            words = writing.escaped(str(given.get("alt") or ""))
            return writing.picture(words, leads) if leads else words
        if kind == "mention":
            return writing.escaped(str(given.get("label") or ""))
        if kind == "emoji":
            return f":{given.get('data-name', '')}:"
        if kind == "math_inline":
            return writing.code("".join(str(one.get("text", "")) for one in _inside(node)))
        return self._marked(str(node.get("text", "")), node.get("marks"))

    def _marked(self, text: str, marks: Any) -> str:
        named = {str(one.get("type")): _given(one) for one in marks or () if isinstance(one, dict)}
        if "code_inline" in named or "code" in named:
            written = writing.code(text)
        else:
            words = Words()
            signs = list(dict.fromkeys(_MARKS[name] for name in named if name in _MARKS))
            for sign in signs:
                words.open(sign, "")
            words.plain(text)
            for sign in reversed(signs):
                words.close(sign)
            written = words.text()
        if "link" in named:
            address = str(named["link"].get("href") or "")
            leads = self._find(address)
            leads = address if leads is None else leads
            return writing.link(written, leads) if leads else written
        return written


def _inside(node: Any) -> list[dict[str, Any]]:
    content = node.get("content") if isinstance(node, dict) else None
    listed = content if isinstance(content, list) else []
    return [one for one in listed if isinstance(one, dict)]


def _given(node: dict[str, Any]) -> dict[str, Any]:
    given = node.get("attrs")
    return given if isinstance(given, dict) else {}
