"""The fan-out of news: the worker follows commits and comments, and tells each member once.

How far it came is kept in the truth, in the same transaction as the notifications: a worker that
dies tells nothing twice and forgets nothing, and a rebuild of projections tells nothing anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from wiki.database.engine import progress
from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.notices import fan_out, mail_choices, notifications, watches
from wiki.database.operation import setaside
from wiki.database.pages import catalogue
from wiki.database.talk import comments
from wiki.domain.access.rights import Right
from wiki.domain.access.sight import EVERYTHING
from wiki.domain.content.setaside import Item
from wiki.domain.history.history import Place
from wiki.domain.history.revisions import Event, Revision
from wiki.domain.members.members import Member, Status
from wiki.domain.notices.notifications import Kind, NewNotification
from wiki.domain.notices.watches import Scope
from wiki.domain.notices.webhooks import Event as Heard
from wiki.domain.talk.comments import PlacedComment, State
from wiki.engine import Wiki
from wiki.projections.setaside import Trial
from wiki.services.notices import webhooks
from wiki.services.notices.notifications import tell

PART = "telling"
BATCH = 50
MOST_CALLED = 20
"""Members that one comment may call; more is noise."""

WRITING = frozenset({Event.CREATE, Event.EDIT, Event.MERGE, Event.SUGGESTION})
"""What makes a page one that its writer watches."""


def catch_up(wiki: Wiki) -> bool:
    """Tell members of comments and changes that they were not told of; whether more wait."""
    _tell_changes(wiki)
    with wiki.database.read() as connection:
        waiting = fan_out.waiting(connection, BATCH)
    trial = Trial(wiki.store.git, wiki.clock)
    for number, comment in waiting:
        item = Item(PART, "comment", str(comment), str(number))
        trial.of(item, partial(_tell_comment, wiki, number, comment), partial(_skip, wiki, number))
    trial.settle(wiki.database, setaside.talk)
    return len(waiting) == BATCH


def _skip(wiki: Wiki, number: int, reason: str) -> None:
    """Let a comment that cannot be told not hold up the others."""
    del reason
    with wiki.database.write() as connection:
        fan_out.done(connection, number)


# -- comments --


@dataclass(frozen=True, slots=True)
class _Said:
    """A comment, whom it mentions, and who is to be told of what."""

    placed: PlacedComment
    mentioned: frozenset[int]
    recipients: Mapping[Kind, frozenset[int]]
    watched_by_author: bool
    is_new: bool


def _tell_comment(wiki: Wiki, number: int, id: int) -> None:
    with wiki.database.read() as connection:
        placed = comments.get(connection, id)
        is_there = placed is not None and placed.alive and placed.comment.state is State.LIVE
        said = _heard(wiki, connection, placed) if placed and is_there else None
    with wiki.database.write() as connection:
        if not fan_out.done(connection, number) or said is None:
            return
        comment, path = said.placed.comment, said.placed.path
        fan_out.tell(connection, id, said.mentioned)
        for kind, whom in said.recipients.items():
            tell(wiki, connection, whom, kind, path=path, comment=id, by=comment.author)
        if said.is_new:
            by = members.usernames(connection, [comment.author]).get(comment.author)
            posted = {"comment": comment.id, "by": by}
            webhooks.announce(wiki, connection, Heard.COMMENT_POSTED, path, **posted)
        if said.watched_by_author:
            author = comment.author
            watches.put(
                connection, author, Scope.PAGE, comment.path, comment.revision, comment.created
            )


def _heard(wiki: Wiki, connection: Connection, placed: PlacedComment) -> _Said:
    comment, path = placed.comment, placed.path
    before = fan_out.mentioned(connection, comment.id)
    called = members.named(connection, wiki.renderer.mentions(comment.text)[:MOST_CALLED])
    mentioned = _who_may_read(wiki, called, path) - {comment.author}
    recipients = {Kind.MENTION: mentioned - (before or frozenset())}
    watched = False
    if before is None:
        answered = _answered(connection, comment.parent)
        since = _watchers(connection, placed.page, path)
        # A commit has whole seconds; so have watches, seen from here.
        whom = {id for id, start in since.items() if _seconds(start) <= _seconds(comment.created)}
        found = members.some(connection, whom | answered)
        may_read = _who_may_read(wiki, found, path)
        recipients[Kind.REPLY] = (may_read & answered) - recipients[Kind.MENTION]
        others = recipients[Kind.MENTION] | recipients[Kind.REPLY]
        recipients[Kind.COMMENT] = (may_read & whom) - others
        watched = mail_choices.get(connection, comment.author).watch_commented
        watched = watched and not watches.said_of(connection, placed.page, [comment.author])
    called_then = frozenset(mentioned | (before or frozenset()))
    return _Said(placed, called_then, recipients, watched, before is None)


def _answered(connection: Connection, parent: int | None) -> frozenset[int]:
    placed = comments.get(connection, parent) if parent else None
    is_there = placed is not None and placed.comment.state is State.LIVE
    return frozenset({placed.comment.author}) if placed and is_there else frozenset()


# -- changes --


@dataclass
class _Change:
    """One writer's change of one page: revisions, the newest first."""

    page: str
    place: Place
    revisions: list[Revision]
    by: int | None
    told: dict[int, str] = field(default_factory=dict)
    watched_by_writer: bool = False

    @property
    def topic(self) -> str:
        """The same for all that this writer does to this page."""
        writer = self.revisions[0].author.key
        return "change:" + hashlib.sha256(f"{self.page} {writer}".encode()).hexdigest()[:32]


