"""Markdown as the plain words that a reader sees, without rendering it.

Rendering a page takes ten times as long, and an index of 10,000 pages has to be built in a minute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from wiki.domain import frontmatter

_FENCE = re.compile(r"^ {0,3}(?:```+|~~~+).*$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}(?:[-*_=][ \t]*){3,}$|^[ \t|:-]*\|[ \t|:-]*$", re.MULTILINE)
_LEAD = re.compile(r"^[ \t]*(?:>[ \t]?|[-*+][ \t]+|\d{1,9}[.)][ \t]+)+", re.MULTILINE)
_WIKILINK = re.compile(r"!?\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\]")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\((?:[^()\n]|\([^()\n]*\)){0,1000}\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:[^\n]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.{0,5000}?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_MARKS = re.compile(
    r"\*{1,3}|~~|`+|(?<!\w)_{1,3}|_{1,3}(?!\w)|\\(?=[^\w\s])|^#{1,6}[ \t]", re.MULTILINE
)
_SPACE = re.compile(r"[ \t]+")
_LINES = re.compile(r"\s*\n\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text's words, and those of its headings."""

    text: str
    headings: tuple[str, ...]


def plain(markdown: str) -> Plain:
    """The plain text of Markdown, its front matter left out."""
    parts = frontmatter.cut(markdown)
    body = parts.body if parts else markdown
    headings = tuple(words(found) for found in _HEADING.findall(body))
    return Plain(words(body), headings)


def words(markdown: str) -> str:
    """A piece of Markdown as plain text; paragraphs stay apart by an empty line."""
    text = _COMMENT.sub(" ", markdown)
    for pattern in (_FENCE, _RULE, _REFERENCE, _LEAD):
        text = pattern.sub("", text)
    text = _WIKILINK.sub(lambda link: link[2] or link[1], text)
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    text = unescape(_MARKS.sub("", text).replace("|", " "))
    return _LINES.sub("\n\n", _SPACE.sub(" ", text)).strip()
