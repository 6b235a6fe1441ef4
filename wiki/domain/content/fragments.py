"""The meaning of `#anchor` in a link: a heading, by our id or by GitHub's, or a named place.

Ours (`h-doel`) begins as nothing else of the site does. GitHub's (`doel`, `doel-1`, `12-aanpak`)
stands beside it, so that links made there lead where they did; so do the id that ours is made of
and `<a name>`. None of them may be an id of the screen around the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category

from wiki.domain.content.paths import slug
from wiki.domain.content.sections import PREFIX, Section
from wiki.domain.markdown import Document, emoji, html
from wiki.domain.markdown.nodes import Block, Heading, Html, Kind, Leaf, Paragraph, every, walk
from wiki.domain.markdown.plain import title

OF_SCREEN = frozenset(
    "activity-words all-here asked cite codes comments comments-keep comments-remove"
    " comments-title contents-title decide dialogues-here difference difference-title"
    " editor errors first-steps footnotes help-image-file help-logo keys keys-title logo main now"
    " open-questions preview-title said said-last search server set-aside site"
    " talk-form to-do took-part true wrote".split()
)
"""Ids of the screens on which a text may stand."""

_OF_GITHUB = "user-content-"
"""What GitHub's ids begin with in its HTML; a link leads there with it and without."""
_OWN = re.compile(r"(?:turn|fn|fnref|comment|passage|move-[a-z]++)-[0-9]++")
_SCREENS = (PREFIX, "field-", "error-", "help-")
_NAMED = re.compile(r"<a[ \t\n]", re.IGNORECASE)
_ODD = re.compile(r"[^\w\- ]")
"""What is no letter, digit or dash; marks of a letter are among it."""
_MARK = re.compile(r"[A-Za-z0-9-]{4,64}")
_MOST_IN_ID = 300


def github(title: str) -> str:
    """The id that GitHub gives a heading with this text, if no heading before has the same."""
    return _ODD.sub(_kept, title.lower()).replace(" ", "-")


def elsewhere(anchor: str) -> str:
    """The id that `#anchor` means on a page that is not at hand: an id, or a heading's text."""
    if not anchor or anchor.startswith(PREFIX) or _OWN.fullmatch(anchor):
        return anchor
    anchor = anchor.removeprefix(_OF_GITHUB)
    found = github(anchor)
    return found if _is_free(found) else PREFIX + slug(anchor)


class Fragments:
    """The ids on one page, besides our own: which headings and places bear, and what links mean."""

    def __init__(self, document: Document, sections: dict[int, Section]) -> None:
        self._sections = sections
        self._ids: dict[int, list[str]] = {}
        self._names: dict[str, str] = {}
        self._meant: dict[str, str] = {}
        self._taken = {section.anchor for section in sections.values()}
        headings: list[Heading] = []
        names: list[str] = []
        for block in walk(document.root):
            if isinstance(block, Heading):
                headings.append(block)
            names += _names(document, block)
        said = [(heading, self._said(document, heading)) for heading in headings]
        for heading in headings:
            self._bear(heading, github(heading.id))
        self._number(said)
        for name in names:
            self._name(name)
        for heading, text in said:
            self._bear(heading, slug(text))

    def of(self, heading: int) -> list[str]:
        """The ids, besides ours, of the heading that begins at this place of the text."""
        return self._ids.get(heading, [])

    def place(self, name: str) -> str:
        """The id of a named place, the first time it is asked for; empty if it has none."""
        return self._names.pop(name, "")

    def meant(self, anchor: str) -> str:
        """The id that `#anchor` means on this page."""
        if _OWN.fullmatch(anchor):
            return anchor
        bare = anchor.removeprefix(_OF_GITHUB)
        for written in (anchor, github(anchor), github(bare), PREFIX + slug(bare)):
            if written in self._meant:
                return self._meant[written]
            if written in self._taken:
                return written
        return elsewhere(anchor)

    def _said(self, document: Document, heading: Heading) -> str:
        section = self._sections.get(heading.start)
        return section.title if section else title(document, heading)

    def _number(self, headings: list[tuple[Heading, str]]) -> None:
        """Give each heading the id it has on GitHub, where those of the same text are counted."""
        counts: dict[str, int] = {}
        for heading, text in headings:
            base = github(_by_name(text, heading.content.text))[:_MOST_IN_ID]
            count = counts.get(base, 0)
            counts[base] = count + 1
            fragment = f"{base}-{count}" if count else base
            section = self._sections.get(heading.start)
            if not self._bear(heading, fragment) and section and fragment:
                self._meant.setdefault(fragment, section.anchor)

    def _bear(self, heading: Heading, fragment: str) -> bool:
        if fragment in self._taken or not _is_free(fragment):
            return False
        self._taken.add(fragment)
        self._ids.setdefault(heading.start, []).append(fragment)
        return True

    def _name(self, name: str) -> None:
        if name in self._taken or not _is_free(name) or any(char.isspace() for char in name):
            return
        self._taken.add(name)
        self._names[name] = name
        self._meant.setdefault(github(name), name)


def _by_name(said: str, written: str) -> str:
    """A heading's text, signs that it names (`:crab:`) by their names: so GitHub makes its id."""
    for name in emoji.WRITTEN.finditer(written) if ":" in written else ():
        found = emoji.sign(written, name.start(), 0)
        if found:
            said = said.replace(found[0], name[1], 1)
    return said


def _kept(odd: re.Match[str]) -> str:
    return odd[0] if category(odd[0]) in ("Mn", "Mc", "Me", "Pc", "Nd") else ""


def _is_free(fragment: str) -> bool:
    """Whether an id is none of ours, and none of the screen around the text."""
    is_ours = fragment in OF_SCREEN or fragment.startswith(_SCREENS) or _OWN.fullmatch(fragment)
    return bool(fragment) and not is_ours


def mark_of(text: str) -> tuple[str, int]:
    """Return the name that ` ^name` at the end of a paragraph gives it, and where that begins.

    So notes of Obsidian name what `[[page#^name]]` leads to; an empty name if none is given.
    """
    at = text.rfind("^")
    name = text[at + 1 :].rstrip()
    if at < 0 or (at and text[at - 1] not in " \t\n") or not _MARK.fullmatch(name):
        return "", len(text)
    return name, at


def _names(document: Document, block: Block) -> Iterator[str]:
    """The names of places in a block."""
    if isinstance(block, Paragraph) and "^" in block.content.text:
        name, _ = mark_of(block.content.text)
        if name:
            yield name
    for tag in _tags(document, block):
        name = tag.place
        if name and len(name) <= _MOST_IN_ID:
            yield name


def _tags(document: Document, block: Block) -> Iterator[html.Tag]:
    """The tags in a block, as far as they can name places."""
    if isinstance(block, Html):
        yield from (piece for piece, _ in html.pieces(block.text) if isinstance(piece, html.Tag))
    elif isinstance(block, Leaf) and _NAMED.search(block.content.text):
        written = (n.text for n in every(document.inlines(block)) if n.kind is Kind.HTML)
        yield from filter(None, map(html.read_tag, written))
