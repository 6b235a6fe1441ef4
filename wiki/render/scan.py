"""What the catalogue needs of a page's text, without rendering it: in a small part of the time.

It agrees with the renderer on which pages a text links to; a test holds the two against each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wiki.domain import frontmatter, sections
from wiki.domain.blocks import atx_text
from wiki.render.html import unescape_text
from wiki.render.links import WIKILINK, Link, LinkKind, address, wikilink
from wiki.render.markdown import shorten
from wiki.render.slots import clean

_FENCE = re.compile(r"\n {0,3}(`{3,}+|~{3,}+)([^\n]*)")
_INDENTED = re.compile(r"\n\n(?=\n| {4}|\t)(?:\n|(?: {4}|\t)[^\n]*(?:\n|\Z))++")
_HOLDS_INDENTED = re.compile(r" {0,3}(?:[*+-]|\d{1,9}[.)]|\[\^[^\]]*\]:)[ \t]+\S")
_TICKS = re.compile("`++")
_ESCAPED = re.compile(r"\\[\[\]`!\\]")
_LINKS = re.compile(
    rf"{WIKILINK}"
    r"|\[(?P<text>(?:[^\[\]\n]+|\n(?!\n)|\[[^\[\]\n]*\])*+)\]"
    r"(?:\(\s*(?P<url><[^<>\n]*>|[^\s()<]*(?:\([^\s()]*\)[^\s()]*)*)"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
    r"|\[(?P<ref>[^\[\]\n]{0,200})\])?"
)
_DEFINITION = re.compile(r"\n {0,3}\[(?!\^)([^\[\]\n]{1,200})\]:[ \t]*(<[^<>\n]*>|\S+)[^\n]*")
_HEADING = re.compile(r"^ {0,3}#{1,6}+[ \t]+([^\n]*)$|^([^\n]+)\n=++[ \t]*$", re.MULTILINE)
_NO_PROSE = re.compile(
    r"[ \t]*(?:[#>|*+-]|\d+[.)][ \t]|\[[^\]]*\]:|:[ \t]|!\[[^\]]*\]\([^)]*\)\s*\Z)"
)
_BOLD = re.compile(r"[ \t]*(?:\*\*|\*(?=\S)|_|\[\[)")
_PAIRED = re.compile(
    r"(?<!\\)(\*\*|\*|~~|(?<!\w)__?)(?=[^\s*_~])([^\n*~]*?[^\s*_~\\])\1(?!\1)(?!_?\w)"
)
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]*\]")


@dataclass(frozen=True, slots=True)
class Scan:
    """`title_heading` is the first heading of the page, `words` how many words its body has."""

    title_heading: str
    links: tuple[Link, ...]
    excerpt: str
    words: int


def scan(text: str, path: str = "") -> Scan:
    """What a page's text (front matter and all) links to, how it opens, how long it is."""
    _, body = frontmatter.split(clean(text))
    bare = _without_blocks_of_code("\n" + body)
    known = _known(bare)
    return Scan(_title(bare), _links(bare, path, known), _excerpt(bare, known), len(body.split()))


def title_heading(text: str) -> str:
    """The first heading of a page's text (front matter and all); empty if it has none."""
    return _title(_without_blocks_of_code("\n" + frontmatter.split(clean(text))[1]))


def _without_blocks_of_code(body: str) -> str:
    if "```" in body or "~~~" in body:
        body = _without_fenced(body)
    if "\n    " in body or "\n\t" in body:
        body = _without_indented("\n" + body)
    return body


def _without_indented(body: str) -> str:
    """The text without indented code; what is indented below a list item is no code."""
    kept: list[str] = []
    end, holder = 0, ""
    for match in _INDENTED.finditer(body):
        kept.append(body[end : match.start()])
        holder = next((k for k in kept[-1].split("\n")[::-1] if k[:1] not in " \t"), holder)
        kept.append(match.group() if _HOLDS_INDENTED.match(holder) else "\n\n")
        end = match.end()
    return "".join([*kept, body[end:]])


def _without_fenced(body: str) -> str:
    kept: list[str] = []
    end, fence = 0, ""
    for match in _FENCE.finditer(body):
        marker, info = match.groups()
        if not fence and not (marker[0] == "`" and "`" in info):
            kept.append(body[end : match.start()])
            fence = marker
        elif fence and marker.startswith(fence) and not info.strip():
            end, fence = match.end(), ""
    return "\n".join([*kept, "" if fence else body[end:]])


