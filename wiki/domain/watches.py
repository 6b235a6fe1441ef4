"""Watches: what a member asks to be told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a watch holds: one page, a question with all its dialogues, or all in a folder."""

    PAGE = "page"
    QUESTION = "question"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Watch:
    """What a member said of a page or a folder.

    `path` and `revision` say where the page was when they said it (a folder has no revision).
    `wanted` is False where they ended the watch: the page is then silent for them, whatever else
    they watch, and is not watched by itself any more.
    """

    id: int
    member: int
    scope: Scope
    path: str
    revision: str
    wanted: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """What one member watches, as paths of today: `silent` are the pages that they left."""

    pages: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()

    def scope_of(self, path: str) -> Scope | None:
        """The nearest watch that holds this page by its own path, or None."""
        if path in self.silent:
            return None
        if path in self.questions:
            return Scope.QUESTION
        if path in self.pages:
            return Scope.PAGE
        return Scope.FOLDER if self.folders.intersection(folders_of(path)) else None


@dataclass(frozen=True, slots=True)
class Reach:
    """What anybody watches: pages by identity, folders by path, and whether any question."""

    pages: frozenset[str]
    folders: frozenset[str]
    questions: bool

    def may_hold(self, page: str, path: str) -> bool:
        """False if certainly nobody watches this page."""
        if self.questions or page in self.pages:
            return True
        return bool(self.folders.intersection(folders_of(path)))


def folders_of(path: str) -> tuple[str, ...]:
    """The folders that a page is in, the nearest first: `a/b/c` is in `a/b` and `a`."""
    parts = path.split("/")[:-1]
    return tuple("/".join(parts[:size]) for size in range(len(parts), 0, -1))
