"""Read one blob as a page: its text, its front matter, its HTML (kept by blob)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from wiki.domain.content import text
from wiki.domain.content.pages import Kind, Meta
from wiki.domain.content.setaside import SET_ASIDE, TOO_LARGE, Item
from wiki.domain.errors import Refused, TooLarge, Unreadable, WikiError
from wiki.engine import Wiki
from wiki.projections.catalogue import name_of
from wiki.projections.setaside import VIEW, Trial, is_passing, problem_of, text_of
from wiki.render import anchors, frontmatter, markdown
from wiki.render.writing.html import Heading
from wiki.services.content import drawings, fields
from wiki.shelf import Shelf

log = logging.getLogger(__name__)

MOST_KEPT = 8_000_000
"""Characters of HTML that one process keeps."""


@dataclass(frozen=True, slots=True)
class Content:
    """A blob as text; `source` knows how to write a changed text back in the file's own ways."""

    blob: str
    source: text.Source
    meta: Meta

    @property
    def text(self) -> str:
        """The whole file, front matter included, with `\\n` between lines."""
        return self.source.text


@dataclass(frozen=True, slots=True)
class RenderedContent:
    """A blob as HTML, with slots for what depends on other pages; `targets` are its links'."""

    html: str
    meta: Meta
    title: str
    headings: Sequence[Heading]
    targets: frozenset[str]
    problems: Sequence[str]
    readable: bool
    foreign: Sequence[tuple[str, str]] = ()
    """What the front matter says that means nothing to the wiki: keys and values."""
    are_minutes: bool = False
    diagrams: tuple[str, ...] = ()


EMPTY = Content("", text.decode(b""), Meta())


def read(wiki: Wiki, blob: str, path: str = "") -> Content:
    """The content of a blob, of the page at a path; the empty id gives an empty page.

    Front matter that cannot be read is none, and a problem. Raises NotFound; TooLarge for a text
    that is too large to be read.
    """
    return _content(wiki, blob, path, text.decode(text_of(wiki.store, blob))) if blob else EMPTY


def meta_of(wiki: Wiki, blob: str, path: str = "") -> Meta:
    """The front matter of a blob of the page at a path.

    That of a text that is damaged, or too large, is not read.
    """
    try:
        return read(wiki, blob, path).meta
    except (TooLarge, Unreadable):
        return Meta()


def title_of(wiki: Wiki, blob: str, title: Callable[[str], str] = fields.title_of) -> str:
    """The title that a blob's text gives itself, by `title`; empty if it cannot be read."""
    return Trial(wiki.store.git, wiki.clock).of(
        Item(VIEW, "text", blob), lambda: title(read(wiki, blob).text), lambda reason: ""
    )


def _content(wiki: Wiki, blob: str, path: str, source: text.Source) -> Content:
    meta = Trial(wiki.store.git, wiki.clock).of(
        Item(VIEW, "text", blob),
        lambda: frontmatter.read_at(path, source.text, wiki.meant),
        lambda reason: Meta(problems=(problem_of(reason),)),
    )
    return Content(blob, source, meta)


@contextmanager
def spared() -> Iterator[None]:
    """Let what goes wrong inside with a text be a refusal: Refused (`page_set_aside`)."""
    try:
        yield
    except Exception as error:
        if isinstance(error, WikiError) or is_passing(error):
            raise
        log.exception("a text cannot be read")
        raise Refused(SET_ASIDE) from error


def show(wiki: Wiki, blob: str, path: str) -> RenderedContent:
    """The HTML of a blob as the page at `path` (its relative links depend on that).

    A text that cannot be rendered is shown as it is written, one that is too large not at all; both
    are a problem of the page. Raises NotFound.
    """
    key = (blob, path, wiki.settings.timezone, wiki.settings.dialogues)
    content = _SHELF.get(key)
    if content is None:
        content = _shown(wiki, blob, path)
        _SHELF.put(key, content)
    drawings.want(wiki, content.diagrams)
    return content


def _shown(wiki: Wiki, blob: str, path: str) -> RenderedContent:
    try:
        source = text.decode(text_of(wiki.store, blob))
    except TooLarge:
        return _as_written(path, TOO_LARGE)
    trial = Trial(wiki.store.git, wiki.clock)
    item = Item(VIEW, "page", path, blob)
    shown = trial.of(
        item,
        lambda: _rendered(wiki, _content(wiki, blob, path, source), path),
        lambda reason: _as_written(path, problem_of(reason), source),
    )
    if trial.failed:
        # Also without a database the page is shown.
        with suppress(WikiError):
            trial.settle(wiki.database)
    return shown


def _rendered(wiki: Wiki, content: Content, path: str) -> RenderedContent:
    rendered = wiki.renderer.render(content.text, path=path)
    return RenderedContent(
        html=anchors.offer(rendered.html),
        meta=content.meta,
        title=content.meta.title or rendered.title or name_of(path),
        headings=rendered.headings,
        targets=rendered.targets,
        problems=tuple(dict.fromkeys([*content.meta.problems, *rendered.problems])),
        readable=content.source.readable,
        foreign=frontmatter.foreign_fields(content.text),
        are_minutes=rendered.are_minutes and content.meta.kind is Kind.PAGE,
        diagrams=rendered.diagrams,
    )


def _as_written(path: str, problem: str, source: text.Source = EMPTY.source) -> RenderedContent:
    return RenderedContent(
        html=markdown.as_written(source.text),
        meta=Meta(problems=(problem,)),
        title=name_of(path),
        headings=(),
        targets=frozenset(),
        problems=(problem,),
        readable=source.readable,
    )


# A blob's id is its content, so one shelf serves every wiki of the process.
_SHELF: Shelf[tuple[str, ...], RenderedContent] = Shelf(
    MOST_KEPT, lambda shown: len(shown.html) + 1000
)
