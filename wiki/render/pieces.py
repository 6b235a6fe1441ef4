"""Rendered pages inside others: what asks for one, a section of one, ids that do not collide.

Ids of two texts on one screen must differ, so those of the inner one get a prefix, as do its links
to them; tools for editing, and for comments on a paragraph, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import unquote

from wiki.render.slots import APART, CLOSE, MARK, OPEN, slot

_TOOLS = re.compile(f"{MARK}[CHP][^{OPEN}{CLOSE}]*{CLOSE}")
_OPENING = re.compile(r"<[a-z][a-z0-9]*+(?: [a-z-]++=\"[^\"<>]*+\")++>")
_ID = re.compile(r' (id|aria-labelledby)="|( href)="#([^"]*+)')
_IDS = re.compile(r' id="([^"<>]*+)"')
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*+)([^<>]*+)>")
_HEADING = re.compile(r"h[2-6]")
_VOID = frozenset(("br", "hr", "img", "input"))

_EMBED = f"{MARK}E[^{OPEN}{CLOSE}]*{CLOSE}"
_ASKED = re.compile(f"{MARK}E([^{OPEN}{CLOSE}]*){CLOSE}")
_LIST = re.compile(f'(<div class="short-code">){MARK}Q([^{OPEN}{CLOSE}]*){CLOSE}')
# Alone in a paragraph or an item: blocks cannot stand in the middle of a sentence.
_ALONE = re.compile(
    rf'(?P<open><p(?: dir="auto")?>)(?:{_EMBED}\s*+)++</p>'
    rf"|<(?P<in>li|dd)>(?P<item>{_EMBED})(?=</(?:li|dd)>|\s*+<[uo]l[ >])"
)


def inner(html: str, prefix: str, address: str) -> str:
    """The HTML of a page, its slots not filled yet, to stand on another screen under a prefix.

    Where it links to what is not in it, the link leads to the page at its address.
    """
    bare = _TOOLS.sub("", html)
    ids = {unescape(found[1]) for tag in _OPENING.finditer(bare) for found in _IDS.finditer(tag[0])}

    def named(at: re.Match[str]) -> str:
        if at[1]:
            return f' {at[1]}="{prefix}'
        is_here = unquote(unescape(at[3])) in ids
        return f'{at[2]}="{"#" + prefix if is_here else escape(address) + "#"}{at[3]}'

    return _OPENING.sub(lambda tag: _ID.sub(named, tag[0]), bare)


def section(html: str, id: str, levels: Mapping[str, int]) -> str | None:
    """Give what stands under the heading with this id, up to the next that is not lower, or None.

    All of it for the id of the title, which stands above the text. `levels` are those of headings
    as written, by their first id.
    """
    depth, spans, begin, at, level = 0, 0, -1, 0, 0
    heading: tuple[int, int, int] | None = None
    for tag in _TAG.finditer(html):
        closes, name, said = tag.groups()
        if closes:
            depth -= 1
            spans -= name == "span"
            heading = None if _HEADING.fullmatch(name) else heading
            if begin >= 0 and depth < at:
                return html[begin : tag.start()]
            continue
        ids = [unescape(found) for found in _IDS.findall(said)]
        if _HEADING.fullmatch(name):
            own = levels.get(ids[0] if ids else "", int(name[1]))
            if begin >= 0 and own <= level and depth <= at:
                return html[begin : tag.start()]
            heading = (tag.start(), depth, own)
        if begin < 0 and id in ids:
            if heading:
                begin, at, level = heading
            elif depth == spans:
                # In no block: where the heading stood that is the title.
                return html
        spans += name == "span"
        depth += name not in _VOID
    return html[begin:] if begin >= 0 else None


def asks(html: str) -> bool:
    """Whether a page's HTML may ask for others, or for lists, to stand in it."""
    return MARK + "E" in html or MARK + "Q" in html


def include(html: str, html_of: Callable[[str, str], str | None]) -> str:
    """The HTML with what `html_of` gives for a target and a place there, where they stand alone.

    It stays as it is, a picture or a link, where `html_of` gives None.
    """

    def embed(found: re.Match[str]) -> str | None:
        target, anchor, *_ = map(unescape, found[1].split(APART))
        return html_of(target, anchor)

    def alone(block: re.Match[str]) -> str:
        if block["item"]:
            match = _ASKED.match(block["item"])
            shown = embed(match) if match else None
            return f"<{block['in']}>{block['item'] if shown is None else shown}"
        pieces = []
        for match in _ASKED.finditer(block[0]):
            shown = embed(match)
            pieces.append(f"{block['open']}{match[0]}</p>" if shown is None else shown)
        return "\n".join(pieces)

    return _ALONE.sub(alone, html)


def listed(html: str, html_of: Callable[[str, str], str]) -> str:
    """The HTML with what `html_of` gives for a short code, and for the page that it names."""
    return _LIST.sub(lambda found: found[1] + html_of(*map(unescape, found[2].split(APART))), html)


def included(html: str, title: str, address: str) -> str:
    """A page's HTML as a part of another that says where it is from."""
    source = f'<p class="include-from"><a href="{escape(address)}">{escape(title)}</a></p>'
    return f'<div class="include">{source}\n{html}</div>'


def refused(reason: str, title: str, address: str) -> str:
    """A link to what cannot stand here, and why: a name of `slots.Labels`."""
    link = f'<a href="{escape(address)}">{escape(title)}</a>'
    return f'<p class="include-wrong">{link}: {slot("K", reason)}</p>'
