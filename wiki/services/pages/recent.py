"""Recent changes and comments, for somebody who wants to know what happened."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from wiki.database.engine.connection import Connection
from wiki.database.members import members
from wiki.database.pages import recent, visits
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.pages import Kind
from wiki.domain.errors import NotFound, Unavailable
from wiki.domain.history.history import cursor
from wiki.domain.history.revisions import Revision
from wiki.domain.pages.recent import Day, Wanted, arrive, by_day, moments
from wiki.domain.talk.comments import PlacedComment, excerpt
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.history import hiding
from wiki.services.history.history import titles_of_deleted

PAGE = 50


@dataclass(frozen=True, slots=True)
class RecentFilter:
    """The form of recent changes, every field as typed; `own`, `new` are choices."""

    kind: str = ""
    folder: str = ""
    member: str = ""
    own: bool = False
    new: bool = False
    before: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes and the comments made between them, newest first; `more` is the next cursor.

    `moments` are when the revisions happened, whatever a wrong clock says; `quotes` the passages
    that comments are about, by the comment's id.
    """

    revisions: Sequence[Revision]
    moments: Sequence[datetime]
    comments: Sequence[PlacedComment]
    titles: Mapping[str, str]
    quotes: Mapping[int, str]
    more: str


@dataclass(frozen=True, slots=True)
class Recent:
    """A screen of recent changes; what came after `since` is new to this member.

    `excerpts` are the beginnings of the comments, `quotes` the passages they are about, by id.
    """

    asked: RecentFilter
    days: Sequence[Day]
    titles: Mapping[str, str]
    excerpts: Mapping[int, str]
    quotes: Mapping[int, str]
    more: str
    since: datetime | None


def listing(wiki: Wiki, actor: Actor, filters: RecentFilter) -> Recent:
    """List what happened lately on pages that the actor may read, fifty changes at a time.

    Raises LoginRequired, Forbidden; NotFound for an unknown member or `before`.
    """
    since = _since(wiki, actor, filters)
    wanted = _wanted(wiki, actor, filters, since)
    recent = changes(wiki, actor, wanted, filters.before)
    placed = list(zip(recent.revisions, recent.moments, strict=True))
    if wanted.since:
        # A wrong clock would make a change new for years.
        placed = [(revision, at) for revision, at in placed if at >= wanted.since]
    days = by_day(placed, recent.comments, wiki.zone)
    excerpts = {placed.comment.id: excerpt(placed.comment.text) for placed in recent.comments}
    return Recent(filters, days, recent.titles, excerpts, recent.quotes, recent.more, since)


def changes(
    wiki: Wiki, actor: Actor, wanted: Wanted, before: str = "", limit: int = PAGE
) -> Changes:
    """Revisions that are asked for, and the comments made from the last of them on."""
    wiki.rights.require(actor, Right.READ, wanted.folder)
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        now = wiki.clock()
        if before and not recent.is_known(connection, before):
            raise NotFound("revision_missing", revision=before[:64])
        until = recent.moment_of(connection, before, now) if before else None
        revisions = recent.revisions(connection, wanted, before=before, limit=limit + 1, sight=seen)
        more = cursor(revisions[limit - 1]) if len(revisions) > limit else ""
        last = cursor(revisions[:limit][-1]) if revisions else ""
        earlier = recent.moment_of(connection, last, now) if last else None
        start = earlier if more else None
        talk = recent.talk(connection, wanted, since=start, until=until, sight=seen)
        listed = hiding.redact(wiki, connection, actor, revisions[:limit])
        if wanted.author:
            listed = hiding.without_hidden_authors(listed)
        titles = _titles(connection, listed, talk)
        gone = [one for one in listed if one.path not in titles]
        titles |= titles_of_deleted(wiki, connection, gone)
        quotes = hiding.quotes(wiki, connection, actor, talk)
    happened = moments(listed, now, earlier)
    return Changes(listed, happened, talk, titles, quotes, more)


def of_member(wiki: Wiki, username: str) -> Wanted:
    """Return the filter for one member's work. Raises NotFound."""
    with wiki.database.read() as connection:
        member = members.by_username(connection, username)
    if member is None:
        raise NotFound("member_missing", username=username)
    return Wanted(author=member.uid, member=member.id)


def _titles(
    connection: Connection, revisions: Sequence[Revision], talk: Sequence[PlacedComment]
) -> dict[str, str]:
    paths = {revision.path for revision in revisions} | {placed.path for placed in talk}
    return recent.titles(connection, paths)


def _wanted(wiki: Wiki, actor: Actor, filters: RecentFilter, since: datetime | None) -> Wanted:
    wanted = Wanted()
    if filters.own and actor.is_member:
        wanted = Wanted(author=actor.uid, member=actor.id)
    elif filters.member.strip():
        wanted = of_member(wiki, filters.member.strip())
    kinds = {kind.value: kind for kind in Kind}
    return replace(
        wanted,
        kind=kinds.get(filters.kind),
        folder=filters.folder.strip().strip("/"),
        since=since if filters.new else None,
    )


def _since(wiki: Wiki, actor: Actor, filters: RecentFilter) -> datetime | None:
    """The member's visit before this one; this one is kept."""
    if actor.id is None:
        return None
    with wiki.database.read() as connection:
        known = visits.get(connection, actor.id)
    now = wiki.clock()
    after, is_other = arrive(known, now)
    if is_other and not filters.before:
        # The list itself is what was asked for.
        with contextlib.suppress(Unavailable), wiki.database.write(light=True) as connection:
            visits.put(connection, actor.id, after.before, after.latest)
    return after.before


def tidy(wiki: Wiki) -> None:
    """Forget visits that are kept no longer. For the worker."""
    days = wiki.settings.retain_visits_days
    if days:
        with wiki.database.write() as connection:
            visits.forget(connection, wiki.clock() - timedelta(days=days))
