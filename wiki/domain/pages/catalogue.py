"""Things that lists are made of beside pages: people, tags, pages that are wanted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in dialogues: how their name is in addresses, and in how many dialogues."""

    slug: str
    name: str
    role: str
    member: str
    dialogues: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it is first written, and how many pages carry it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that others link to though it does not exist, and how many do."""

    target: str
    pages: int
