"""Watches: what a member asks to be told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """The reach of a watch: one page, a question with all its dialogues, or all in a folder."""

    PAGE = "page"
    QUESTION = "question"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Watch:
    """The choice that a member made for a page or a folder.

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
class Held:
    """A watch that holds a page: of the page itself, of its question or of a folder around it."""

    scope: Scope
    path: str


@dataclass(frozen=True, slots=True)
class Watched:
    """The watches of one member, as paths of today: `silent` are the pages that they left."""

    pages: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()

    def held_by(self, path: str, questions: Sequence[str] = ()) -> Held | None:
        """The nearest watch that holds this page, or None; it is a dialogue about `questions`."""
        if path in self.silent:
            return None
        if path in self.questions:
            return Held(Scope.QUESTION, path)
        if path in self.pages:
            return Held(Scope.PAGE, path)
        about = [Held(Scope.QUESTION, one) for one in questions if one in self.questions]
        around = [Held(Scope.FOLDER, one) for one in folders_of(path) if one in self.folders]
        return next(iter(about + around), None)


@dataclass(frozen=True, slots=True)
class Reach:
    """The watches of all members: pages by identity, folders by path, and whether any question."""

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
