"""Revisions: one commit as it touched one page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_REVISION = re.compile(r"[0-9a-f]{4,64}")
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*): +(.*)")


class Event(StrEnum):
    """The acts of commits by the wiki; their written form is the `Denktank:` trailer."""

    CREATE = "create"
    EDIT = "edit"
    MERGE = "merge"
    RENAME = "rename"
    DELETE = "delete"
    RESTORE = "restore"
    UNDO = "undo"
    SUGGESTION = "suggestion"
    IMPORT = "import"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Author:
    """The maker of a commit: a username and an opaque address, or an outsider's own name.

    `given` is the name that a member gave themselves, which git does not keep.
    """

    name: str
    email: str
    given: str = field(default="", compare=False)

    DOMAIN = "members.invalid"

    @property
    def called(self) -> str:
        """Tell how the author is called on every screen."""
        return self.given or self.name

    @property
    def uid(self) -> str:
        """The member's opaque id, or empty for an author from outside."""
        local, _, domain = self.email.partition("@")
        return local if domain == self.DOMAIN else ""

    @property
    def key(self) -> str:
        """The key that tells authors apart: a member's id, else an address, else a name."""
        return self.uid or self.email.lower() or self.name

    def from_outside(self) -> Author:
        """The name of whoever pushed a commit, and how the commit came, as everybody is told.

        Never a member, whatever name or address was given: what tells this author from others is
        no opaque id.
        """
        name = f"{self.name}, via git" if self.name else "git"
        return Author(name, "" if self.uid or "@" not in self.email else self.email)


class Part(StrEnum):
    """The parts of a revision that can be hidden: the text, the message, the writer."""

    TEXT = "text"
    MESSAGE = "message"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Revision:
    """One row of a page's history.

    `date` is the corrected commit date (the larger of the commit's own time and its newest parent's
    plus a second; git's generation number v2, see gitformat-commit-graph(5)): history's order.
    `when` is the commit's own time, with its zone. `blob` is empty where the page was deleted. Word
    counts are None until the worker has counted. `hidden` are the
    parts that a moderator hid, `withheld` those that are not for the actor who asked. `accepter` is
    the editor who let a suggestion in.
    """

    page: str
    commit: str
    path: str
    blob: str
    before: str
    event: Event
    came_from: str
    date: int
    when: datetime
    author: Author
    message: str
    added: int | None = None
    removed: int | None = None
    hidden: frozenset[Part] = frozenset()
    withheld: frozenset[Part] = frozenset()
    accepter: Author | None = None

    @property
    def is_silent(self) -> bool:
        """Whether its message says nothing but what the wiki itself wrote there."""
        written = {f"{self.event.value} {path}.md" for path in (self.path, self.came_from)}
        return self.message in ("", f"write {self.path}") or self.message in written


def is_revision(text: str) -> bool:
    """Whether a text may name a revision at all: 4 to 64 lower-case hexadecimal digits."""
    return _REVISION.fullmatch(text) is not None


def trailers(message: str) -> dict[str, str]:
    """The trailers of a commit message: its last paragraph, if every line is `Key: value`.

    A subject alone has none. Of a key that comes twice, the last counts.
    """
    paragraphs = re.split(r"\n[ \t]*\n", message.strip())
    if len(paragraphs) < 2:
        return {}
    found = [_TRAILER.fullmatch(line) for line in paragraphs[-1].splitlines()]
    return {line[1]: line[2].strip() for line in found if line} if all(found) else {}
