"""Rendered pages inside other screens: a page's HTML with ids and tools that are no longer its own.

Ids of two texts on one screen must not collide, so those of the inner one get a prefix, as do its
links to them; tools for editing, and for comments on a paragraph, are left out.
"""

from __future__ import annotations

import re

from wiki.render.slots import CLOSE, MARK, OPEN

_TOOLS = re.compile(f"{MARK}[HP][^{OPEN}{CLOSE}]*{CLOSE}")
_OPENING = re.compile(r"<[a-z][a-z0-9]*+(?: [a-z-]++=\"[^\"<>]*+\")++>")
_ID = re.compile(r' (id|aria-labelledby)="|( href)="#')


def inner(html: str, prefix: str) -> str:
    """The HTML of a page, its slots not filled yet, to stand on another screen under a prefix."""
    return _OPENING.sub(lambda tag: _ID.sub(lambda at: _named(at, prefix), tag[0]), _bare(html))


def _bare(html: str) -> str:
    return _TOOLS.sub("", html)


def _named(at: re.Match[str], prefix: str) -> str:
    return f' {at[1]}="{prefix}' if at[1] else f'{at[2]}="#{prefix}'
