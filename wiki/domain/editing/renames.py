"""Renames in texts: the stub that stays behind, and links that follow the page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from wiki.domain.content import frontmatter
from wiki.domain.content.links import LOCAL, LinkKind, address, wikilink
from wiki.domain.content.names import Lead, To, places, stem
from wiki.domain.content.paths import SUFFIX, fold, has_suffix, without_suffix
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.html import Tag
from wiki.domain.markdown.html import pieces as pieces_of
from wiki.domain.markdown.marks import unescape
from wiki.domain.markdown.nodes import Definition, Html, Inline, Kind, Leaf, ShortCode, every, walk

_KEYS = ("questions", "redirect")
_PLAIN = re.compile(r"[A-Za-z][\w/.-]*+")
_SCALAR = re.compile(
    r"\"(?P<double>(?:[^\"\\\n]++|\\.)*+)\"|'(?P<single>(?:[^'\n]++|'')*+)'"
    r"|(?P<plain>[^\s\[\]{},\"'#&*!|>%@`:-][^\[\]{},#\n]*+)"
)
_PLAIN_IN_BLOCK = re.compile(r"[ \t]*+(?:-[ \t]+)?+(?P<plain>[^\s\[{\"'#][^#\n]*+)")
_KEY = re.compile(r"[\w-]+[ \t]*:(?=\s|$)")
_KEPT = frozenset("/-._~,+@")
_NOT_IN_CODE = re.compile(r"[{}\"'“”#\n]")
_NOT_BARE = re.compile(r"[\s=]")
_NOT_IN_WIKILINK = re.compile(r"[\[\]|#\n]")


def stub(target: str) -> str:
    """The text of a page that sends its readers on to `target`."""
    return f"---\nredirect: {_yaml(target)}\n---\n"


Find = Callable[[str, str], Lead | None]
"""Where a target leads from the page at a path (the source, the target)."""


@dataclass(frozen=True, slots=True)
class Move:
    """A page goes from `old` to `new`, and files with it, each to its new path.

    `before` and `after` say where links lead as things were, and as they will be.
    """

    old: str
    new: str
    files: Mapping[str, str]
    before: Find
    after: Find

    def moved(self, path: str) -> str:
        """Where a page or file is afterwards."""
        return self.new if path == self.old else self.files.get(path, path)

    def moves(self, path: str) -> bool:
        """Whether this is where something goes."""
        return path == self.new or path in self.files.values()


def opened(text: str) -> Document:
    """A page's text, read to be repointed: once, however often that is done."""
    return read(text, frontmatter.body_at(text))


def repoint(document: Document, page: str, move: Move) -> str:
    """The text of `page` with every link leading where it led; code is left alone.

    Only links change that would lead elsewhere, whether it is the page itself that moves (`page`
    is `move.new`) or what they lead to; and the front matter's `questions` and `redirect`.
    """
    here = _Here(page, move.old if page == move.new else page, move)
    text, begin = document.text, document.root.start
    pieces = [_front(text[:begin], here)]
    at = begin
    for start, end, written in sorted(_changes(document, here)):
        pieces += [text[at:start], written]
        at = end
    return "".join([*pieces, text[at:]])


@dataclass(frozen=True, slots=True)
class _Here:
    """A move as one page meets it: the page is at `page` and was at `was`."""

    page: str
    was: str
    move: Move

    def meant(self, target: str, *, by_name: bool = False) -> _Goal | None:
        """Tell what a link led to, by where that is afterwards; `by_name`: a name will do."""
        lead = self.move.before(self.was, target)
        if lead is None:
            return None
        is_path = not by_name and _is_path(self.was, target, lead)
        return _Goal(self.move.moved(lead.path), lead.to, is_path)

    def reaches(self, target: str, goal: _Goal | None) -> bool:
        """Whether a link leads there afterwards, and by its path if it did."""
        lead = self.move.after(self.page, target)
        if lead is None or goal is None:
            return lead is None and goal is None
        is_there = (lead.path, lead.to) == (goal.path, goal.to)
        return is_there and (_is_path(self.page, target, lead) or not goal.is_path)

    def is_kept(self, target: str, goal: _Goal) -> bool:
        """Whether a link may stay as it is: nothing moves, or it leads where it led."""
        is_still = self.page == self.was and not self.move.moves(goal.path)
        return is_still or self.reaches(target, goal)


