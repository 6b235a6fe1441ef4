"""Feeds: what happened, for programs that follow it; always as a reader who is not logged in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter

from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.database.talk import comments
from wiki.domain.access.rights import ANONYMOUS, Actor, Right
from wiki.domain.errors import Forbidden, LoginRequired
from wiki.domain.history.revisions import Revision
from wiki.domain.pages.recent import Wanted, moments
from wiki.domain.talk.comments import PlacedComment, excerpt
from wiki.engine import Wiki
from wiki.services.content import places
from wiki.services.history import hiding
from wiki.services.history.history import page_at
from wiki.services.pages import recent

LENGTH = 40
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""The age of a feed in which nothing stands."""


@dataclass(frozen=True, slots=True)
class Item:
    """A revision or a comment (one of both) on the page with this title.

    `quote` is the passage that the comment is about, or empty.
    """

    title: str
    when: datetime
    revision: Revision | None = None
    placed: PlacedComment | None = None
    quote: str = ""

    @property
    def excerpt(self) -> str:
        """The beginning of the comment; empty for a revision."""
        return excerpt(self.placed.comment.text) if self.placed else ""


@dataclass(frozen=True, slots=True)
class Feed:
    """Items of a feed, newest first; `about` is the page's title, the folder or the username."""

    about: str
    path: str
    items: Sequence[Item]
    updated: datetime


def site(wiki: Wiki, actor: Actor) -> Feed:
    """Everything that all may read. Raises LoginRequired, Forbidden (`feed_closed`)."""
    with _for_everybody(actor):
        return _feed("", "", recent.changes(wiki, ANONYMOUS, Wanted(), limit=LENGTH))


def folder(wiki: Wiki, actor: Actor, path: str) -> Feed:
    """List what happened in a folder. Raises Invalid, LoginRequired, Forbidden."""
    path = places.asked(path)
    with _for_everybody(actor):
        found = recent.changes(wiki, ANONYMOUS, Wanted(folder=path), limit=LENGTH)
    return _feed(path, path, found)


def member(wiki: Wiki, actor: Actor, username: str) -> Feed:
    """List what one member wrote and said. Raises NotFound, LoginRequired, Forbidden."""
    with _for_everybody(actor):
        wiki.rights.require(ANONYMOUS, Right.READ)
    wanted = recent.of_member(wiki, username)
    found = recent.changes(wiki, ANONYMOUS, wanted, limit=LENGTH)
    return _feed(username, username, found)


def page(wiki: Wiki, actor: Actor, path: str) -> Feed:
    """List what happened to one page. Raises Invalid, LoginRequired, Forbidden, NotFound."""
    with _for_everybody(actor):
        there = page_at(wiki, ANONYMOUS, path)
    with wiki.database.read() as connection:
        found = history.of_page(connection, there.page, limit=LENGTH)
        listed = hiding.redact(wiki, connection, ANONYMOUS, found)
        ids = comments.ids_on(connection, there.page)[-LENGTH:]
        talk = comments.for_index(connection, ids)
        quotes = hiding.quotes(wiki, connection, ANONYMOUS, talk)
        summary = catalogue.get(connection, there.path) if there.alive else None
    title = summary.title if summary else there.path
    happened = moments(listed, wiki.clock())
    changes = recent.Changes(listed, happened, talk, {there.path: title}, quotes, "")
    return _feed(title, there.path, changes, title)


@contextmanager
def _for_everybody(actor: Actor) -> Iterator[None]:
    """Say to who is logged in that there is no feed here: it holds what everybody may read."""
    try:
        yield
    except LoginRequired as error:
        if actor.is_member:
            raise Forbidden("feed_closed") from error
        raise


def _feed(about: str, path: str, changes: recent.Changes, title: str = "") -> Feed:
    items = [
        (
            moment,
            Item(
                title or changes.titles.get(revision.path, revision.path),
                revision.when.astimezone(UTC),
                revision=revision,
            ),
        )
        for revision, moment in zip(changes.revisions, changes.moments, strict=True)
    ]
    items += [
        (
            placed.comment.created,
            Item(
                changes.titles.get(placed.path, placed.path),
                placed.comment.created,
                placed=placed,
                quote=changes.quotes.get(placed.comment.id, ""),
            ),
        )
        for placed in changes.comments
    ]
    items.sort(key=itemgetter(0), reverse=True)
    updated = items[0][0] if items else BEGINNING
    return Feed(about, path, [item for _, item in items[:LENGTH]], updated)
