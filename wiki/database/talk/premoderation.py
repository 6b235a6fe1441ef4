"""Comments that wait for a moderator: not shown to anybody but their author until then."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from wiki.database.engine import changes
from wiki.database.history import history
from wiki.database.history.history import places
from wiki.database.talk.comments import (
    LIVE,
    comments,
    count_reply,
    placed_comment,
    placed_query,
)
from wiki.domain.talk.comments import PlacedComment, State

HELD = comments.c.state == State.HELD.value


def approved(connection: Connection, author: int, most: int) -> int:
    """Count how many of an author's comments can be read, counted up to `most`."""
    some = select(comments.c.id).where(comments.c.author == author, LIVE).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def on(connection: Connection, page: str) -> Sequence[PlacedComment]:
    """The comments on a page that wait, the oldest first."""
    paths = history.paths_of(connection, page)
    here = (comments.c.path.in_(paths), places.c.page == page)
    asked = placed_query().where(*here, ~comments.c.shown, HELD)
    return [placed_comment(row) for row in connection.execute(asked.order_by(comments.c.id))]


def waiting(connection: Connection, *, after: int = 0, limit: int = 50) -> list[PlacedComment]:
    """Comments that wait, on whatever page, the oldest first; `after` is the id to go on after."""
    asked = placed_query().where(HELD, comments.c.id > after).order_by(comments.c.id).limit(limit)
    return [placed_comment(row) for row in connection.execute(asked)]


def release(connection: Connection, id: int) -> bool:
    """Show a comment that waits to everybody; False if it waits no more."""
    if not _settle(connection, id, State.LIVE):
        return False
    at: int | None = id
    while at is not None:
        row = connection.execute(
            select(comments.c.parent, comments.c.shown).where(comments.c.id == at)
        ).one()
        if row.shown:
            break
        connection.execute(update(comments).where(comments.c.id == at).values(shown=True))
        if row.parent is not None:
            count_reply(connection, row.parent, 1)
        # What it answers may have been deleted meanwhile: its place comes back.
        at = row.parent
    changes.record(connection, "comment", id)
    return True


def decline(connection: Connection, id: int) -> bool:
    """Do not let a comment through; it is kept. False if it waits no more."""
    done = _settle(connection, id, State.DECLINED)
    if done:
        changes.record(connection, "comment", id)
    return done


def _settle(connection: Connection, id: int, state: State) -> bool:
    where = update(comments).where(comments.c.id == id, HELD)
    return bool(connection.execute(where.values(state=state.value)).rowcount)
