"""Notifications: members are told of what concerns them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wiki.database import history, notifications
from wiki.database.connection import Connection
from wiki.domain.notifications import Kind, NewNotification
from wiki.engine import Wiki


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
) -> None:
    """Tell members of something, in the caller's transaction on the truth.

    `path` is where the page is now; whether a member may read it is asked when the notification is
    shown and when it is mailed. `by`, who did it, is never told.
    """
    told = sorted(set(members) - {by})
    if not told:
        return
    new = NewNotification(
        kind=kind,
        created=wiki.clock(),
        path=path,
        revision=_newest(wiki, path) if path else "",
        comment=comment,
        actor=by,
        values=values or {},
    )
    notifications.add(connection, told, new)


def _newest(wiki: Wiki, path: str) -> str:
    """The revision by which the page that is, or last was, at this path is known."""
    with wiki.database.read() as connection:
        pages = history.pages_at(connection, path)
        found = history.revisions(connection, pages[0], limit=1) if pages else []
    return found[0].commit if found else ""
