"""Tokens of Markdown as HTML, with slots for what depends on other pages or the reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import quote

from mistune.core import BaseRenderer, BlockState

from wiki.domain.content.addresses import url_of
from wiki.domain.content.fragments import Fragments, elsewhere
from wiki.domain.content.links import LOCAL, Link, LinkKind, address, host_of, wikilink
from wiki.domain.content.names import beside
from wiki.domain.content.sections import Anchors, Section
from wiki.domain.markdown.dollars import LANGUAGE as MATH
from wiki.domain.markdown.html import BLOCK
from wiki.domain.markdown.short_codes import LINE
from wiki.domain.numbers import whole
from wiki.domain.pages.listings import is_list
from wiki.domain.pages.turns import seconds
from wiki.render import drawings
from wiki.render.plugins import mathematics
from wiki.render.plugins.code import code_block
from wiki.render.slots import clean, drop, slot

Token = dict[str, Any]

_TAG = re.compile(r"<[^<>]*+>")
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_MOST_COLOURED = 60_000
_MOST_IN_FORMULAS = 20_000
_MOST_LISTED = 500
_SIDES = frozenset(("left", "right", "center"))
_SHOWN_AS = {
    "h1": "h2", "abbr": "", "span": "", "cite": "i", "var": "i", "samp": "code", "tt": "code",
    "caption": "div", "center": "div", "figure": "div", "figcaption": "div", "tfoot": "tbody",
}  # fmt: skip
"""Elements of raw HTML for which another does; none for those that show nothing of themselves."""
_LIST_WITHIN = f' <span class="list-note">{slot("K", "list_within")}</span>'
_SCROLLS = '<div class="table-scroll" tabindex="0">'


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as shown: `number` is its section's (0: it is no section one can edit)."""

    level: int
    text: str
    anchor: str
    number: int


@dataclass(slots=True)
class Page:
    """The things that rendering one text collects."""

    path: str
    sections: dict[int, Section]
    is_comment: bool = False
    fragments: Fragments | None = None
    anchors: Anchors = field(default_factory=Anchors)
    headings: list[Heading] = field(default_factory=list)
    links: dict[Link, None] = field(default_factory=dict)
    coloured: int = 0
    in_formulas: int = 0
    has_contents: bool = False
    diagrams: dict[str, None] = field(default_factory=dict)
    in_link: bool = False
    in_quote: bool = False
    recording: str = ""
    noted: set[int] = field(default_factory=set)
    mentions: dict[str, None] = field(default_factory=dict)

    def beside(self, heading: int) -> list[str]:
        """The ids, besides ours, of the heading that begins at this place of the text."""
        return self.fragments.of(heading) if self.fragments else []


def escape_html(text: str) -> str:
    """Text for HTML, in elements and in quoted attributes."""
    return text.translate(_SPECIAL)


