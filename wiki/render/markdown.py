"""Markdown to safe HTML.

The text is parsed by mistune with raw HTML switched off, written by `html.PageRenderer`, and passes
`sanitise` last. Links to other pages, and words in the reader's language, are slots (`slots.fill`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

import mistune
from markupsafe import Markup
from mistune.plugins import import_plugin

from wiki.domain import frontmatter as lexical
from wiki.domain import sections
from wiki.domain.blocks import outline
from wiki.domain.dialogues import Speakers, Turn, turns
from wiki.domain.pages import Kind, Meta
from wiki.render import slots
from wiki.render.frontmatter import read
from wiki.render.html import Heading, Page, PageRenderer, escape_html
from wiki.render.links import Link, LinkState
from wiki.render.plugins.mentions import mentions
from wiki.render.plugins.positions import PlacedBlockParser
from wiki.render.plugins.turns import gather
from wiki.render.plugins.wikilinks import wikilinks
from wiki.render.sanitise import sanitise
from wiki.render.slots import Labels

MOST_CHARACTERS = 2_000_000
_MOST_MARKS = 150_000
_MOST_LINES = 120_000
_MOST_NESTED = 10
_LONG_SPACE = re.compile(r"[^\S\n]{100,}+")

_BLOCK_END = re.compile(r"</(?:p|h[2-6]|li|blockquote|pre|tr|dt|dd|div)>|<(?:hr|br)>")
_CELL_END = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^>]*>")
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's text as HTML with slots, and what was found in it.

    `title` is the text of a level 1 heading that opens the page: it is left out of the HTML, the
    page's own title stands there. `plain` is the text without marks, paragraphs apart by an empty
    line. `problems` are codes.
    """

    html: str
    meta: Meta
    title: str
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    plain: str
    excerpt: str
    words: int
    turns: tuple[Turn, ...]
    problems: tuple[str, ...]

    @property
    def targets(self) -> frozenset[str]:
        """What `fill` has to know the state of."""
        return frozenset(link.target for link in self.links if link.kind in ("wiki", "page"))


class Renderer:
    """Renders texts; holds parsers only, so one serves all threads."""

    def __init__(self) -> None:
        self._pages = _parser(
            ["table", "strikethrough", "footnotes", "task_lists", "def_list", "url"]
        )
        self._comments = _parser(["strikethrough", "url"])
        mentions(self._comments)

    def render(self, text: str, *, path: str = "") -> Rendered:
        """A page's text (front matter and all) as HTML with slots; never raises for any text."""
        text = slots.clean(text)
        meta = read(text)
        parts = lexical.cut(text)
        body = _LONG_SPACE.sub(" " * 100, parts.body if parts else text)
        marks = [mark for mark in outline(body) if mark.level]
        found = sections.of_marks(marks, len(body))
        page = Page(path, {section.at: section for section in found})
        for section in found:
            page.anchors.given.setdefault(section.anchor, 1)
        names = [p.name for p in meta.participants] if meta.kind is Kind.DIALOGUE else []
        html, problems, title = self._convert(self._pages, body, page, Speakers(names))
        if parts and "front_matter_broken" in meta.problems:
            html = f'<pre class="front-matter">{escape_html(parts.front)}</pre>\n' + html
        html = sanitise(html)
        plain = plain_text(html)
        return Rendered(
            html=html,
            meta=meta,
            title=title,
            headings=tuple(page.headings),
            links=tuple(page.links),
            plain=plain,
            excerpt=excerpt(html),
            words=len(plain.split()),
            turns=tuple(turns(text, names)) if names else (),
            problems=meta.problems + problems,
        )

    def fill(
        self,
        html: str,
        resolve: Mapping[str, LinkState],
        labels: Labels | None = None,
        *,
        edit: str = "",
        remark: str = "",
    ) -> Markup:
        """Rendered HTML with its slots filled, see `slots.fill`."""
        return slots.fill(html, resolve, labels, edit, remark)

    def render_comment(
        self,
        text: str,
        resolve: Mapping[str, LinkState] | None = None,
        *,
        path: str = "",
        members: Mapping[str, str] | None = None,
    ) -> Markup:
        """A comment's text as HTML: no headings, no pictures, links that search engines skip.

        `members` are the usernames, by their folded form, to whom `@name` is a link.
        """
        html, _ = self._comment(text, path)
        return slots.fill(slots.fill_mentions(sanitise(html), members or {}), resolve or {})

    def mentions(self, text: str) -> list[str]:
        """The names that a comment calls as `@name`, as written; not those in code and quotes."""
        _, page = self._comment(text, "")
        return list(page.mentions)

    def _comment(self, text: str, path: str) -> tuple[str, Page]:
        page = Page(path, {}, is_comment=True)
        source = _LONG_SPACE.sub(" " * 100, slots.clean(text))
        html, _, _ = self._convert(self._comments, source, page, Speakers(()))
        return html, page

    def _convert(
        self, parser: mistune.Markdown, body: str, page: Page, speakers: Speakers
    ) -> tuple[str, tuple[str, ...], str]:
        if len(body) > MOST_CHARACTERS:
            return _as_written(body), ("too_large",), ""
        if body.count("\n") > _MOST_LINES or sum(map(body.count, "[]*_`<~\\|")) > _MOST_MARKS:
            return _as_written(body), ("too_complex",), ""
        source = body if body.endswith("\n") else body + "\n"
        state = parser.block.state_cls()
        state.env.update(page=page, source=source, speakers=speakers, title="")
        html, _ = parser.parse(source, state)
        assert isinstance(html, str)
        return html, (), state.env["title"]