def _without_spans_of_code(text: str) -> str:
    """The text with each span of code that opens and closes in one paragraph taken out."""
    kept: list[str] = []
    end = 0
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    places: dict[int, list[int]] = {}
    for start, stop in reversed(runs):
        places.setdefault(stop - start, []).append(start)
    for start, stop in runs:
        closing = places[stop - start]
        while closing and closing[-1] < stop:
            closing.pop()
        if start < end or not closing or text.find("\n\n", stop, closing[-1]) >= 0:
            continue
        kept.append(text[end:start])
        end = closing[-1] + stop - start
    return "`".join([*kept, text[end:]])


def _known(bare: str) -> dict[str, str]:
    """The addresses that `[label]: address` lines define."""
    if "]:" not in bare:
        return {}
    return {_fold(label): url for label, url in _DEFINITION.findall(bare)}


def _title(bare: str) -> str:
    heading = _HEADING.search(bare)
    if not heading:
        return ""
    written = heading[2] if heading[1] is None else atx_text(heading[1])
    return sections.plain(written)


def _links(bare: str, path: str, known: dict[str, str]) -> tuple[Link, ...]:
    if "[" not in bare:
        return ()
    if "\\" in bare:
        bare = _ESCAPED.sub("  ", bare)
    if "`" in bare:
        bare = _without_spans_of_code(bare)
    if known:
        bare = _DEFINITION.sub("", bare)
    found: dict[Link, None] = {}
    _collect(bare, path, known, found)
    return tuple(found)


def _collect(bare: str, path: str, known: dict[str, str], found: dict[Link, None]) -> bool:
    """Add the page links of a text; whether it has any ordinary link, which others cannot hold."""
    has_link = False
    for match in _LINKS.finditer(bare):
        if match["wiki_target"]:
            _add(found, wikilink(unescape_text(match["wiki_target"]), match["wiki_text"] or ""))
            continue
        text, url = match["text"], match["url"]
        if url is None:
            url = known.get(_fold(match["ref"] or text))
        inner: dict[Link, None] = {}
        if "[" in text and (_collect(text, path, known, inner) or not url):
            found.update(inner)
            has_link = True
        elif url:
            has_link = has_link or bare[match.start() - 1 : match.start()] != "!"
            _add(found, address(unescape_text(url.strip("<>")), path, text))
    return has_link


def _add(found: dict[Link, None], link: Link) -> None:
    if link.kind in (LinkKind.WIKI, LinkKind.PAGE) and link.target:
        found[link] = None


def _fold(label: str) -> str:
    return " ".join(label.split()).casefold()


def _excerpt(bare: str, known: dict[str, str]) -> str:
    for paragraph in re.split(r"\n[ \t]*\n", bare[:8_000]):
        lines = [line for line in paragraph.split("\n") if not _is_heading(line)]
        prose = "\n".join(lines).strip()
        if not prose or (_NO_PROSE.match(prose) and not _BOLD.match(prose)):
            continue
        if re.match(r"[^\n]+\n[=-]+[ \t]*\Z", prose):
            continue
        text = " ".join(_prose(prose, known).split())
        if text:
            return shorten(text)
    return ""


def _is_heading(line: str) -> bool:
    return (
        line.lstrip(" ").startswith("#") and re.match(r" {0,3}#{1,6}(?:[ \t]|$)", line) is not None
    )


def _prose(written: str, known: dict[str, str]) -> str:
    """A paragraph's text as a reader sees it; code in it keeps its signs."""

    def shown(match: re.Match[str]) -> str:
        if match["wiki_target"]:
            return wikilink(match["wiki_target"], match["wiki_text"] or "").text
        text: str = match["text"]
        is_link = match["url"] is not None or _fold(match["ref"] or text) in known
        return text if is_link else match.group()

    pieces = _TICKS.split(_LINKS.sub(shown, _FOOTNOTE.sub("", written).replace("![", "[")))
    for number in range(0, len(pieces), 2):
        piece = _PAIRED.sub(r"\2", _PAIRED.sub(r"\2", pieces[number]))
        pieces[number] = unescape_text(_BACKSLASH.sub("", piece))
    return "".join(pieces)
