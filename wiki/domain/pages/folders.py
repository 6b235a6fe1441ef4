"""Folders: what lies in one, as a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page in a tree of pages."""

    path: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A page in a list of many: `updated` is when it changed last."""

    path: str
    title: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with the number of pages that lie in it, at any depth."""

    path: str
    pages: int

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.rpartition("/")[2]