class PageRenderer(BaseRenderer):
    """Renders block and inline tokens; what it collects goes into `state.env["page"]`."""

    NAME = "html"

    def __init__(self) -> None:
        super().__init__()
        self.simple: dict[str, Callable[[str], str]] = {
            "paragraph": lambda inner: f"<p>{inner}</p>\n",
            "block_text": lambda inner: inner,
            "list_item": lambda inner: f"<li>{inner}</li>\n",
            "emphasis": lambda inner: f"<em>{inner}</em>",
            "strong": lambda inner: f"<strong>{inner}</strong>",
            "strikethrough": lambda inner: f"<s>{inner}</s>",
            "marked": lambda inner: f"<mark>{inner}</mark>",
            "lowered": lambda inner: f"<sub>{inner}</sub>",
            "raised": lambda inner: f"<sup>{inner}</sup>",
            "table": lambda inner: f"{_SCROLLS}<table>\n{inner}</table></div>\n",
            "table_head": lambda inner: f"<thead>\n<tr>\n{inner}</tr>\n</thead>\n",
            "table_body": lambda inner: f"<tbody>\n{inner}</tbody>\n",
            "table_row": lambda inner: f"<tr>\n{inner}</tr>\n",
            "def_list": lambda inner: f"<dl>\n{inner}</dl>\n",
            "def_list_head": lambda inner: f"<dt>{inner}</dt>\n",
            "def_list_item": lambda inner: f"<dd>{inner}</dd>\n",
            "footnotes": _footnotes,
        }
        self.leaves: dict[str, str] = {
            "blank_line": "",
            "softbreak": "\n",
            "linebreak": "<br>\n",
            "thematic_break": "<hr>\n",
        }

    def render_tokens(self, tokens: Iterable[Token], state: BlockState) -> str:
        """The HTML of tokens, in order."""
        render = self.render_token
        return "".join([render(token, state) for token in tokens])

    def render_token(self, token: Token, state: BlockState) -> str:
        """The HTML of one token and all in it."""
        kind = token["type"]
        if kind == "text":
            return self._text(clean(token["raw"]), state)
        simple = self.simple.get(kind)
        if simple:
            return simple(self.render_tokens(token["children"], state))
        leaf = self.leaves.get(kind)
        if leaf is not None:
            return leaf
        method: Callable[[Token, BlockState], str] = getattr(self, kind)
        return method(token, state)

    def _text(self, text: str, state: BlockState) -> str:
        """Words; what asks for a list among them says why none is there."""
        if "{{" not in text or state.env["page"].is_comment:
            return escape_html(text)
        parts, at = [], 0
        for code in LINE.finditer(text):
            if is_list(code[1]):
                parts += [escape_html(text[at : code.end()]), _LIST_WITHIN]
                at = code.end()
        return "".join([*parts, escape_html(text[at:])])

    def block_quote(self, token: Token, state: BlockState) -> str:
        """Write what somebody else said: it mentions nobody anew."""
        page: Page = state.env["page"]
        inside, page.in_quote = page.in_quote, True
        inner = self.render_tokens(token["children"], state)
        page.in_quote = inside
        return f"<blockquote>\n{inner}</blockquote>\n"

    def alert(self, token: Token, state: BlockState) -> str:
        """Something that stands out: a note, a tip, a warning."""
        kind = token["attrs"]["kind"]
        inner = self.render_tokens(token["children"], state)
        said = f'<span class="alert-title">{slot("K", kind)}</span>'
        return f'<div class="alert alert-{kind}">{said}\n{inner}</div>\n'

    def mention(self, token: Token, state: BlockState) -> str:
        """`@username`, with a slot that makes it a link if there is such a member."""
        page: Page = state.env["page"]
        name = token["raw"]
        if page.in_link:
            return f"@{name}"
        if not page.in_quote:
            page.mentions[name] = None
        return slot("M", name) + f"@{name}" + slot("Y")

    def codespan(self, token: Token, state: BlockState) -> str:
        """Code within a line."""
        return f"<code>{escape_html(token['raw'])}</code>"

    def math(self, token: Token, state: BlockState) -> str:
        """A formula within a line."""
        return self._formula(token["raw"], state.env["page"], display=False)

    def formula(self, token: Token, state: BlockState) -> str:
        """A formula that is shown on its own."""
        return self._formula(token["raw"], state.env["page"], display=True)

    def _formula(self, source: str, page: Page, *, display: bool) -> str:
        """A formula as MathML; as it was written, and a note, where that cannot be made."""
        page.in_formulas += len(source)
        is_room = page.in_formulas <= _MOST_IN_FORMULAS
        shown = clean(mathematics.formula(source, display=display)) if is_room else ""
        if shown:
            return shown
        note = "" if page.is_comment else slot("K", "formula_wrong" if is_room else "formula_much")
        note = note and f' <span class="formula-note">{note}</span>'
        return f"<code>{escape_html(source)}</code>{note}"

    def abbreviation(self, token: Token, state: BlockState) -> str:
        """Write an abbreviation with what the text says it stands for."""
        meaning = escape_html(clean(token["meaning"]))
        return f'<abbr title="{meaning}">{escape_html(clean(token["raw"]))}</abbr>'

    def contents(self, token: Token, state: BlockState) -> str:
        """The list of headings that the text asks for, once."""
        page: Page = state.env["page"]
        listed = [one for one in page.sections.values() if one.start != token["but"] and one.title]
        if page.has_contents or not listed:
            return ""
        page.has_contents = True
        parts = ((str(one.level), one.anchor, one.title) for one in listed[:_MOST_LISTED])
        return f'<div class="toc">{slot("C", *chain.from_iterable(parts))}</div>\n'

    def short_code(self, token: Token, state: BlockState) -> str:
        """Where a list is to stand, and what it asks for."""
        page: Page = state.env["page"]
        link = wikilink(clean(token["target"]), "")
        if link.target:
            page.links[link] = None
        return f'<div class="short-code">{slot("Q", token["raw"], link.target)}</div>\n'

    def block_code(self, token: Token, state: BlockState) -> str:
        """A code block."""
        page: Page = state.env["page"]
        code = token["raw"]
        code = code if code.endswith("\n") else code + "\n"
        info = token.get("attrs", {}).get("info", "")
        if info.strip().lower() == MATH:
            shown = self._formula(code.strip(), page, display=True)
            return f'<div class="formula" tabindex="0">{shown}</div>\n'
        if info.strip().lower() == drawings.LANGUAGE and not page.is_comment and code.strip():
            page.diagrams[code] = None
            name = drawings.digest(code)
            shown = code_block(code, "", 0)
            return f'<div class="diagram">{slot("D", name)}{shown}{slot("G", name)}</div>\n'
        room = _MOST_COLOURED - page.coloured
        page.coloured += len(code)
        return code_block(code, info, room)

    def heading(self, token: Token, state: BlockState) -> str:
        """A heading with an id and a slot for its tools; in a comment, a bold paragraph."""
        page: Page = state.env["page"]
        inner = self.render_tokens(token["children"], state)
        if page.is_comment:
            return f"<p><strong>{inner}</strong></p>\n"
        level = token["attrs"]["level"]
        start = token["attrs"]["start"]
        section = page.sections.get(start)
        text = clean(token["attrs"]["title"])
        anchor = section.anchor if section else page.anchors.give(f"{text} in")
        number = section.number if section else 0
        page.headings.append(Heading(level, text, anchor, number))
        tools = slot("H", anchor, str(number) if number else "")
        shown = max(2, level)
        others = "".join(map(_place, page.beside(start)))
        return f'<h{shown} id="{anchor}">{others}{inner}{tools}</h{shown}>\n'

    def list(self, token: Token, state: BlockState) -> str:
        """A list."""
        inner = self.render_tokens(token["children"], state)
        attrs = token["attrs"]
        if not attrs["ordered"]:
            return f"<ul>\n{inner}</ul>\n"
        start = f' start="{attrs["start"]}"' if "start" in attrs else ""
        return f"<ol{start}>\n{inner}</ol>\n"

    def task_list_item(self, token: Token, state: BlockState) -> str:
        """A list item with a box that is ticked or not."""
        checked = " checked" if token["attrs"]["checked"] else ""
        box = f'<input type="checkbox" disabled{checked}> '
        first, rest = (
            self.render_tokens(some, state)
            for some in (token["children"][:1], token["children"][1:])
        )
        # The item's own words name its box; not what is nested in it, which has boxes of its own.
        words = first.strip().removeprefix("<p>").removesuffix("</p>")
        label = f"<label>{box}{words}</label>"
        shown = f"<p>{label}</p>\n" if first.startswith("<p>") else label
        return f'<li class="task">{shown}{rest}</li>\n'

    def table_cell(self, token: Token, state: BlockState) -> str:
        """A cell, aligned by class."""
        attrs = token["attrs"]
        inner = self.render_tokens(token["children"], state)
        align = f' class="align-{attrs["align"]}"' if attrs["align"] else ""
        if attrs["head"]:
            return f'<th scope="col"{align}{_named_by_formula(inner)}>{inner}</th>\n'
        return f"<td{align}>{inner}</td>\n"

    def footnote_ref(self, token: Token, state: BlockState) -> str:
        """The number in the text that leads to a footnote; the first one can be returned to."""
        page: Page = state.env["page"]
        index = token["attrs"]["index"]
        mark = "" if index in page.noted else f' id="fnref-{index}"'
        page.noted.add(index)
        return f'<sup class="footnote-ref"{mark}><a href="#fn-{index}">{index}</a></sup>'

    def footnote_item(self, token: Token, state: BlockState) -> str:
        """A footnote at the foot of the page."""
        page: Page = state.env["page"]
        index = token["attrs"]["index"]
        inner = self.render_tokens(token["children"], state).rstrip()
        if index not in page.noted:
            # Only the page's title refers to it, which stands above the text.
            return f'<li id="fn-{index}">{inner}</li>\n'
        back = (
            f' <a href="#fnref-{index}" class="footnote-back">↩'
            f'<span class="visually-hidden">{slot("B")}</span></a>'
        )
        inner = f"{inner[:-4]}{back}</p>" if inner.endswith("</p>") else inner + back
        return f'<li id="fn-{index}">{inner}</li>\n'

    def turn(self, token: Token, state: BlockState) -> str:
        """Write what one speaker says in a dialogue."""
        inner = self.render_tokens(token["children"], state)
        about = token["about"]
        number = str(about["number"])
        page: Page = state.env["page"]
        time = f" · {_played(about['time'], page.recording)}" if about["time"] else ""
        return (
            f'<section class="turn" id="turn-{number}"><div class="turn-who">'
            f'<span class="turn-name">{escape_html(about["speaker"])}</span> '
            f'<span class="turn-meta"><a href="#turn-{number}">{slot("T", number)}</a>{time}</span>'
            f'</div>\n<div class="turn-text">\n{inner}</div></section>\n'
        )

    def wikilink(self, token: Token, state: BlockState) -> str:
        """A link to a page of this wiki, by path or by title."""
        link = wikilink(clean(token["target"]), clean(token["label"]))
        page: Page = state.env["page"]
        inner = escape_html(link.text)
        bare = not token["label"] and not link.anchor
        shown = self._link(link, inner, state, names="N" if bare else "L")
        return inner if page.in_link else shown

    def element(self, token: Token, state: BlockState) -> str:
        """An element that was written as HTML."""
        name, said = token["tag"], token["said"]
        inner = self.render_tokens(token["children"], state)
        side = said.get("align", "").lower()
        mark = f' class="align-{side}"' if side in _SIDES else ""
        if name == "p" and token.get("holds_blocks"):
            name = "div"
        if name == "details" and "open" in said:
            mark = ' open=""'
        if name == "center":
            mark = ' class="align-center"'
        if name == "ol" and whole(said.get("start", ""), 9) is not None:
            mark = f' start="{said["start"]}"'
        for span in ("colspan", "rowspan"):
            if whole(said.get(span, ""), 2) is not None:
                mark += f' {span}="{said[span]}"'
        name = "div" if token["is_loose"] else _SHOWN_AS.get(name, name)
        apart = "\n" if name in BLOCK else ""
        shown = f"<{name}{mark}>{inner}</{name}>{apart}" if name else inner
        return f"{_SCROLLS}{shown}</div>\n" if name == "table" else shown

    def place(self, token: Token, state: BlockState) -> str:
        """A place that a link can lead to."""
        page: Page = state.env["page"]
        return _place(page.fragments.place(token["name"])) if page.fragments else ""

    def title(self, token: Token, state: BlockState) -> str:
        """Where the heading stood that is the page's title: links to it lead to the text's top."""
        page: Page = state.env["page"]
        start = token["attrs"]["start"]
        section = page.sections.get(start)
        inner = "".join(map(_place, page.beside(start)))
        return f'<span id="{section.anchor}">{inner}</span>' if section else inner

    def embed(self, token: Token, state: BlockState) -> str:
        """A picture of this wiki, by its name or path; a link if it is none, or in a comment."""
        page: Page = state.env["page"]
        link = wikilink(clean(token["target"]), clean(token["label"]))
        if page.is_comment or page.in_link or link.kind is not LinkKind.WIKI:
            return self.wikilink(token, state)
        page.links[link] = None
        return slot("E", link.target, link.anchor, clean(token["label"]), link.text)

    def link(self, token: Token, state: BlockState) -> str:
        """A link to a page, a file, a place on this page or elsewhere."""
        page: Page = state.env["page"]
        attrs = token["attrs"]
        is_link = not page.in_link and "is_open" not in attrs
        page.in_link = page.in_link or is_link
        inner = self.render_tokens(token["children"], state)
        page.in_link = page.in_link and not is_link
        link = address(clean(attrs["url"]), page.path, plain(inner))
        shown = self._link(link, inner, state, attrs.get("title", ""))
        # Written as HTML it may stand in another link, or never end: its words are no link then.
        return shown if is_link else inner

    def image(self, token: Token, state: BlockState) -> str:
        """A picture that is an attachment, or of another site; in a comment it is a link."""
        page: Page = state.env["page"]
        attrs = token["attrs"]
        alt = clean(attrs["alt"])
        link = address(clean(attrs["url"]), page.path, alt)
        title = clean(attrs.get("title", ""))
        sizes = "".join(f' {side}="{size}"' for side, size in attrs.get("sizes", {}).items())
        if link.kind is not LinkKind.FILE or page.is_comment:
            shown = escape_html(alt or link.target)
            if link.kind is LinkKind.EXTERNAL and not page.is_comment and host_of(link.target):
                # In a link it is a picture only where it is shown as one, and else its words.
                inside = "in" if page.in_link else ""
                if not inside:
                    page.links[link] = None
                opens = slot("X", _quoted(link.target), title, sizes, page.path, inside)
                return opens + shown + slot("W")
            return shown if page.in_link else self._link(link, shown, state, title)
        page.links[link] = None
        return slot("I", link.target, alt, title, beside(page.path, link.target), sizes)

    def _link(
        self, link: Link, inner: str, state: BlockState, title: str = "", names: str = "L"
    ) -> str:
        page: Page = state.env["page"]
        kind = link.kind
        if kind is LinkKind.REFUSED:
            return f'<span class="refused">{inner}</span>'
        if kind in LOCAL and link.target:
            page.links[link] = None
            place = beside(page.path, link.target) if kind is LinkKind.FILE else link.asked
            return slot(names, kind.value, link.target, link.anchor, place) + inner + slot("Z")
        if kind is LinkKind.PAGE:
            return f'<a href="{url_of("front")}"{_title(title)}>{inner}</a>'
        if kind is LinkKind.EXTERNAL:
            page.links[link] = None
            rel = "noopener noreferrer nofollow" if page.is_comment else "noopener noreferrer"
            target = escape_html(_quoted(link.target))
            return f'<a href="{target}" class="external" rel="{rel}"{_title(title)}>{inner}</a>'
        meant = page.fragments.meant if page.fragments else elsewhere
        return f'<a href="#{quote(meant(link.anchor))}"{_title(title)}>{inner}</a>'


