"""Making a commit on behalf of a member, and what follows from it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import Conflict, Unavailable
from wiki.domain.history.revisions import Author, Event
from wiki.engine import Wiki
from wiki.store.store import Change

log = logging.getLogger(__name__)

MESSAGE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Made:
    """A commit that stands; `listed` is false if lists and history could not follow at once."""

    revision: str
    listed: bool


def author(actor: Actor) -> Author:
    """The member as git knows them: a username and an opaque id, never a name or address."""
    return author_of(actor.username, actor.uid)


def author_of(username: str, uid: str) -> Author:
    """A member as git knows them, by username and opaque id."""
    return Author(username, f"{uid}@{Author.DOMAIN}")


def commit(
    wiki: Wiki,
    actor: Actor,
    event: Event,
    changes: Sequence[Change],
    *,
    expect: Mapping[str, str | None],
    summary: str = "",
    trailers: Mapping[str, str] | None = None,
    written_by: Author | None = None,
) -> Made:
    """Commit the changes and let the projections follow, which is done while git flushes.

    What the actor publishes for somebody else was `written_by` them; the actor is its committer.
    Raises store.Stale if `expect` does not hold, Conflict for a path that has a twin.
    """
    listed = True

    def let_lists_follow() -> None:
        nonlocal listed
        listed = follow(wiki, has_committed=True)

    try:
        revision = wiki.store.commit(
            changes,
            author=written_by or author(actor),
            committer=author(actor),
            message=" ".join(summary.split())[:MESSAGE_LENGTH],
            trailers={"Denktank": event.value, **(trailers or {})},
            expect=expect,
            when=wiki.clock(),
            while_flushing=let_lists_follow,
        )
    except Conflict as error:
        raise _without_names(wiki, actor, error) from error
    wiki.wake()
    return Made(revision, listed)


def _without_names(wiki: Wiki, actor: Actor, error: Conflict) -> Conflict:
    """The same refusal, which does not name a twin that the actor may not read.

    That something is there cannot be kept from who guesses its name: a clone that held both would
    break on computers for which they are one file. A closed folder answers alike for all in it.
    """
    other = str(error.values.get("other", ""))
    if not other or wiki.rights.may(actor, Right.READ, other):
        return error
    return Conflict("path_unusable", path=error.values["path"])


def follow(wiki: Wiki, *, has_committed: bool = False, fully: bool = False) -> bool:
    """Let lists and history show what was committed; false if that has to wait.

    What others did is left to the worker if it is much, unless it has to be there `fully`.
    """
    try:
        wiki.follow(has_committed=has_committed, only_little=not fully)
    except Exception as error:
        # The commit is on disk. Whatever failed since, the answer may not say that the save did.
        trace = None if isinstance(error, Unavailable) else error
        log.error("lists did not follow: %s; the next request tries again", error, exc_info=trace)
        return False
    return True