def _tell_changes(wiki: Wiki) -> None:
    wiki.follow()
    with wiki.database.read() as connection:
        far = fan_out.how_far(connection)
        head, _ = progress.get(connection, "history")
        if not head or (far and far.revision == head):
            return
        revisions = _new_revisions(wiki, connection, far, head)
        changes = _changes(wiki, connection, revisions)
        news = webhooks.news_of(wiki, connection, revisions)
        before = {change.topic: _before(connection, change) for change in changes}
    with wiki.database.write() as connection:
        if fan_out.how_far(connection) != far:
            return  # another worker told it
        fan_out.put(connection, head, wiki.clock())
        for change in changes:
            _keep(wiki, connection, change, before[change.topic])
        for event, path, told in news:
            webhooks.announce(wiki, connection, event, path, **told)


def _new_revisions(
    wiki: Wiki, connection: Connection, far: fan_out.Followed | None, head: str
) -> list[Revision]:
    if far and wiki.store.reachable(far.revision, head):
        commits = [commit.id for commit in wiki.store.log(far.revision, head)]
        return history.of_commits(connection, commits)
    # The first time, or a history that was written anew: what was committed since then.
    since = far.at if far else watches.first(connection)
    return history.since(connection, int(since.timestamp())) if since else []


def _changes(wiki: Wiki, connection: Connection, revisions: Iterable[Revision]) -> list[_Change]:
    """Collect the changes of pages that somebody watches, or that their writer will watch."""
    changes: dict[tuple[str, str], _Change] = {}
    writers: dict[str, Member | None] = {}
    reach = watches.reach(connection)
    listed = list(revisions)
    renames = {one.commit for one in listed if one.event is Event.RENAME}
    told = (one for one in listed if one.event is not Event.IMPORT)
    for revision in sorted(told, key=lambda one: (one.date, one.commit), reverse=True):
        uid = revision.author.uid
        if revision.commit in renames and not revision.came_from:
            continue  # a rename repaired links here, or left a stub: that is no news
        if uid not in writers:
            writers[uid] = members.by_uid(connection, uid) if uid else None
        writer = writers[uid]
        key = (revision.page, revision.author.key)
        if key in changes:
            changes[key].revisions.append(revision)
            continue
        place = history.place(connection, revision.page)
        # A push may bring thousands of pages, of which few are watched.
        if place is None or not (writer or reach.may_hold(revision.page, place.path)):
            continue
        if not _is_stub(connection, place):
            by = writer.id if writer else None
            changes[key] = _Change(revision.page, place, [revision], by)
    trial = Trial(wiki.store.git, wiki.clock)
    for change in changes.values():
        item = Item(PART, "page", change.place.path, change.revisions[0].commit)
        trial.of(item, partial(_find_readers, wiki, connection, change), lambda reason: None)
    trial.settle(wiki.database, setaside.talk)
    return [change for change in changes.values() if change.told or change.watched_by_writer]


