"""Git trees as raw bytes: found in, compared and spliced without unpacking every entry.

A tree is a row of `<octal mode> <name>\\0<20 bytes of id>`, sorted by name, where a folder sorts as
its name with a slash. A folder of 3,000 pages is 120 KB of it, so editing one page must not cost
3,000 objects in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wiki.store.objects.likeness import common_end, common_start

FILE = 0o100644
EXECUTABLE = 0o100755
FOLDER = 0o40000
LINK = 0o120000
SUBMODULE = 0o160000
EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

MOST_BYTES = 1_000
MOST_FOLDERS = 64
"""A file whose path is longer, or lies deeper, is not shown: no address leads there."""

_ENTRY = re.compile(rb"([0-7]{1,11}) ([^\0]*)\0(.{20})", re.DOTALL)
_ENTRIES = re.compile(rb"(?:[0-7]{1,11} [^\0]*\0.{20})*+", re.DOTALL)
_DIGITS = (6, 5, 7, 4, 3, 2, 1, 8, 9, 10, 11)
"""How long a mode may be, the usual lengths first: git reads what no git writes."""
# Beyond this many edits a tree is written anew instead of spliced.
_FEW = 30


class Node(NamedTuple):
    """One entry of a tree; `start` and `end` are its place in the raw bytes."""

    name: bytes
    mode: int
    id: str
    start: int
    end: int

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file: not a folder, symbolic link or submodule."""
        return self.mode & 0o170000 == 0o100000

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == LINK

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.mode == FOLDER


def path_of(folder: str, name: bytes) -> str | None:
    """The path of what has this name in a folder (empty, or ended by a slash).

    None if it cannot be shown: its name is no UTF-8 or no name, its path too long or too deep.
    """
    if name in (b"", b".", b"..") or b"/" in name:
        return None
    try:
        path = folder + name.decode()
    except UnicodeDecodeError:
        return None
    return path if is_shown(path) else None


def is_shown(path: str) -> bool:
    """Whether a path is short and flat enough."""
    return len(path.encode()) <= MOST_BYTES and path.count("/") <= MOST_FOLDERS


def nodes(raw: bytes, start: int = 0) -> Iterator[Node]:
    """Every entry from an entry's start onwards."""
    for match in _ENTRY.finditer(raw, start):
        yield _node(match)


def names(raw: bytes) -> list[bytes]:
    """Every name."""
    return [name for _, name, _ in _ENTRY.findall(raw)]


def sound(raw: bytes) -> bytes:
    """The same if it is a list of entries to its end; else an empty one."""
    return raw if _ENTRIES.fullmatch(raw) else b""


def find(raw: bytes, name: bytes) -> Node | None:
    """The entry of that name, or None."""
    at = raw.find(b" " + name + b"\0")
    while at != -1:
        for digits in _DIGITS:
            start = at - digits
            # The same bytes may stand inside a longer name or a hash: check that the
            # entries before this one end exactly here.
            if start >= 0 and raw[start:at].isdigit() and _ends_at(raw, start):
                match = _ENTRY.match(raw, start)
                return _node(match) if match and match[2] == name else None
        at = raw.find(b" " + name + b"\0", at + 1)
    return None


def entry(name: bytes, mode: int, id: str) -> bytes:
    """One entry's raw bytes."""
    return b"%o %s\0%s" % (mode, name, bytes.fromhex(id))


def edited(raw: bytes, edits: Mapping[bytes, tuple[int, str] | None]) -> bytes:
    """The tree with entries set to a mode and an id, or removed (None); missing ones are added."""
    if len(edits) > _FEW:
        entries = {node.name: (node.mode, node.id) for node in nodes(raw)}
        left = [(name, *to) for name, to in {**entries, **edits}.items() if to]
        return b"".join(entry(*one) for one in sorted(left, key=lambda one: _key(*one[:2])))
    for name, to in edits.items():
        raw = _put(raw, name, to)
    return raw


def _put(raw: bytes, name: bytes, to: tuple[int, str] | None) -> bytes:
    node = find(raw, name)
    if node and to and (node.mode == FOLDER) == (to[0] == FOLDER):
        return raw[: node.start] + entry(name, *to) + raw[node.end :]
    if node:
        raw = raw[: node.start] + raw[node.end :]
    if not to:
        return raw
    at = _place(raw, name, to[0])
    return raw[:at] + entry(name, *to) + raw[at:]


def _place(raw: bytes, name: bytes, mode: int) -> int:
    """Where a new entry of that name belongs."""
    key = _key(name, mode)
    for match in _ENTRY.finditer(raw):
        if _key(match[2], int(match[1], 8)) > key:
            return match.start()
    return len(raw)


def differing(before: bytes, after: bytes) -> Iterator[tuple[Node | None, Node | None]]:
    """Pairs of entries of one name that differ, None where it is absent; near-linear in them.

    What the two trees share at the start and at the end is skipped at the speed of a pattern.
    """
    shortest = min(len(before), len(after))
    start = _boundary(before, common_start(before, after, shortest))
    old, new = _until_equal(before, after, start)
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one is None or other is None or (one.mode, one.id) != (other.mode, other.id):
            yield one, other


def _until_equal(
    before: bytes, after: bytes, start: int
) -> tuple[dict[bytes, Node], dict[bytes, Node]]:
    shared = common_end(before, after, min(len(before), len(after)) - start)
    old, left = _collect(before, start, len(before) - shared)
    new, right = _collect(after, start, len(after) - shared)
    # Both stopped at an entry's end; go on until the same rest follows.
    while (rest := len(before) - left) != (other := len(after) - right):
        if rest > other:
            left = _one_more(before, left, old)
        else:
            right = _one_more(after, right, new)
    return old, new


def _collect(raw: bytes, at: int, end: int) -> tuple[dict[bytes, Node], int]:
    by_name: dict[bytes, Node] = {}
    while at < end:
        at = _one_more(raw, at, by_name)
    return by_name, at


def _one_more(raw: bytes, at: int, nodes: dict[bytes, Node]) -> int:
    match = _ENTRY.match(raw, at)
    if match is None:
        raise ValueError("a tree is damaged")
    nodes[match[2]] = _node(match)
    return match.end()


def _boundary(raw: bytes, limit: int) -> int:
    """The last entry's end at or before `limit`.

    Every entry before it is passed: what looks like the start of one may lie inside a hash.
    """
    match = _ENTRIES.match(raw, 0, limit)
    return match.end() if match else 0


def _ends_at(raw: bytes, end: int) -> bool:
    match = _ENTRIES.match(raw, 0, end)
    return match is not None and match.end() == end


def _key(name: bytes, mode: int) -> bytes:
    return name + b"/" if mode == FOLDER else name


def _node(match: re.Match[bytes]) -> Node:
    return Node(match[2], int(match[1], 8), match[3].hex(), match.start(), match.end())
