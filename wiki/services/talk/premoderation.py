"""Premoderation: the first comments of new members may wait for a moderator, with few links."""

from __future__ import annotations

from urllib.parse import urlsplit

from wiki.database.engine.connection import Connection
from wiki.database.pages import catalogue
from wiki.database.talk import comments as table
from wiki.database.talk import premoderation
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right, Role
from wiki.domain.content.addresses import url_of
from wiki.domain.content.links import outward
from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.domain.moderation.reports import check_reason
from wiki.domain.notices.notifications import Kind
from wiki.domain.talk.comments import PlacedComment
from wiki.engine import Wiki
from wiki.services.access import audit, moderators
from wiki.services.notices import notifications

NEW = 3
"""Who has fewer comments than this that everybody can read counts as new for links."""


def is_held(wiki: Wiki, connection: Connection, actor: Actor) -> bool:
    """Whether what the actor says now waits for a moderator first."""
    return _is_new(connection, actor, wiki.settings.hold_first_comments)


def check_links(wiki: Wiki, connection: Connection, actor: Actor, text: str) -> None:
    """Pass unless a new member's comment links to too many places; raises Invalid (`text`).

    Links within the site do not count.
    """
    most = wiki.settings.new_member_links
    links = outward(text, urlsplit(wiki.settings.base_url).hostname or "")
    if links > most and _is_new(connection, actor, NEW):
        raise Invalid.field("text", "comment_links", most=most)


def _is_new(connection: Connection, actor: Actor, least: int) -> bool:
    if actor.role > Role.MEMBER or actor.id is None or not least:
        return False
    return premoderation.approved(connection, actor.id, least) < least


def tell_moderators(wiki: Wiki, connection: Connection, path: str, id: int, author: int) -> None:
    """A comment on the page at a path waits for them, in the caller's transaction."""
    told = moderators.of(wiki, connection, path)
    notifications.tell(wiki, connection, told, Kind.COMMENT_HELD, path=path, comment=id, by=author)


# -- the queue --


def queue(wiki: Wiki, actor: Actor, *, after: int = 0, limit: int = 50) -> list[PlacedComment]:
    """Comments that wait where the actor moderates, the oldest first.

    Raises LoginRequired, Forbidden.
    """
    moderators.require(wiki, actor)
    waiting: list[PlacedComment] = []
    with wiki.database.read() as connection:
        while len(waiting) < limit:
            batch = premoderation.waiting(connection, after=after, limit=limit)
            waiting += [placed for placed in batch if moderators.may(wiki, actor, placed.path)]
            if len(batch) < limit:
                break
            after = batch[-1].comment.id
    return waiting[:limit]


def titles(wiki: Wiki, comments: list[PlacedComment]) -> dict[str, str]:
    """Return the titles of these comments' pages, by path."""
    with wiki.database.read() as connection:
        known = catalogue.find(connection, sorted({placed.path for placed in comments}))
    return {path: summary.title for path, summary in known.items()}


def approve(wiki: Wiki, actor: Actor, id: int) -> None:
    """Let a comment through. Raises NotFound, LoginRequired, Forbidden, Conflict."""
    placed = _waiting(wiki, actor, id)
    with wiki.database.write() as connection:
        if not premoderation.release(connection, id):
            raise Conflict("comment_settled")
        audit.write(wiki, connection, actor, LoggedAct.COMMENT_APPROVE, url_of("comment", id))
        _tell_writer(wiki, connection, actor, placed, Kind.COMMENT_APPROVED)
    wiki.wake()


def decline(wiki: Wiki, actor: Actor, id: int, reason: str) -> None:
    """Do not let a comment through, and say why; it is kept.

    Raises NotFound, LoginRequired, Forbidden, Invalid (field `reason`), Conflict.
    """
    reason = check_reason(reason)
    placed = _waiting(wiki, actor, id)
    with wiki.database.write() as connection:
        if not premoderation.decline(connection, id):
            raise Conflict("comment_settled")
        audit.write(
            wiki, connection, actor, LoggedAct.COMMENT_DECLINE, url_of("comment", id), reason
        )
        _tell_writer(wiki, connection, actor, placed, Kind.COMMENT_DECLINED, reason=reason)
    wiki.wake()


def _tell_writer(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    placed: PlacedComment,
    kind: Kind,
    **values: str,
) -> None:
    notifications.tell(
        wiki,
        connection,
        [placed.comment.author],
        kind,
        path=placed.path,
        comment=placed.comment.id,
        by=actor.id,
        values=values,
    )


def _waiting(wiki: Wiki, actor: Actor, id: int) -> PlacedComment:
    with wiki.database.read() as connection:
        placed = table.get(connection, id)
    if placed is None or not wiki.rights.may(actor, Right.READ, placed.path):
        raise NotFound("comment_missing")
    wiki.rights.require(actor, Right.MODERATE, placed.path)
    return placed
