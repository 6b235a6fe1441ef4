"""Joining a line of commits that was made elsewhere with the wiki's own, file by file.

Pages are merged three ways as a save is; whatever else both sides changed is a clash, in which
what is here stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from wiki.domain.access.rights import Actor
from wiki.domain.content import text
from wiki.domain.content.paths import page_of
from wiki.domain.editing.merge import merge
from wiki.domain.history.revisions import Event
from wiki.engine import Wiki
from wiki.services.content import commits
from wiki.store.store import Change, FileDiff


@dataclass(frozen=True, slots=True)
class Clash:
    """A file that both sides changed: its blobs before that, here and there; empty if absent."""

    file: str
    before: str
    here: str
    there: str


@dataclass(slots=True)
class Joined:
    """The changes that taking in a line makes here, and what cannot be taken in."""

    changes: list[Change] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


def joined(wiki: Wiki, base: str, tip: str) -> Joined:
    """Decide what becomes of every file that a line changed since `base` (empty: the beginning).

    To be asked with the writers' lock held.
    """
    outcome = Joined()
    for diff in wiki.store.diff(base, tip):
        entry = wiki.store.entry(diff.file)
        here = entry.blob if entry else ""
        if here == diff.after:
            continue
        if here == diff.before:
            outcome.changes.append(Change(diff.file, None, diff.after))
            continue
        data = _merged(wiki, diff, here)
        if data is None:
            outcome.clashes.append(Clash(diff.file, diff.before, here, diff.after))
        else:
            outcome.changes.append(Change(diff.file, data))
    return outcome


def merged(before: bytes, here: bytes, there: bytes) -> bytes | None:
    """Merge the changes of both sides in a page; None where that is not clear, or it is no text."""
    base, ours, theirs = map(text.decode, (before, here, there))
    if not ours.readable or not theirs.readable:
        return None
    both = merge(base.text, ours.text, theirs.text)
    return ours.encode(both.text) if both.clean else None


def _merged(wiki: Wiki, diff: FileDiff, here: str) -> bytes | None:
    if not here or not diff.after or page_of(diff.file) is None:
        return None
    blobs = (diff.before, here, diff.after)
    return merged(*(wiki.store.blob(blob) if blob else b"" for blob in blobs))


Look = Callable[[Joined], None]


def take_in(wiki: Wiki, actor: Actor, tip: str, message: str, look: Look) -> str:
    """Let the branch take in a line by a merge that the actor makes; gives the newest revision.

    `look` sees what it does, with the writers' lock held, and may raise to prevent it. Raises
    Conflict (`path_twin`, `path_taken`), StoreError, Unreadable.
    """

    def changes() -> list[Change]:
        found = joined(wiki, wiki.store.base(wiki.store.head(), tip), tip)
        look(found)
        return found.changes

    revision = wiki.store.join(
        tip,
        changes,
        author=commits.author(actor),
        message=message,
        trailers={"Denktank": Event.MERGE.value},
        when=wiki.clock(),
    )
    commits.follow(wiki, has_committed=True)
    wiki.wake()
    return revision
