"""Notifications: members are told of what concerns them, and see what they were told.

Rights are asked anew whenever a notification is shown: of a page that its member may no longer read
nothing is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from wiki.database.engine.connection import Connection
from wiki.database.history import hiding, history
from wiki.database.members import members
from wiki.database.notices import mail_choices, notifications
from wiki.database.pages import catalogue
from wiki.database.talk import comments
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Invalid, NotFound
from wiki.domain.history.revisions import Part
from wiki.domain.members.members import Member
from wiki.domain.notices.notifications import (
    Choices,
    Day,
    Group,
    Item,
    Kind,
    NewNotification,
    Notification,
    Pace,
    by_day,
)
from wiki.domain.talk.comments import State, excerpt
from wiki.engine import Wiki
from wiki.services.access import moderators
from wiki.services.history import hiding as redaction

PAGE = 50
EXCERPT = 180
KEPT_READ, KEPT_UNREAD = timedelta(days=90), timedelta(days=365)
_OF_OTHERS = frozenset(
    {
        Kind.COMMENT_APPROVED,
        Kind.COMMENT_DECLINED,
        Kind.COMMENT_HELD,
        Kind.COMMENT_HIDDEN,
        Kind.REPORT,
        Kind.REPORT_HANDLED,
    }
)
"""Kinds that tell of comments which not everybody can read: of duty, of one's own comment, or of
what became of one that was reported."""

_SEEN_THERE = frozenset(kind for kind in Kind if kind.group is not Group.DUTY)
"""Kinds that are read once their member has seen the page."""


_DUTIES = {Kind.SUGGESTION: Right.REVIEW, Kind.MEMBER_WAITS: Right.ADMINISTER}
"""The right of those for whom it waits, where that is not moderating."""


def tell(
    wiki: Wiki,
    connection: Connection,
    members: Iterable[int],
    kind: Kind,
    *,
    path: str = "",
    comment: int | None = None,
    by: int | None = None,
    values: Mapping[str, str] | None = None,
    topic: str = "",
    mailed: bool = False,
) -> None:
    """Tell members of something, in the caller's transaction on the truth.

    `path` is where the page is now; whether a member may read it is asked when the notification is
    shown and when it is mailed. `by`, who did it, is never told. Of `values`, `url` is where it
    leads (a path on this site), `name` who did it if that is no member, `reason` why, in words.
    What was told before of the same `topic`, and was neither seen nor mailed, is replaced.
    `mailed`: a letter of its own says it, so that the mail of news need not.
    """
    told = sorted(set(members) - {by})
    if not told:
        return
    if topic:
        notifications.take(connection, topic, told)
    path, revision = _known_by(wiki, path) if path else ("", "")
    new = NewNotification(
        kind=kind,
        created=wiki.clock(),
        path=path,
        revision=revision,
        comment=comment,
        actor=by,
        values=values or {},
        topic=topic,
        mailed=wiki.clock() if mailed else None,
    )
    notifications.add(connection, told, new)


def _known_by(wiki: Wiki, path: str) -> tuple[str, str]:
    """The path and revision by which the page that is, or last was, at a path can be looked up."""
    with wiki.database.read() as connection:
        pages = history.pages_at(connection, path)
        found = history.of_page(connection, pages[0], limit=1) if pages else []
    return (found[0].path, found[0].commit) if found else (path, "")


# -- what a member sees --


@dataclass(frozen=True, slots=True)
class NotificationList:
    """A screen of notifications; `newest` is the last id on it, `more` the cursor to go on."""

    days: Sequence[Day]
    only_unread: bool
    newest: int
    more: int
    any_unread: bool


def listing(
    wiki: Wiki, actor: Actor, *, before: int = 0, unread: bool = False, zone: str = ""
) -> NotificationList:
    """List the actor's notifications, newest first, fifty at a time. Raises LoginRequired.

    What they may not read any more is not shown, and no longer counts as unread.
    """
    member = actor.own_id()
    with wiki.database.read() as connection:
        batch = notifications.of_member(
            connection, member, before=before, limit=PAGE + 1, unread=unread
        )
        items = seen(wiki, connection, actor, batch[:PAGE])
        waiting = notifications.of_member(connection, member, limit=1, unread=True)
    _drop(wiki, member, batch[:PAGE], items)
    days = by_day(items, ZoneInfo(zone) if zone else wiki.zone)
    more = batch[PAGE - 1].id if len(batch) > PAGE else 0
    return NotificationList(days, unread, batch[0].id if batch else 0, more, bool(waiting))


def _drop(wiki: Wiki, member: int, found: Sequence[Notification], items: Sequence[Item]) -> None:
    shown = {item.notification.id for item in items}
    closed = [one.id for one in found if one.read is None and one.id not in shown]
    if closed:
        read(wiki, member, closed)


def open_one(wiki: Wiki, actor: Actor, id: int) -> str:
    """Where a notification leads; from now on it is read. Raises LoginRequired, NotFound."""
    member = actor.own_id()
    with wiki.database.read() as connection:
        found = notifications.get(connection, member, id)
        items = seen(wiki, connection, actor, [found]) if found else []
    if not items:
        raise NotFound("notification_missing")
    read(wiki, member, [id])
    return items[0].url


def read(wiki: Wiki, member: int, ids: Collection[int]) -> None:
    """The member has seen these."""
    with wiki.database.write() as connection:
        notifications.read(connection, member, ids, wiki.clock())


def read_some(wiki: Wiki, actor: Actor, ids: Collection[int], *, all_until: int = 0) -> None:
    """The actor has seen these, or all up to an id. Raises LoginRequired."""
    member = actor.own_id()
    with wiki.database.write() as connection:
        if all_until:
            notifications.read_all(connection, member, all_until, wiki.clock())
        if ids:
            notifications.read(connection, member, ids, wiki.clock())


def look_at(wiki: Wiki, actor: Actor, path: str) -> int:
    """The actor looks at a page: what they were told of it is read; gives how much that was.

    What asks for a moderator's or an editor's decision stays. Nothing is read by who may not see
    the page.
    """
    if actor.id is None or not wiki.rights.may(actor, Right.READ, path):
        return 0
    with wiki.database.read() as connection:
        ids = notifications.unread_at(connection, actor.id, path, _SEEN_THERE)
    if ids:
        read(wiki, actor.id, ids)
    return len(ids)


def settle(wiki: Wiki, connection: Connection, topic: str) -> None:
    """Settle what waited under this topic: nobody need look at it any more."""
    notifications.settle_topic(connection, topic, wiki.clock())


def choices(wiki: Wiki, actor: Actor) -> Choices:
    """When the actor wants mail of what, and what they watch by itself. Raises LoginRequired."""
    with wiki.database.read() as connection:
        return mail_choices.get(connection, actor.own_id())


def choose(wiki: Wiki, actor: Actor, chosen: Choices) -> None:
    """Keep what the actor chose. Raises LoginRequired."""
    with wiki.database.write() as connection:
        mail_choices.put(connection, actor.own_id(), chosen)


def choose_paces(wiki: Wiki, actor: Actor, said: Mapping[str, str]) -> None:
    """Keep when the actor wants mail, by group; what is not named stays as it was.

    Raises LoginRequired, Invalid (`form_wrong`).
    """
    try:
        paces = {group: Pace(said[group]) for group in Group if group in said}
    except ValueError as error:
        raise Invalid("form_wrong") from error
    choose(wiki, actor, choices(wiki, actor).with_paces(paces))


def tidy(wiki: Wiki) -> None:
    """Forget what was read three months ago, or not read in a year."""
    now = wiki.clock()
    with wiki.database.write() as connection:
        notifications.forget(connection, now - KEPT_READ, now - KEPT_UNREAD)


# -- as one member may see it --


def seen(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    told: Sequence[Notification],
    most: int = EXCERPT,
) -> list[Item]:
    """The notifications that the actor may see now, in their order, with excerpts so long."""
    people = {one.id: one for one in members.some(connection, {n.actor for n in told if n.actor})}
    items = (_item(wiki, connection, actor, one, people, most) for one in told)
    return [item for item in items if item]


def _item(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    notification: Notification,
    people: Mapping[int, Member],
    most: int,
) -> Item | None:
    page = path = title = said = passage = ""
    thread, alive = 0, True
    if notification.path:
        page = (
            history.page_of(connection, notification.path, notification.revision)
            if notification.revision
            else ""
        )
        place = history.place(connection, page) if page else None
        path, alive = (place.path, place.alive) if place else (notification.path, False)
        if not wiki.rights.may(actor, Right.READ, path):
            return None
        summary = catalogue.get(connection, path) if alive else None
        title = summary.title if summary else path
    if not _is_duty(wiki, actor, notification, path):
        return None
    if notification.comment is not None:
        placed = comments.get(connection, notification.comment)
        if placed is None or not wiki.rights.may(actor, Right.READ, placed.path):
            return None
        if placed.comment.state is not State.LIVE and notification.kind not in _OF_OTHERS:
            return None
        said = excerpt(placed.comment.text, most) if placed.comment.state is State.LIVE else ""
        thread = placed.comment.thread
        if said:
            passage = redaction.quotes(wiki, connection, actor, [placed]).get(
                notification.comment, ""
            )
    by = people.get(notification.actor or 0)
    is_change = notification.kind is Kind.CHANGE
    hidden = _hidden(connection, notification) if is_change else frozenset()
    is_named = Part.AUTHOR not in hidden
    if is_change and Part.MESSAGE not in hidden:
        said = _summary(connection, notification)
    who = (by.name or by.username) if by else notification.values.get("name", "")
    return Item(
        notification=notification,
        page=page,
        path=path,
        title=title,
        who=who if is_named else "",
        username=by.username if by and is_named else "",
        url=_url(notification, path, alive),
        excerpt=excerpt(_reason(notification), most) or said,
        thread=thread,
        passage=passage,
    )


def _reason(one: Notification) -> str:
    """Why it was done, in the words of who did it."""
    return one.values.get("reason", "") or one.values.get("answer", "")


def _is_duty(wiki: Wiki, actor: Actor, notification: Notification, path: str) -> bool:
    """Whether what waits for those in charge is (still) for this actor; True for all else."""
    if notification.kind.group is not Group.DUTY:
        return True
    right = _DUTIES.get(notification.kind, Right.MODERATE)
    if path:
        return wiki.rights.may(actor, right, path)
    return moderators.may_somewhere(wiki, actor, right)


def _hidden(connection: Connection, one: Notification) -> frozenset[Part]:
    """Return the parts of the change that a moderator hid."""
    return frozenset[Part]().union(*hiding.parts(connection, {one.revision}).values())


def _summary(connection: Connection, notification: Notification) -> str:
    """Return the writer's summary of the change."""
    found = history.of_commits(connection, [notification.revision])
    messages = (row.message for row in found if row.path == notification.path and not row.is_silent)
    return excerpt(next(messages, ""))


def _url(told: Notification, path: str, alive: bool) -> str:
    if told.values.get("url", "").startswith("/"):
        return told.values["url"]
    if told.kind is Kind.COMMENT_HELD:
        return url_of("admin_held")
    if told.comment is not None and told.kind is not Kind.COMMENT_DECLINED:
        return url_of("comment", told.comment)
    if not path:
        return url_of("notifications")
    if not alive:
        return url_of("history", path)
    if told.kind is Kind.CHANGE and told.values.get("before"):
        return url_of("diff", path, from_=told.values["before"], to=told.revision)
    return url_of("page", path)
