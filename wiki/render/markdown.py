"""Markdown to safe HTML.

The text is read by `domain/markdown`; mistune has `html.PageRenderer` write what was read
(`tokens`), and `sanitise` comes last. Links to other pages, and words in the reader's language, are
slots (`slots.fill`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import mistune
from markupsafe import Markup
from mistune.core import BlockState

from wiki.domain.content import frontmatter as lexical
from wiki.domain.content import sections
from wiki.domain.content.conventions import Dialogues
from wiki.domain.content.fragments import Fragments
from wiki.domain.content.links import LOCAL, Link
from wiki.domain.content.pages import Kind, Meta
from wiki.domain.markdown import Document, read, read_comment
from wiki.domain.markdown.plain import excerpt
from wiki.domain.pages import minutes, recordings
from wiki.domain.pages.turns import Part, Speakers, Turn, parts, read_parts, turns_of
from wiki.render import frontmatter, slots
from wiki.render.links import LinkState, Others
from wiki.render.plugins import mathematics
from wiki.render.slots import Labels
from wiki.render.writing.html import Heading, Page, PageRenderer, escape_html
from wiki.render.writing.sanitise import both_ways, sanitise
from wiki.render.writing.tokens import Blocks

MOST_CHARACTERS = 2_000_000
TOO_COMPLEX = ("too_complex",)
_MARKS: Mapping[str, int] = {
    **dict.fromkeys("[]*_`<~\\|&", 1),
    "@": 2,
    "://": 3,
    "www.": 3,
}
"""What may begin something in a text, by how much it costs to show that."""
_MOST_MARKS = 75_000
_MOST_LINES = 80_000
_BLOCK_EDGE = re.compile(
    r"</(?:p|h[2-6]|li|blockquote|pre|tr|dt|dd|div|summary|details|aside)>|<(?:hr|br)>"
    r"|<(?:p|div|ul|ol|dl|blockquote|pre|details|summary|aside)[ >](?:(?<=>)|[^<>]*+>)"
)
_APART = re.compile(r"(?<!\s)[^\S\n]*+\n[^\S\n]*+\n\s*+")
_CELL_END = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^<>]*+>")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's text as HTML with slots, and what was found in it.

    `title` is the text of the heading that is the page's title. Where it opens the text and is what
    the page shows above it, it is left out of the HTML. `plain` is the text without marks,
    paragraphs apart by an empty line. `problems` are codes. `are_minutes` if a page that is no
    dialogue reads like one.
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
    are_minutes: bool = False
    diagrams: tuple[str, ...] = ()

    @property
    def targets(self) -> frozenset[str]:
        """Return what `fill` has to know the state of."""
        return frozenset(link.target for link in self.links if link.kind in LOCAL)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment's text as HTML with slots, the pages it links to, and the names it calls."""

    html: str
    targets: frozenset[str]
    mentions: tuple[str, ...]


class _Writer(mistune.Markdown):
    """Writes tokens that hold no text which is still to be read."""

    def render_state(self, state: BlockState) -> str | list[dict[str, Any]]:
        assert self.renderer is not None
        written: str = self.renderer(state.tokens, state)
        return written