def _is_stub(connection: Connection, place: Place) -> bool:
    summary = catalogue.get(connection, place.path) if place.alive else None
    return summary is not None and bool(summary.meta.redirect)


def _find_readers(wiki: Wiki, connection: Connection, change: _Change) -> None:
    newest = change.revisions[0]
    now = _seconds(wiki.clock())
    arrived = now if newest.event is Event.OUTSIDE else _seconds(newest.when)
    since = _watchers(connection, change.page, change.place.path)
    whom = {id for id, start in since.items() if _seconds(start) <= arrived} - {change.by}
    readers = _who_may_read(wiki, members.some(connection, whom), change.place.path)
    change.told = dict.fromkeys(readers, "")
    is_written = any(one.event in WRITING for one in change.revisions)
    if change.by is not None and is_written and change.place.alive:
        wants = mail_choices.get(connection, change.by).watch_written
        said = watches.said_of(connection, change.page, [change.by])
        change.watched_by_writer = wants and not said


def _before(connection: Connection, change: _Change) -> str:
    """The revision before the first of a change; empty if the page began with it."""
    first = change.revisions[-1].commit
    found = history.of_page(connection, change.page, before=first, limit=1)
    return found[0].commit if found and found[0].blob else ""


def _keep(wiki: Wiki, connection: Connection, change: _Change, before: str) -> None:
    newest = change.revisions[0]
    if change.by is not None and change.watched_by_writer:
        moment = change.revisions[-1].when
        watches.put(connection, change.by, Scope.PAGE, newest.path, newest.commit, moment)
    replaced = {
        one.member: one for one in notifications.take(connection, change.topic, change.told)
    }
    for member in sorted(change.told):
        old = replaced.get(member)
        values = {
            "event": newest.event.value,
            "count": str(len(change.revisions) + (int(old.values["count"]) if old else 0)),
            "before": old.values["before"] if old else before,
            "name": "" if change.by else newest.author.name,
            "since": (old.values["since"] if old else wiki.clock().isoformat()),
        }
        new = NewNotification(
            kind=Kind.CHANGE,
            created=wiki.clock(),
            path=newest.path,
            revision=newest.commit,
            actor=change.by,
            values=values,
            topic=change.topic,
        )
        notifications.add(connection, [member], new)


# -- both --


def _watchers(connection: Connection, page: str, path: str) -> dict[int, datetime]:
    """Find the members who watch the page in any way, and since when."""
    return watches.watchers(connection, page, path, _questions(connection, path))


def _questions(connection: Connection, path: str) -> list[str]:
    """The questions, by identity, that the page at a path is a dialogue about."""
    summary = catalogue.get(connection, path)
    if summary is None or not summary.meta.questions:
        return []
    found = catalogue.resolve_links(connection, summary.meta.questions, path, sight=EVERYTHING)
    pages = (history.identity(connection, at) for at in found.values() if at)
    return [page for page in pages if page]


def _who_may_read(wiki: Wiki, found: Iterable[Member], path: str) -> frozenset[int]:
    return frozenset(
        member.id
        for member in found
        if member.status is Status.ACTIVE and wiki.rights.may(member.actor, Right.READ, path)
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