def plain(html: str) -> str:
    """The text of a piece of HTML in one line, without slots."""
    return " ".join(unescape(_TAG.sub("", drop(html))).split())


def _quoted(url: str) -> str:
    return quote(url, safe=":/?#@!$&()*+,;=%[]~'-._")


def _named_by_formula(inner: str) -> str:
    """Give the name of a heading of a table that has no words: the source of its formulas."""
    if "<math" not in inner or plain(mathematics.without(inner)):
        return ""
    return f' aria-label="{escape_html(plain(mathematics.as_source(inner)))}"'


def _place(id: str) -> str:
    return f'<span id="{escape_html(id)}"></span>' if id else ""


def _played(time: str, recording: str) -> str:
    """A turn's time; it leads into a recording that is a file of this wiki."""
    at = seconds(time) if recording else None
    written = escape_html(time)
    return written if at is None else f'<a href="{escape_html(recording)}#t={at}">{written}</a>'


def _title(title: str) -> str:
    return f' title="{escape_html(clean(title))}"' if title else ""


def _footnotes(inner: str) -> str:
    heading = f'<span class="visually-hidden" id="footnotes">{slot("F")}</span>'
    return (
        f'<section class="footnotes" aria-labelledby="footnotes">{heading}'
        f"<ol>\n{inner}</ol></section>\n"
    )
