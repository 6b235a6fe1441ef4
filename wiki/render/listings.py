"""A list of pages that a text asked for, and why there is none, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from wiki.render.slots import clean


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in a list: its title, its address and a few words about it."""

    title: str
    address: str
    about: str = ""


def listing(entries: Sequence[Entry], empty: str) -> str:
    """Pages, one below the other; `empty` is what stands there if there are none."""
    if not entries:
        return f'<p class="listing-empty">{_text(empty)}</p>'
    return f'<ul class="listing">{"".join(map(_entry, entries))}</ul>'


def wrong(text: str, reason: str) -> str:
    """A short code as it is written, and what is wrong with it."""
    return f'<p class="listing-wrong"><code>{{{{{_text(text)}}}}}</code> {_text(reason)}</p>'


def _entry(entry: Entry) -> str:
    about = f' <span class="listing-about">{_text(entry.about)}</span>' if entry.about else ""
    return f'<li><a href="{_text(entry.address)}">{_text(entry.title)}</a>{about}</li>'


def _text(text: str) -> str:
    return escape(clean(text))