class Renderer:
    """Renders texts; holds no text, so one serves all threads.

    `others` is how pictures of other sites are shown, `dialogues` which pages are dialogues by
    their path.
    """

    def __init__(self) -> None:
        self.others = Others()
        self.is_drawn: Callable[[str], bool] = slots.nothing_drawn
        self.dialogues = Dialogues()
        self._mistune = _Writer(renderer=PageRenderer(), block=Blocks())

    def render(self, text: str, *, path: str = "") -> Rendered:
        """A page's text (front matter and all) as HTML with slots; never raises for any text."""
        text = slots.clean(text)
        meta = frontmatter.read(text, day=self.dialogues.day(path))
        cut = lexical.cut(text) or lexical.foreign(text)
        body = cut.body if cut else text
        problem = _too_much(body)
        written = None if problem else self._page(text, len(text) - len(body), path, meta)
        if written is None:
            problem = problem or TOO_COMPLEX
            written = _Written(_as_written(body), Page(path, {}))
        html = written.html
        if cut and "front_matter_broken" in meta.problems:
            html = f'<pre class="front-matter">{escape_html(cut.front)}</pre>\n' + html
        html = both_ways(sanitise(html))
        plain = plain_text(html)
        return Rendered(
            html=html,
            meta=meta,
            title=written.title,
            headings=tuple(written.page.headings),
            links=tuple(written.page.links),
            plain=plain,
            excerpt=written.excerpt,
            words=len(plain.split()),
            turns=tuple(written.turns),
            problems=meta.problems + problem,
            are_minutes=written.are_minutes,
            diagrams=tuple(written.page.diagrams),
        )

    def fill(
        self,
        html: str,
        resolve: Mapping[str, LinkState],
        labels: Labels | None = None,
        *,
        edit: str = "",
        remark: str = "",
        others: Others | None = None,
    ) -> Markup:
        """Rendered HTML with its slots filled, see `slots.fill`."""
        # What leaves the wiki (an export, with its own way for pictures) has no drawings with it.
        is_drawn = self.is_drawn if others is None else slots.nothing_drawn
        return slots.fill(html, resolve, labels, edit, remark, others or self.others, is_drawn)

    def comment(self, text: str, *, path: str = "") -> Remark:
        """A comment's text as HTML with slots, and what filling them needs.

        It has no headings, no pictures, and links that search engines skip.
        """
        source = slots.clean(text)
        page = Page(path, {}, is_comment=True)
        if _too_much(source):
            return Remark(sanitise(_as_written(source)), frozenset(), ())
        document = read_comment(source)
        if not document.is_whole:
            return Remark(sanitise(_as_written(source)), frozenset(), ())
        html, _ = self._write(document, page, parts(document, Speakers(())))
        targets = frozenset(link.target for link in page.links if link.kind in LOCAL)
        return Remark(both_ways(sanitise(html)), targets, tuple(page.mentions))

    def fill_comment(
        self,
        remark: Remark,
        resolve: Mapping[str, LinkState],
        members: Mapping[str, str],
        labels: Labels | None = None,
    ) -> Markup:
        """A comment's HTML with its slots filled.

        `members` are the usernames, by their folded form, to whom `@name` is a link.
        """
        return slots.fill(slots.fill_mentions(remark.html, members), resolve, labels)

    def mentions(self, text: str) -> list[str]:
        """The names that a comment calls as `@name`, as written; not those in code and quotes."""
        return list(self.comment(text).mentions)

    def _page(self, text: str, begin: int, path: str, meta: Meta) -> _Written | None:
        """A page as HTML; None for one of too many blocks."""
        names = [p.name for p in meta.participants] if meta.kind is Kind.DIALOGUE else None
        document = read(text, begin)
        if not document.is_whole:
            return None
        page_sections = sections.of(document)
        starts = {section.start: section for section in page_sections}
        recording = played(meta, path)
        page = Page(path, starts, fragments=Fragments(document, starts), recording=recording)
        for section in page_sections:
            page.anchors.given.setdefault(section.anchor, 1)
        by_turn = parts(document, Speakers(())) if names is None else read_parts(document, names)
        html, title = self._write(document, page, by_turn, meta.title)
        are_minutes = names is None and minutes.look_like(document)
        return _Written(html, page, title, excerpt(document), turns_of(text, by_turn), are_minutes)

    def _write(
        self, document: Document, page: Page, parts: Sequence[Part], said: str = ""
    ) -> tuple[str, str]:
        """Write what was read as HTML; gives its title too. `said` is the one above the page."""
        state = self._mistune.block.state_cls()
        state.env.update(document=document, page=page, parts=parts, title="", said=said)
        html, _ = self._mistune.parse("", state)
        assert isinstance(html, str)
        return html, state.env["title"]


@dataclass(slots=True)
class _Written:
    """A page's HTML before it is sanitised, and what was found in it."""

    html: str
    page: Page
    title: str = ""
    excerpt: str = ""
    turns: Sequence[Turn] = ()
    are_minutes: bool = False


def _too_much(body: str) -> tuple[str, ...]:
    """The problem with a text that would take too long to render."""
    if len(body) > MOST_CHARACTERS:
        return ("too_large",)
    marks = sum(body.count(mark) * cost for mark, cost in _MARKS.items())
    if body.count("\n") > _MOST_LINES or marks > _MOST_MARKS:
        return TOO_COMPLEX
    return ()


def played(meta: Meta, path: str) -> str:
    """The address of a dialogue's recording, if it is a file of this wiki that browsers play."""
    found = recordings.address(meta.recording, path) if meta.kind is Kind.DIALOGUE else ""
    return found if recordings.medium(found) else ""


def plain_text(html: str) -> str:
    """The text of rendered HTML, blocks apart by an empty line."""
    shown = mathematics.as_source(slots.drop(html))
    text = _TAG.sub("", _CELL_END.sub(" ", _BLOCK_EDGE.sub("\n\n", shown)))
    return _APART.sub("\n\n", unescape(text)).strip()


def as_written(text: str) -> str:
    """Any text as HTML with slots, as it is written."""
    return _as_written(slots.clean(text)) if text else ""


def _as_written(body: str) -> str:
    return f'<pre class="too-deep">{escape_html(body)}</pre>\n'
