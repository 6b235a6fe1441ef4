"""Which page lives at which path: identities through births, renames, deaths, returns and merges.

`Lives` is what a commit leaves behind: the page that lives, or last lived, at each path. It is a
function of the commit and its ancestors alone, so the same whether the commits before it were
just folded or were read back from the rows they left (`Past`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol


class Life(NamedTuple):
    """The page at a path: alive (`grave` is empty), or dead and its last blob is `grave`."""

    page: str
    grave: str = ""


class Birth(NamedTuple):
    """When and where a page was born; pages found to be the same go by the earliest."""

    date: int
    commit: str
    path: str


class Past(Protocol):
    """The rows about one of the commits that were followed earlier."""

    def life(self, path: str) -> Life | None:
        """Find what lives or last lived at the path; None if nothing did or it moved away."""

    def paths(self, page: str) -> Iterable[str]:
        """At least every path at which the page lived."""

    def differing(self, other: Past | None) -> set[str]:
        """At least every path about which this one and another past disagree."""

    def same(self) -> Mapping[str, str]:
        """Pages that merges up to here found to be another, and that other."""


def born(commit: str, path: str) -> str:
    """The identity of the page that a commit brings to life at a path."""
    return hashlib.sha256(f"{commit}:{path}".encode()).hexdigest()[:20]


class Lives:
    """The pages at each path after a commit; changed in place, so `fork` before a branch."""

    def __init__(self, past: Past | None = None) -> None:
        self._past = past
        self._lives: dict[str, Life | None] = {}
        self._homes: dict[str, str | None] = {}
        self._same: dict[str, str] = dict(past.same()) if past else {}

    def fork(self) -> Lives:
        """A copy that goes its own way."""
        copy = Lives.__new__(Lives)
        copy._past = self._past
        copy._lives = self._lives.copy()
        copy._homes = self._homes.copy()
        copy._same = self._same.copy()
        return copy

    def at(self, path: str) -> Life | None:
        """Find what lives or last lived at the path."""
        if path in self._lives:
            life = self._lives[path]
        else:
            life = self._past.life(path) if self._past else None
        return self.known(life)

    def known(self, life: Life | None) -> Life | None:
        """The same life under the name that its page goes by here."""
        if life and self._same and life.page in self._same:
            return Life(self._same[life.page], life.grave)
        return life

    def alive(self, path: str) -> str:
        """The page that lives at the path; empty if none does."""
        life = self.at(path)
        return life.page if life and not life.grave else ""

    def home(self, page: str) -> str | None:
        """The path where the page lives, or None if it does not live."""
        for name in (page, *(other for other, one in self._same.items() if one == page)):
            path = self._homes.get(name)
            if path is not None and self.alive(path) == page:
                return path
        if self._past:
            for path in self._past.paths(page):
                if self.alive(path) == page:
                    return path
        return None

    def put(self, path: str, life: Life | None) -> None:
        """Put a page at a path, bury it there, or (None) leave nothing there."""
        before = self.alive(path)
        if before and self.home(before) == path:
            self._homes[before] = None
        self._lives[path] = life
        if life and not life.grave:
            self._homes[life.page] = path

    def living(self) -> dict[str, str]:
        """Every path with the page that lives there, of what was folded here."""
        return {path: page for path in self._lives if (page := self.alive(path))}

    def differing(self, other: Lives) -> set[str]:
        """At least every path at which this and another differ."""
        mine, theirs = self._lives, other._lives
        paths = {path for path, life in mine.items() if theirs.get(path, self) is not life}
        paths.update(path for path in theirs if path not in mine)
        if self._past is not other._past:
            past = self._past or other._past
            assert past is not None
            paths |= past.differing(other._past if past is self._past else self._past)
        return paths

    def learn(self, pairs: Iterable[tuple[str, str]], birth: Callable[[str], Birth]) -> None:
        """Take over that pairs of pages are the same; each class goes by its earliest birth."""
        new = [pair for pair in pairs if self._same.get(pair[0]) != pair[1]]
        if new:
            self._same = classes([*self._same.items(), *new], birth)

    @property
    def same(self) -> Mapping[str, str]:
        """Pages that are another, and that other."""
        return self._same


def classes(pairs: Iterable[tuple[str, str]], birth: Callable[[str], Birth]) -> dict[str, str]:
    """For pairs of pages that are the same: every page that is not its class's earliest, and it."""
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = groups.get(one, {one}) | groups.get(other, {other})
        for page in joined:
            groups[page] = joined
    earliest = {}
    for page, group in groups.items():
        first = min(group, key=birth)
        if first != page:
            earliest[page] = first
    return earliest
