"""Pages of MediaWiki as Markdown.

https://www.mediawiki.org/wiki/Help:Formatting. Templates are programs that only their wiki can
run: they stay as they are written, as code, and are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from wiki.domain.imports import writing
from wiki.domain.imports.lines import Words

Link = Callable[[str, str], str | None]
"""What `[[target|words]]` becomes, the words written already; None for one that leads nowhere."""

_KEPT = re.compile("[\ue000\ue001]")
_PLACE = re.compile("\ue000(\\d{1,9})\ue001")
_TOKEN = re.compile(
    r"<!--|\{\{|\}\}|<(?P<tag>nowiki|pre|syntaxhighlight|source|math|ref)(?P<given>[^>\n]{0,300}?)(?P<closed>/?)>",
    re.IGNORECASE,
)
_ITEM = re.compile(r"([*#:;]{1,20})[ \t]*(.*)")
_MAGIC = re.compile(r"__[A-Z]{3,40}__")
_REDIRECT = re.compile(
    r"\s*+#(?:REDIRECT|DOORVERWIJZING)\s*+:?\s*+\[\[([^\[\]|#\n]{1,300})", re.IGNORECASE
)
_INLINE = re.compile(
    r"(?P<quotes>'{2,5})"
    r"|\[\[(?P<link>[^\[\]\n]{1,1000})\]\]"
    r"|\[(?P<outside>(?:https?:|ftp:)?//[^\s\[\]<>]{1,2000})"
    r"(?P<words>[ \t][^\[\]\n]{0,1000})?\]"
    r"|(?P<address>(?:https?|ftp)://[^\s\[\]<>|{}]{1,2000}[^\s\[\]<>|{}.,;:!?)\"'])"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9]{0,15})(?:\s[^<>\n]{0,300})?/?>"
)
_TAGS = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "del": "~~", "strike": "~~"}
_CODE = frozenset({"code", "tt", "kbd", "samp"})
_ENTITY = re.compile(r"&(nbsp|amp|lt|gt|quot);")
_ENTITIES = {"nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "quot": '"'}
_LANGUAGE = re.compile(r"lang\s{0,9}=\s{0,9}[\"']?([\w+#-]{1,30})")
_NAME = re.compile(r"name\s{0,9}=\s{0,9}(?:\"([^\"]{1,100})\"|'([^']{1,100})'|([^\s\"'/>]{1,100}))")
_SHOWN_OF_TEMPLATE = 200
_DEEPEST = 8


@dataclass(slots=True)
class Page:
    """A page that was written: its text, its tags, and where it sends its readers on to."""

    text: str = ""
    tags: list[str] = field(default_factory=list)
    redirect: str = ""


def to_markdown(text: str, link: Link, categories: frozenset[str], lost: Counter[str]) -> Page:
    """A page as Markdown; `categories` are the names of the namespace of tags.

    `lost` counts what does not come along, by what it is.
    """
    redirect = _REDIRECT.match(text)
    if redirect:
        return Page(redirect=redirect[1].strip())
    return _Writer(link, categories, lost).page(text)


class _Writer:
    """Writes one page."""

    def __init__(self, link: Link, categories: frozenset[str], lost: Counter[str]) -> None:
        self._link = link
        self._categories = categories
        self._lost = lost
        self._tags: list[str] = []
        self._kept: list[str] = []
        self._notes: list[str] = []
        self._named: dict[str, int] = {}
        self._blocks: list[str] = []
        self._paragraph: list[str] = []
        self._items: list[str] = []
        self._table: list[list[str]] | None = None
        self._inner = 0

    def page(self, text: str) -> Page:
        """The whole page."""
        for line in self._protected(_KEPT.sub("", text)).split("\n"):
            self._line(line)
        self._flush()
        if self._table is not None:
            self._end_table()
        notes = [f"[^{number}]: {words}" for number, words in enumerate(self._notes, 1)]
        whole = "\n\n".join([*self._blocks, *notes]).strip() + "\n"
        return Page(self._restored(whole), list(dict.fromkeys(self._tags)))

    # -- what is not read as text --

    def _keep(self, written: str) -> str:
        self._kept.append(written)
        return f"\ue000{len(self._kept) - 1}\ue001"

    def _restored(self, text: str) -> str:
        return _PLACE.sub(lambda found: self._kept[int(found[1])], text)

    def _protected(self, text: str) -> str:
        """The text with places in it where comments, code and templates stood."""
        pieces: list[str] = []
        starts: list[int] = []
        at = 0
        lowered = text.lower()
        closing: dict[str, int] = {}
        while token := _TOKEN.search(text, at):
            mark = token[0]
            if not starts:
                pieces.append(text[at : token.start()])
            at = token.end()
            if mark == "{{":
                starts.append(token.start())
            elif mark == "}}":
                if not starts:
                    pieces.append(mark)
                elif (start := starts.pop()) >= 0 and not starts:
                    pieces.append(self._template(text[start:at]))
            else:
                end = "-->" if mark == "<!--" else f"</{token['tag'].lower()}>"
                if token["closed"]:
                    stop = at
                else:
                    if closing.get(end, 0) != -1 and closing.get(end, 0) < at:
                        closing[end] = lowered.find(end, at)
                    stop = closing[end]
                    stop = len(text) if stop == -1 else stop
                inside = text[at:stop]
                at = min(len(text), stop + (0 if token["closed"] else len(end)))
                if not starts and mark != "<!--":
                    pieces.append(self._tagged(token, inside))
        if starts:
            # One that never ends is no template.
            pieces.append(text[starts[0] :])
        else:
            pieces.append(text[at:])
        return "".join(pieces)

    def _template(self, written: str) -> str:
        self._lost["template"] += 1
        words = " ".join(written.split())
        shown = words if len(words) <= _SHOWN_OF_TEMPLATE else f"{words[:_SHOWN_OF_TEMPLATE]}… }}}}"
        return self._keep(writing.code(_PLACE.sub("", shown)))

    def _tagged(self, token: re.Match[str], inside: str) -> str:
        tag = token["tag"].lower()
        if tag == "nowiki":
            return self._keep(writing.escaped(inside))
        if tag == "math":
            self._lost["math"] += 1
            return self._keep(writing.code(inside))
        if tag == "ref":
            return self._note(token["given"], inside)
        language = _LANGUAGE.search(token["given"])
        block = writing.code_block(inside.strip("\n"), language[1] if language else "")
        return f"\n\n{self._keep(block)}\n\n"

    def _note(self, given: str, inside: str) -> str:
        name = _NAME.search(given)
        key = next(filter(None, name.groups()), "") if name else ""
        if key in self._named and key:
            number = self._named[key]
        elif not inside.strip():
            return ""
        else:
            words = " ".join(self.words(inside).split())
            self._notes.append(words)
            number = len(self._notes)
            self._named[key] = number
        return self._keep(f"[^{number}]")

    # -- lines --

    def _line(self, line: str) -> None:
        line = _MAGIC.sub("", line)
        stripped = line.strip()
        level, heading = writing.heading(stripped)
        item = _ITEM.fullmatch(stripped) if stripped[:1] in ("*", "#", ":", ";") else None
        if stripped.startswith("{|") or self._table is not None:
            self._row(stripped)
        elif heading:
            self._flush()
            self._blocks.append(f"{'#' * level} {self.words(heading)}")
        elif item:
            self._flush("items")
            self._item(item[1], self.words(item[2]))
        elif not stripped:
            self._flush()
        elif stripped.startswith("----"):
            self._flush()
            self._blocks.append("---")
        else:
            self._flush("paragraph")
            self._paragraph.append(stripped)

    def _item(self, marks: str, words: str) -> None:
        depth = min(_DEEPEST, len(marks)) - 1
        if marks[-1] == ";":
            words = f"**{words}**" if words else ""
        mark = "1. " if marks[-1] == "#" else "- "
        if marks == ":" * len(marks):
            self._flush()
            self._blocks.append(writing.quoted(words or " "))
            return
        self._items.append("   " * depth + mark + words.replace("\n", " "))

    def _flush(self, going_on: str = "") -> None:
        if self._paragraph and going_on != "paragraph":
            words = self.words("\n".join(self._paragraph)).strip()
            self._blocks += [writing.paragraph(words)] if words else []
            self._paragraph = []
        if self._items and going_on != "items":
            self._blocks.append("\n".join(self._items))
            self._items = []

    # -- tables --

    def _row(self, line: str) -> None:
        if line.startswith("{|"):
            self._inner += self._table is not None
            if self._table is None:
                self._flush()
                self._table = [[]]
            return
        assert self._table is not None
        if line.startswith("|}"):
            if self._inner:
                self._inner -= 1
            else:
                self._end_table()
        elif line.startswith("|+"):
            self._blocks.append(f"**{self.words(_content(line[2:]))}**")
        elif line.startswith("|-"):
            self._table += [[]] if self._table[-1] else []
        elif line[:1] in ("|", "!"):
            parts = (line[1:].replace("!!", "||") if line[0] == "!" else line[1:]).split("||")
            self._table[-1] += [self.words(_content(part)) for part in parts]
        elif line and self._table[-1]:
            self._table[-1][-1] += " " + self.words(line.lstrip("*#:; "))

    def _end_table(self) -> None:
        rows = [[cell.replace("\\\n", " ") for cell in row] for row in self._table or () if row]
        self._table = None
        self._blocks += [writing.table(rows)] if rows else []

    # -- words --

    def words(self, text: str) -> str:
        """Words in a line, or in the lines of a paragraph."""
        words, at = Words(), 0
        for match in _INLINE.finditer(text):
            words.plain(_ENTITY.sub(lambda one: _ENTITIES[one[1]], text[at : match.start()]))
            self._inline(words, match)
            at = match.end()
        words.plain(_ENTITY.sub(lambda one: _ENTITIES[one[1]], text[at:]))
        return words.text()

    def _inline(self, words: Words, match: re.Match[str]) -> None:
        if match["quotes"]:
            self._quotes(words, match[0])
        elif match["link"]:
            words.written(self._linked(match["link"]))
        elif match["outside"]:
            address = match["outside"]
            address = f"https:{address}" if address.startswith("//") else address
            words.written(writing.link(writing.escaped((match["words"] or "").strip()), address))
        elif match["address"]:
            words.written(f"<{match[0]}>")
        else:
            self._tag(words, match["tag"].lower(), bool(match["end"]), match[0])

    @staticmethod
    def _quotes(words: Words, written: str) -> None:
        if len(written) in (2, 5):
            words.toggle("*", "''")
        if len(written) >= 3:
            words.toggle("**", "'''")

    def _tag(self, words: Words, tag: str, ends: bool, written: str) -> None:
        if tag == "br":
            words.written("\\\n")
        elif tag in _TAGS:
            words.close(_TAGS[tag]) if ends else words.open(_TAGS[tag], written)
        elif tag in _CODE:
            words.close("`") if ends else words.open("`", written)
        else:
            self._lost["tag"] += not ends

    def _linked(self, written: str) -> str:
        target, _, said = written.partition("|")
        target = target.strip()
        space, colon, rest = target.lstrip(":").partition(":")
        if colon and space.strip().casefold() in self._categories and not target.startswith(":"):
            self._tags.append(rest.strip())
            return ""
        words = writing.escaped(said.rpartition("|")[2].strip())
        made = self._link(target.lstrip(":"), words)
        if made is not None:
            return made
        return words or writing.escaped(target)


def _content(cell: str) -> str:
    """A cell without what is said of how it looks."""
    given, bar, words = cell.partition("|")
    is_look = bar and "=" in given and "[[" not in given
    return (words if is_look else cell).strip()