def excerpt(html: str) -> str:
    """The first prose of rendered HTML, about 200 characters, ended at a word."""
    for paragraph in re.findall(r"<p>(.*?)</p>", html[:20_000], re.DOTALL):
        text = " ".join(unescape(_TAG.sub("", slots.drop(paragraph))).split())
        if text:
            return shorten(text)
    return ""


def shorten(text: str) -> str:
    """At most about 200 characters of a text, ended at a word."""
    if len(text) <= _EXCERPT:
        return text
    return text[: text.rfind(" ", 0, _EXCERPT) if " " in text[:_EXCERPT] else _EXCERPT] + "…"


def plain_text(html: str) -> str:
    """The text of rendered HTML, blocks apart by an empty line."""
    text = _TAG.sub("", _CELL_END.sub(" ", _BLOCK_END.sub("\n\n", slots.drop(html))))
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", unescape(text)).strip()


def _as_written(body: str) -> str:
    return f'<pre class="too-deep">{escape_html(body)}</pre>\n'


def _parser(plugins: list[str]) -> mistune.Markdown:
    parser = mistune.Markdown(
        renderer=PageRenderer(), block=PlacedBlockParser(max_nested_level=_MOST_NESTED)
    )
    parser.inline.rules.remove("inline_html")
    parser.block.rules.remove("raw_html")
    for rules in (parser.block.list_rules, parser.block.block_quote_rules):
        rules.remove("raw_html")
    for name in plugins:
        import_plugin(name)(parser)
    wikilinks(parser)
    parser.before_render_hooks.append(_arrange)
    return parser


def _arrange(parser: mistune.Markdown, state: mistune.BlockState) -> None:
    """Take off the title that the page shows above, and gather turns."""
    tokens = state.tokens
    first = next((n for n, token in enumerate(tokens) if token["type"] != "blank_line"), -1)
    page: Page = state.env["page"]
    if first >= 0 and not page.is_comment:
        token = tokens[first]
        if token["type"] == "heading" and token["attrs"]["level"] == 1:
            state.env["title"] = sections.plain(token["text"])
            del tokens[first]
    state.tokens = gather(tokens, state.env["speakers"])
