"""What a rename does to texts: the stub that stays behind, and links that follow the page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from wiki.domain.content import frontmatter
from wiki.domain.content.links import Link, LinkKind, address, wikilink
from wiki.domain.content.paths import SUFFIX, fold
from wiki.domain.markdown import Document, read
from wiki.domain.markdown.marks import unescape
from wiki.domain.markdown.nodes import Definition, Inline, Kind, Leaf, every, walk

_KEYS = ("questions", "redirect")
_PLAIN = re.compile(r"[A-Za-z][\w/.-]*+")
_SCALAR = re.compile(
    r"\"(?P<double>(?:[^\"\\\n]++|\\.)*+)\"|'(?P<single>(?:[^'\n]++|'')*+)'"
    r"|(?P<plain>[^\s\[\]{},\"'#&*!|>%@`:-][^\[\]{},#\n]*+)"
)
_PLAIN_IN_BLOCK = re.compile(r"[ \t]*+(?:-[ \t]+)?+(?P<plain>[^\s\[{\"'#][^#\n]*+)")
_KEY = re.compile(r"[\w-]+[ \t]*:(?=\s|$)")
_KEPT = frozenset("/-._~,+=@")
_NOT_IN_WIKILINK = re.compile(r"[\[\]|#\n]")


def stub(target: str) -> str:
    """The text of a page that sends its readers on to `target`."""
    return f"---\nredirect: {_yaml(target)}\n---\n"


def repoint(text: str, page: str, old: str, new: str) -> str:
    """The text of `page` with its links to `old` pointing at `new`; code is left alone.

    Follows links to the page and to files beside it, however they are written, and the front
    matter's `questions` and `redirect`. In the renamed page itself (`page` is `new`) relative links
    to other pages are written from its new folder.
    """
    tails = [tail for tail in ("/index", "/README") if old.endswith(tail)]
    names = frozenset({fold(old), *(fold(old.removesuffix(tail)) for tail in tails)})
    move = _Move(page, old if page == new else page, old, new, names)
    begin = frontmatter.body_at(text)
    pieces = [_front(text[:begin], move)]
    at = begin
    for start, end, written in sorted(_changes(read(text, begin), move)):
        pieces += [text[at:start], written]
        at = end
    return "".join([*pieces, text[at:]])


@dataclass(frozen=True, slots=True)
class _Move:
    """A rename as one page meets it: the page is at `page` and was at `was`."""

    page: str
    was: str
    old: str
    new: str
    names: frozenset[str]

    def moved(self, link: Link) -> str:
        """Where the target of a link is now."""
        if link.kind is LinkKind.FILE:
            inside = link.target.removeprefix(self.old + "/")
            # Only what lies right beside the page goes with it.
            goes = inside != link.target and "/" not in inside
            return f"{self.new}/{inside}" if goes else link.target
        return self.new if fold(link.target) in self.names else link.target


def _changes(document: Document, move: _Move) -> Iterator[tuple[int, int, str]]:
    """Each part of the text that has to read otherwise: where it stands, and how."""
    text = document.text
    for block in walk(document.root):
        if isinstance(block, Definition):
            yield from _address(text, block.place, move)
        elif isinstance(block, Leaf):
            for node in every(document.inlines(block)):
                if node.place:
                    is_page = node.kind is Kind.WIKILINK
                    yield from (
                        _page(text, node, move) if is_page else _address(text, node.place, move)
                    )


def _page(text: str, node: Inline, move: _Move) -> Iterator[tuple[int, int, str]]:
    """How `[[page#heading]]` has to name its page."""
    assert node.place is not None
    if fold(wikilink(node.target).target) not in move.names or _NOT_IN_WIKILINK.search(move.new):
        return
    start, end = node.place
    yield start, start + len(text[start:end].partition("#")[0]), move.new


def _address(text: str, place: tuple[int, int], move: _Move) -> Iterator[tuple[int, int, str]]:
    """How the address of a link has to be written."""
    start, end = place
    written = unescape(text[start:end])
    link = address(written, move.was)
    if link.kind not in (LinkKind.PAGE, LinkKind.FILE) or not link.target:
        return
    target = move.moved(link)
    now = address(written, move.page)
    if (now.kind, now.target) == (link.kind, target):
        return
    path, tail = _cut(written)
    for candidate in _spellings(path, link.kind, target, move.page):
        found = address(candidate + tail, move.page)
        if (found.kind, found.target) == (link.kind, target):
            yield start, end, candidate + _encode(tail, _KEPT | set("#?&;%:"))
            return


def _spellings(path: str, kind: LinkKind, target: str, page: str) -> Iterator[str]:
    """Ways to write the address of a page or file, the one most like how it was written first."""
    root = next((p for p in ("/wiki/", "/files/", "/") if path.startswith(p)), "")
    folder = posixpath.dirname(page)
    own = target.removeprefix(page + "/")
    near = own if kind is LinkKind.FILE and "/" not in own else ""
    short = root + target if root else near or posixpath.relpath(target, folder or ".")
    suffix = SUFFIX if kind is LinkKind.PAGE and path.endswith(SUFFIX) else ""
    yield _encode(short + suffix)
    if kind is LinkKind.FILE:
        yield _encode(f"/files/{target}")
        return
    yield _encode(short + SUFFIX)
    yield _encode(f"/wiki/{target}")
    yield _encode(f"/wiki/{target}{SUFFIX}")


def _cut(written: str) -> tuple[str, str]:
    """An address without, and with only, its query and heading."""
    at = min((at for at in (written.find("?"), written.find("#")) if at >= 0), default=len(written))
    return written[:at], written[at:]


def _encode(path: str, kept: frozenset[str] | set[str] = _KEPT) -> str:
    """A path as it can stand in any link."""
    return "".join(c if c.isalnum() or c in kept else quote(c, safe="") for c in path)


def _front(front: str, move: _Move) -> str:
    """The front matter, with the keys whose values name pages naming the page as it is now."""
    if not any(key in front for key in _KEYS):
        return front
    done: list[str] = []
    inside = False
    for line in front.splitlines(keepends=True):
        key = _KEY.match(line)
        if key:
            inside = key[0].rstrip(": \t") in _KEYS
        done.append(_values(line, key.end() if key else 0, move) if inside else line)
    return "".join(done)


def _values(line: str, at: int, move: _Move) -> str:
    """A line of front matter from `at` on, with each of its values that names the page renamed."""
    lead, rest = line[:at], line[at:]
    # What stands after the key itself may name several pages, with commas between them.
    several = lead.startswith(_KEYS[0]) and not rest.lstrip().startswith("[")
    is_block = bool(lead) or rest.lstrip().startswith("-")
    alone = _PLAIN_IN_BLOCK.match(rest) if is_block else None
    if alone:
        value = alone["plain"].rstrip()
        start = alone.start("plain")
        written = _value(value, value, move, several)
        return lead + rest[:start] + written + rest[start + len(value) :]
    return lead + _SCALAR.sub(lambda found: _scalar(found, move, several), rest)


def _scalar(match: re.Match[str], move: _Move, several: bool) -> str:
    if match["plain"] is not None:
        value = match["plain"].rstrip()
        return _value(value, value, move, several) + match["plain"][len(value) :]
    if match["single"] is not None:
        return _value(match["single"].replace("''", "'"), match[0], move, several)
    value = match["double"].replace('\\"', '"').replace("\\\\", "\\")
    return _value(value, match[0], move, several)


def _value(value: str, written: str, move: _Move, several: bool) -> str:
    """A value as YAML: as it was written, unless it names the page."""
    parts = value.split(",") if several else [value]
    named = [_named(part, move) for part in parts]
    return written if parts == named else _yaml(",".join(named))


def _named(part: str, move: _Move) -> str:
    name = part.strip()
    opening, closing = ("[[", "]]") if name.startswith("[[") and name.endswith("]]") else ("", "")
    inside, bar, words = name[len(opening) : len(name) - len(closing)].partition("|")
    suffix = SUFFIX if inside.endswith(SUFFIX) else ""
    if fold(inside.removesuffix(SUFFIX).strip("/")) not in move.names:
        return part
    return part.replace(name, f"{opening}{move.new}{suffix}{bar}{words}{closing}")


def _yaml(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
