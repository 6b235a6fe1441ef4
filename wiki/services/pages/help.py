"""The help of the wiki: Markdown files that the manual is made of too, examples and all.

A fence that says `markdown example` is shown as it is written and as what comes of it, made by the
same renderer as pages are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from wiki.domain.access.rights import Actor
from wiki.domain.content.sections import titling
from wiki.domain.markdown import read as read_markdown
from wiki.domain.markdown.nodes import Code
from wiki.domain.markdown.plain import title
from wiki.engine import Wiki
from wiki.render import pieces
from wiki.render.slots import Labels
from wiki.services.pages import including

CHAPTERS = ("writing", "search", "keys")
EXAMPLE = "markdown example"
LANGUAGES = ("nl", "en")

_HEADING = re.compile(r"(</?h)([2-5])")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the help as HTML; `source` is what an example is written as, else empty."""

    html: Markup
    source: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the help with a title; `name` is its place on the screen."""

    name: str
    title: str
    parts: Sequence[Part]


def read(wiki: Wiki, actor: Actor, labels: Labels) -> list[Chapter]:
    """The help in the language of the labels; lists in it are of what the actor may read."""
    language = labels.language if labels.language in LANGUAGES else LANGUAGES[-1]
    return [_chapter(wiki, actor, name, text(language, name), labels) for name in CHAPTERS]


@cache
def text(language: str, name: str) -> str:
    """A chapter as it is written."""
    file = files("wiki").joinpath("help", language, f"{name}.md")
    return file.read_text(encoding="utf-8")


def _chapter(wiki: Wiki, actor: Actor, name: str, written: str, labels: Labels) -> Chapter:
    document = read_markdown(written)
    heading = titling(document)
    begin = heading.end if heading else 0
    parts = [
        Part(_html(wiki, actor, part, f"help-{name}-{number}:", labels), part if shows else "")
        for number, (part, shows) in enumerate(_cut(written[begin:]))
    ]
    return Chapter(name, title(document, heading) if heading else name, parts)


def _cut(written: str) -> Iterator[tuple[str, bool]]:
    """What stands between examples, and each example."""
    at = 0
    for block in read_markdown(written).root.children:
        if isinstance(block, Code) and block.info == EXAMPLE:
            yield written[at : block.start], False
            yield block.text, True
            at = block.end
    yield written[at:], False


def _html(wiki: Wiki, actor: Actor, written: str, prefix: str, labels: Labels) -> Markup:
    # It has a title elsewhere: no heading in it is one.
    html = wiki.renderer.render("---\ntitle: …\n---\n" + written).html
    whole = wiki.renderer.fill(including.expand(wiki, actor, "", html, {}, labels), {}, labels)
    lower = _HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 1}", pieces.inner(whole, prefix, ""))
    return Markup(lower)
