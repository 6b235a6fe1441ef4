"""The ledger of imports: read from the wiki's own commits, so never behind and never ahead.

Each commit of an import bears a trailer `Imported: <source> <thing> <version>`, three digests: what
something is called elsewhere is nobody's business here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from wiki.domain.history import trailers
from wiki.engine import Wiki

TRAILER = "Imported"


def digest(*parts: str) -> str:
    """The same for the same parts, and for no others."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:20]


@dataclass(slots=True)
class Came:
    """Where a thing of the source is: its file, and the last version's blob and time."""

    file: str
    blob: str
    when: datetime


@dataclass
class Ledger:
    """The line of one source: where it ends, what it has of what, and its commits by version.

    `head` is the revision of the wiki in which this was read.
    """

    source: str
    head: str = ""
    tip: str = ""
    things: dict[str, Came] = field(default_factory=dict)
    versions: dict[tuple[str, str], str] = field(default_factory=dict)

    def key(self, thing: str, version: str) -> tuple[str, str]:
        """Return what a version is known by here."""
        return digest(self.source, thing), digest(version)

    def came(self, thing: str) -> Came | None:
        """Where a thing is, if it came in before."""
        return self.things.get(digest(self.source, thing))

    def trailers(self, thing: str, version: str) -> dict[str, str]:
        """Return what a commit is to bear."""
        return {TRAILER: " ".join((self.source, *self.key(thing, version)))}


def read(wiki: Wiki, importer: str, into: str) -> Ledger:
    """Return what came in of the source that an importer puts into a folder."""
    head = wiki.store.head()
    ledger = Ledger(digest(importer, into), head)
    for commit, diffs in wiki.store.history(until=head) if head else ():
        if not commit.sealed or TRAILER not in commit.message or len(commit.parents) > 1:
            continue
        source, *key = trailers.read(commit.message).trailers.get(TRAILER, "").split()
        if source != ledger.source or len(key) != 2:
            continue
        ledger.tip = commit.id
        ledger.versions[key[0], key[1]] = commit.id
        for diff in diffs:
            if diff.after or len(diffs) == 1:
                ledger.things[key[0]] = Came(diff.file, diff.after, commit.authored)
    return ledger
