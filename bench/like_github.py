"""`python -m bench.like_github REPOSITORY`: does every page show what cmark-gfm shows of it?

For each Markdown file of a git repository or bundle: words, headings, tables, code, links and
pictures of our HTML beside those of cmark-gfm (GitHub's own). What differs on purpose has a reason,
which is told with how many pages it is for; what differs without one is listed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import unquote

import cmarkgfm
import lxml.html
from cmarkgfm.cmark import Options
from lxml.html import HtmlElement

from wiki.domain.content import frontmatter
from wiki.domain.content.links import Link, LinkKind, address
from wiki.domain.content.names import To
from wiki.domain.content.sections import titling
from wiki.domain.content.text import decode
from wiki.domain.markdown import read
from wiki.domain.markdown.html import read_tag
from wiki.domain.markdown.nodes import Heading, Html, Inline, Kind, Leaf, Quote, every, walk
from wiki.render.links import LinkState
from wiki.render.markdown import Renderer

ASPECTS = ("words", "headings", "tables", "code", "links", "pictures")
_OURS = (
    "heading-tools turn-meta footnote-ref footnote-back visually-hidden alert-title footnotes "
    "other-host"
).split()
_INLINE = frozenset("a b code del em i ins kbd mark s small span strong sub sup u".split())
_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
_RENDERER = Renderer()


@dataclass(frozen=True)
class Shown:
    """What a reader sees of a page."""

    words: Counter[str]
    headings: list[str]
    tables: list[list[str]]
    code: list[str]
    links: list[tuple[str, str]]
    pictures: list[str]


def theirs(text: str) -> Shown:
    """What cmark-gfm shows of a text."""
    body = text[frontmatter.body_at(text) :]
    html = cmarkgfm.github_flavored_markdown_to_html(body, options=_OPTIONS)
    return _shown(_tree(html))


def ours(text: str) -> Shown:
    """What we show of it; pictures of other sites, which are links here, as pictures."""
    page = _RENDERER.render(text, path="a/b")
    states = {link.target: _there(link) for link in page.links}
    html = str(_RENDERER.fill(page.html, states))
    document = read(text, frontmatter.body_at(text))
    written = sum(isinstance(block, Heading) for block in walk(document.root))
    # The heading that is the page's title stands above its text.
    if written > len(page.headings):
        html = f"<h1>{escape(page.title)}</h1>{html}"
    return _shown(_tree(html))


def _there(link: Link) -> LinkState:
    """A link that leads to what it names."""
    return LinkState(link.target, to=To.FILE if link.kind is LinkKind.FILE else To.PAGE)


def differences(text: str) -> list[tuple[str, str]]:
    """In what the two differ, and why; the reason is empty where there is none."""
    mine, other = ours(text), theirs(text)
    differing = [name for name in ASPECTS if getattr(mine, name) != getattr(other, name)]
    if not differing:
        return []
    reason = ", ".join(_reasons(text))
    return [(name, reason) for name in differing]


def _reasons(text: str) -> Iterator[str]:
    document = read(text, frontmatter.body_at(text))
    blocks = list(walk(document.root))
    nodes = [n for b in blocks if isinstance(b, Leaf) for n in every(document.inlines(b))]
    tags = [node.text for node in nodes if node.kind is Kind.HTML]
    if any(read_tag(tag) is None for tag in tags) or any(isinstance(b, Html) for b in blocks):
        yield "HTML outside the list is shown as text"
    if any(node.kind is Kind.IMAGE and node.target.startswith("http") for node in nodes):
        yield "pictures of other sites are links"
    if any(isinstance(block, Quote) and block.alert for block in blocks):
        yield "alerts stand out (GitHub shows them too, cmark-gfm does not)"
    links = [node for node in nodes if node.kind is Kind.LINK]
    if any(link.place is None and "[" in text and _is_bare(link) for link in links):
        yield "addresses after an open bracket are links (cmark-gfm forgets them)"
    if any(address(link.target, "a").kind is LinkKind.REFUSED for link in links):
        yield "addresses of other kinds than http, mailto and tel are refused"
    if any(node.kind in (Kind.WIKILINK, Kind.EMBED) for node in nodes):
        yield "[[a]] is a link to a page"
    if any(node.kind in (Kind.MATH, Kind.FORMULA) for node in nodes):
        yield "formulas are shown"
    heading = titling(document)
    if heading and any(n.kind is Kind.LINK for n in document.inlines(heading)):
        yield "a title is no link"
    if "front_matter_broken" in _RENDERER.render(text).problems:
        yield "front matter that cannot be read is shown"
    if any(node.kind is Kind.NOTE for node in nodes):
        yield "notes of a title are not shown in it"
    if any(type(b).__name__ == "Glossary" for b in blocks):
        yield "definition lists are read"
    if any(node.kind is Kind.LINK and node.target.startswith(("//", "\\")) for node in nodes):
        yield "an address without scheme gets one"


def _is_bare(link: Inline) -> bool:
    said = "".join(child.text for child in link.children)
    return "://" in link.target and said == link.target


def _tree(html: str) -> HtmlElement:
    tree = lxml.html.fragment_fromstring(html, create_parent="main")
    for element in list(tree.iterdescendants()):
        is_element = isinstance(element.tag, str)
        if not is_element or not {*(element.get("class") or "").split()}.isdisjoint(_OURS):
            element.drop_tree()
    return tree


def _shown(tree: HtmlElement) -> Shown:
    links = [
        (_said(a), unquote(a.get("href", "")) if "://" in a.get("href", "") else "")
        for a in tree.iter("a")
        if a.get("href")
    ]
    return Shown(
        words=Counter(_said(tree).split()),
        headings=[_said(h) for h in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")],
        tables=[[_said(cell) for cell in table.iter("td", "th")] for table in tree.iter("table")],
        code=[pre.text_content().rstrip("\n") for pre in tree.iter("pre")],
        links=links,
        pictures=[image.get("alt", "") for image in tree.iter("img")],
    )


def _said(element: HtmlElement) -> str:
    """Its words; those of blocks apart."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: HtmlElement) -> Iterator[str]:
    apart = "" if element.tag in _INLINE else " "
    yield apart + (element.text or "")
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces(child)
        yield child.tail or ""
    yield apart


def main(repository: Path) -> None:
    """Compare, and print."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "-q", str(repository), folder], check=True)
        files = sorted(file for file in Path(folder).rglob("*.md") if file.is_file())
        same, reasons, unexplained = 0, Counter[str](), []
        for file in files:
            found = differences(decode(file.read_bytes()).text)
            same += not found
            reasons.update({reason for _, reason in found if reason})
            unexplained += [
                (file.relative_to(folder), name) for name, reason in found if not reason
            ]
    print(f"{len(files)} pages, {same} the same in {', '.join(ASPECTS)}")
    for reason, number in reasons.most_common():
        print(f"{number:>5} {reason}")
    for name, aspect in unexplained:
        print(f"    ? {name}: {aspect}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
