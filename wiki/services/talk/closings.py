"""Closing a page's talk: nobody but moderators comments there, until one of them opens it again."""

from __future__ import annotations

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.talk import closings
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.errors import Forbidden, NotFound
from wiki.domain.moderation.reports import check_reason
from wiki.domain.talk.closings import Closing
from wiki.engine import Wiki
from wiki.services.access import audit, moderators


def of(wiki: Wiki, actor: Actor, path: str) -> Closing | None:
    """Why the talk of the page at a path is closed, for moderators; None while it is open.

    Raises LoginRequired, Forbidden, NotFound.
    """
    wiki.rights.require(actor, Right.MODERATE, path)
    with wiki.database.read() as connection:
        return closings.of(connection, _page(connection, path))


def require_open(wiki: Wiki, connection: Connection, actor: Actor, page: str, path: str) -> None:
    """Pass if this actor may comment on the page as far as closing goes; raises Forbidden."""
    if not moderators.may(wiki, actor, path) and closings.of(connection, page):
        raise Forbidden("comments_closed", path=path)


def close(wiki: Wiki, actor: Actor, path: str, reason: str) -> None:
    """Close the talk of the page at a path; one that is closed stays as it was.

    Raises LoginRequired, Forbidden, NotFound, Invalid (field `reason`).
    """
    wiki.rights.require(actor, Right.MODERATE, path)
    reason = check_reason(reason)
    with wiki.database.read() as connection:
        page = _page(connection, path)
        newest = history.of_page(connection, page, limit=1)[0]
        if closings.of(connection, page):
            return
    now = wiki.clock()
    with wiki.database.write() as connection:
        closings.close(connection, newest.path, newest.commit, reason, actor.id, now)
        audit.write(wiki, connection, actor, LoggedAct.TALK_CLOSE, f"/wiki/{path}", reason)
    wiki.wake()


def reopen(wiki: Wiki, actor: Actor, path: str) -> None:
    """Open a page's talk again. Raises LoginRequired, Forbidden, NotFound."""
    closing = of(wiki, actor, path)
    if closing is None:
        return
    with wiki.database.write() as connection:
        closings.reopen(connection, closing.id, path)
        audit.write(wiki, connection, actor, LoggedAct.TALK_OPEN, f"/wiki/{path}")
    wiki.wake()


def _page(connection: Connection, path: str) -> str:
    page = history.identity(connection, path)
    if not page:
        raise NotFound("page_missing", path=path)
    return page