@dataclass(frozen=True, slots=True)
class _Goal:
    """The page that a link is to lead to; `is_path` if it led there by its path, not by a name."""

    path: str
    to: To
    is_path: bool


def _is_path(source: str, target: str, lead: Lead) -> bool:
    there = {fold(lead.path), stem(lead.path)}
    return any(fold(place) in there for place in places(source, target))


def _changes(document: Document, here: _Here) -> Iterator[tuple[int, int, str]]:
    """Each part of the text that has to read otherwise: where it stands, and how."""
    text = document.text
    for block in walk(document.root):
        if isinstance(block, Definition):
            yield from _address(text, block.place, here)
        elif isinstance(block, ShortCode):
            yield from _named_in(text, block, here)
        elif isinstance(block, Html):
            yield from _tags(text, block.start, block.text, here)
        elif isinstance(block, Leaf):
            for node in every(document.links(block)):
                if node.kind is Kind.HTML:
                    yield from _tags(text, node.start, node.text, here)
                elif node.place and node.kind in (Kind.WIKILINK, Kind.EMBED):
                    yield from _page(text, node, here)
                elif node.place:
                    yield from _address(text, node.place, here)


def _tags(text: str, start: int, written: str, here: _Here) -> Iterator[tuple[int, int, str]]:
    """How addresses in raw HTML have to be written; not where marks of a quote stand between."""
    if not text.startswith(written, start):
        return
    for piece, _ in pieces_of(written):
        if isinstance(piece, Tag):
            for begin, end in piece.places.values():
                yield from _address(text, (start + begin, start + end), here)


def _named_in(text: str, code: ShortCode, here: _Here) -> Iterator[tuple[int, int, str]]:
    """How a short code has to name its page: quoted, if what it is called now asks for that."""
    target = wikilink(code.target).target
    meant = here.meant(target, by_name=True) if target else None
    if meant is None or here.is_kept(target, meant):
        return
    start, end = code.place
    is_bare = text[start - 1] == "="
    for name in _names(target, meant.path):
        if here.reaches(name, meant) and not _NOT_IN_CODE.search(name):
            yield start, end, f'"{name}"' if is_bare and _NOT_BARE.search(name) else name
            return


def _page(text: str, node: Inline, here: _Here) -> Iterator[tuple[int, int, str]]:
    """How `[[page#heading]]` has to name its page."""
    assert node.place is not None
    target = wikilink(node.target).target
    meant = here.meant(target, by_name=True) if target else None
    if meant is None or here.is_kept(target, meant):
        return
    start, end = node.place
    for name in _names(target, meant.path):
        if here.reaches(name, meant) and not _NOT_IN_WIKILINK.search(name):
            yield start, start + len(text[start:end].partition("#")[0]), name
            return


def _names(target: str, path: str) -> Iterator[str]:
    """Ways to name a page or file in a wikilink: as short as it was, else its whole path."""
    if "/" not in target:
        yield path.rpartition("/")[2]
    yield path
    yield f"{path}.md"


def _address(text: str, place: tuple[int, int], here: _Here) -> Iterator[tuple[int, int, str]]:
    """How the address of a link has to be written."""
    start, end = place
    written = unescape(text[start:end])
    link = address(written, here.was)
    if link.kind not in LOCAL or not link.target:
        return
    goal = here.meant(link.target)
    now = address(written, here.page)
    if goal is not None:
        if here.is_kept(now.target, goal):
            return
        path, to = goal.path, goal.to
    else:
        # It goes on wanting what it wanted; a file may come beside the page yet.
        if now.target == link.target or _is_bare(written, link.kind):
            return
        path, to = link.target, To.FILE if link.kind is LinkKind.FILE else To.PAGE
    was, tail = _cut(written)
    for candidate in _spellings(was, to, path, here.page):
        new_link = address(candidate + tail, here.page)
        if (
            new_link.kind in LOCAL
            and (goal or new_link.target == path)
            and here.reaches(new_link.target, goal)
        ):
            yield start, end, candidate + _encode(tail, _KEPT | set("#?&;%:"))
            return


def _is_bare(written: str, kind: LinkKind) -> bool:
    return kind is LinkKind.FILE and "/" not in _cut(written)[0].removeprefix("./")


