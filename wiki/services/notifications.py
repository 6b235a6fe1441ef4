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
    topic: str = "",
) -> None:
    """Tell members of something, in the caller's transaction on the truth.

    `path` is where the page is now; whether a member may read it is asked when the notification is
    shown and when it is mailed. `by`, who did it, is never told. Of `values`, `url` is where it
    leads (a path on this site), `name` who did it if that is no member, `reason` why, in words.
    What was told before of the same `topic`, and was neither seen nor mailed, is replaced.
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
    )
    notifications.add(connection, told, new)


def _known_by(wiki: Wiki, path: str) -> tuple[str, str]:
    """The path and revision by which the page that is, or last was, at a path can be looked up."""
    with wiki.database.read() as connection:
        pages = history.pages_at(connection, path)
        found = history.revisions(connection, pages[0], limit=1) if pages else []
    return (found[0].path, found[0].commit) if found else (path, "")
