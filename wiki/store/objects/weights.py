"""How much trees hold, so that one that multiplies is not followed file by file.

A few hundred bytes can name one folder ten times, in ten others, ten deep: ten thousand million
files. So each tree is weighed once, by its id, and a folder that weighs too much is left out where
a tree is gone through. What is left out of a tree depends on that tree alone: lists, differences
and rebuilds agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from wiki.domain.errors import Unreadable

MOST = 1_000_000
"""About as many files and folders as going through one tree may take."""

_SHARE = 8
"""A folder that holds more folders than this which are left out is left out itself."""
_BYTES = 40
"""Of an entry, about: names are not counted one by one."""
_KEPT = 50_000
_ENTRY = re.compile(rb"0{0,6}40000 [^\0]*\0(.{20})|[0-7]{1,11} [^\0]*\0.{20}", re.DOTALL)


class Weight(NamedTuple):
    """The weight of a tree, in entries to go through, and the ids of its folders that are left out.

    `is_whole`: nothing is left out, in the folders below either.
    """

    entries: int
    left_out: frozenset[str]
    is_whole: bool


_NOTHING = Weight(1, frozenset(), is_whole=True)


class Weights:
    """The weights of trees, kept by id; `read` gives what reads one, or raises Unreadable."""

    def __init__(self, read: Callable[[], Callable[[str], bytes] | None]) -> None:
        self._read = read
        self._known: dict[str, Weight] = {}

    def of(self, tree: str) -> Weight:
        """A tree's weight; what cannot be read weighs nothing."""
        weights, waiting = self._known, [tree]
        while waiting:
            id = waiting[-1]
            if id in weights:
                waiting.pop()
                continue
            entries, folders = self._look(id)
            unknown = [one for one in folders if one not in weights]
            if unknown:
                # Not by calls in calls: a tree may be deeper than these may be.
                waiting += unknown
                continue
            weights[waiting.pop()] = _weigh(entries, [(weights[one], one) for one in folders])
        if len(weights) > _KEPT:
            self._known = {}
        return weights[tree]

    def clear(self) -> None:
        """Forget everything: objects were put right."""
        self._known = {}

    def _look(self, tree: str) -> tuple[int, list[str]]:
        """About how many entries a tree has, and the ids of its folders."""
        read = self._read()
        assert read
        try:
            raw = read(tree)
        except Unreadable:
            return 1, []
        # Most trees hold files alone: that is seen at once.
        found = _ENTRY.findall(raw) if b"40000 " in raw else ()
        return 1 + len(raw) // _BYTES, [id.hex() for id in found if id]


def _weigh(entries: int, folders: list[tuple[Weight, str]]) -> Weight:
    if not folders:
        return _NOTHING._replace(entries=entries)
    left_out = {id for weight, id in folders if weight.entries > MOST}
    total = entries + sum(
        MOST // _SHARE if id in left_out else weight.entries for weight, id in folders
    )
    if total > MOST:
        # It is left out where it lies; who goes through it all the same begins with the lightest.
        left_out |= _beyond(sorted((weight.entries, id) for weight, id in folders))
    is_whole = not left_out and all(weight.is_whole for weight, _ in folders)
    return Weight(total, frozenset(left_out), is_whole)


def _beyond(weights: list[tuple[int, str]]) -> set[str]:
    """The folders, the lightest first, which together with those before them weigh too much."""
    total = 0
    beyond = set()
    for weight, id in weights:
        total += weight
        if total > MOST:
            beyond.add(id)
    return beyond