def _spellings(path: str, to: To, goal: str, page: str) -> Iterator[str]:
    """Ways to write the address of a page or file, the one most like how it was written first."""
    root = next((p for p in ("/wiki/", "/files/", "/") if path.startswith(p)), "")
    own = goal.removeprefix(page + "/")
    short = posixpath.relpath(goal, posixpath.dirname(page) or ".")
    suffix = path[-len(SUFFIX) :] if to is To.PAGE and has_suffix(path) else ""
    suffix = suffix if suffix.lower() == SUFFIX and not has_suffix(goal) else ""
    if root:
        yield _encode(root + goal + suffix)
    elif own != goal and "/" not in own and "/" not in path.removeprefix("./"):
        yield _encode(own)
    yield _encode(short + suffix)
    if to is To.FOLDER:
        yield _encode(f"{short}/")
    if to is To.FILE:
        yield _encode(f"/files/{goal}")
        return
    yield _encode(short + SUFFIX)
    yield _encode(f"/wiki/{goal}")
    yield _encode(f"/wiki/{goal}{SUFFIX}")


def _cut(written: str) -> tuple[str, str]:
    """An address without, and with only, its query and heading."""
    at = min((at for at in (written.find("?"), written.find("#")) if at >= 0), default=len(written))
    return written[:at], written[at:]


def _encode(path: str, kept: frozenset[str] | set[str] = _KEPT) -> str:
    """A path as it can stand in any link."""
    return "".join(c if c.isalnum() or c in kept else quote(c, safe="") for c in path)


def _front(front: str, here: _Here) -> str:
    """The front matter, with the keys whose values name pages naming the page as it is now."""
    if not any(key in front for key in _KEYS):
        return front
    done: list[str] = []
    inside = False
    for line in front.splitlines(keepends=True):
        key = _KEY.match(line)
        if key:
            inside = key[0].rstrip(": \t") in _KEYS
        done.append(_values(line, key.end() if key else 0, here) if inside else line)
    return "".join(done)


def _values(line: str, at: int, here: _Here) -> str:
    """A line of front matter from `at` on, with each of its values that names the page renamed."""
    lead, rest = line[:at], line[at:]
    # What stands after the key itself may name several pages, with commas between them.
    several = lead.startswith(_KEYS[0]) and not rest.lstrip().startswith("[")
    is_block = bool(lead) or rest.lstrip().startswith("-")
    alone = _PLAIN_IN_BLOCK.match(rest) if is_block else None
    if alone:
        value = alone["plain"].rstrip()
        start = alone.start("plain")
        written = _value(value, value, here, several)
        return lead + rest[:start] + written + rest[start + len(value) :]
    return lead + _SCALAR.sub(lambda found: _scalar(found, here, several), rest)


def _scalar(match: re.Match[str], here: _Here, several: bool) -> str:
    if match["plain"] is not None:
        value = match["plain"].rstrip()
        return _value(value, value, here, several) + match["plain"][len(value) :]
    if match["single"] is not None:
        return _value(match["single"].replace("''", "'"), match[0], here, several)
    value = match["double"].replace('\\"', '"').replace("\\\\", "\\")
    return _value(value, match[0], here, several)


def _value(value: str, written: str, here: _Here, several: bool) -> str:
    """A value as YAML: as it was written, unless it names the page."""
    parts = value.split(",") if several else [value]
    named = [_named(part, here) for part in parts]
    return written if parts == named else _yaml(",".join(named))


def renamed(name: str, page: str, move: Move) -> str:
    """The name, in front matter of `page`, of what this name means there."""
    return _renamed(name, _Here(page, move.old if page == move.new else page, move))


def _renamed(name: str, here: _Here) -> str:
    target = without_suffix(name.strip()).strip("/")
    meant = here.meant(target, by_name=True) if target else None
    return name if meant is None or here.is_kept(target, meant) else meant.path


def _named(part: str, here: _Here) -> str:
    name = part.strip()
    opening, closing = ("[[", "]]") if name.startswith("[[") and name.endswith("]]") else ("", "")
    inside, bar, words = name[len(opening) : len(name) - len(closing)].partition("|")
    now = _renamed(inside, here)
    if now == inside:
        return part
    suffix = SUFFIX if inside.lower().endswith(SUFFIX) else ""
    return part.replace(name, f"{opening}{now}{suffix}{bar}{words}{closing}")


def _yaml(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
