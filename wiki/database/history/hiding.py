"""Hidden parts of revisions: the table and its queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
)

from wiki.database.engine import changes
from wiki.database.engine.schema import Moment, truth
from wiki.database.history.history import revisions
from wiki.database.members.members import members
from wiki.domain.history.hiding import Hiding
from wiki.domain.history.revisions import Part

hidden_revisions = Table(
    "hidden_revisions",
    truth,
    Column("commit", String(64), primary_key=True),
    Column("path", String(1000), primary_key=True),
    Column("part", String(10), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Integer, ForeignKey("members.id")),
    Column("at", Moment, nullable=False),
)

Key = tuple[str, str]
_KEY = tuple_(hidden_revisions.c.commit, hidden_revisions.c.path)
_PARTS = select(hidden_revisions.c.commit, hidden_revisions.c.path, hidden_revisions.c.part).where(
    hidden_revisions.c.commit.in_(bindparam("at", expanding=True))
)


def parts(connection: Connection, commits: Collection[str]) -> dict[Key, frozenset[Part]]:
    """Find what is hidden of the revisions of these commits, by (commit, path); mostly nothing."""
    hidden: dict[Key, frozenset[Part]] = {}
    for row in connection.execute(_PARTS, {"at": sorted(commits)}):
        key = (row.commit, row.path)
        hidden[key] = hidden.get(key, frozenset()) | {Part(row.part)}
    return hidden


def every(connection: Connection) -> dict[Key, frozenset[Part]]:
    """Everything that is hidden, by (commit, path): for what is built aside of requests."""
    query = select(hidden_revisions.c.commit).distinct()
    return parts(connection, list(connection.scalars(query)))


def of_revision(connection: Connection, commit: str, path: str) -> list[Hiding]:
    """Tell what is hidden of one revision, by whom and why."""
    query = (
        select(hidden_revisions, members.c.username)
        .outerjoin(members, members.c.id == hidden_revisions.c.by)
        .where(hidden_revisions.c.commit == commit, hidden_revisions.c.path == path)
        .order_by(hidden_revisions.c.part)
    )
    return [
        Hiding(row.commit, row.path, Part(row.part), row.reason, row.username or "", row.at)
        for row in connection.execute(query)
    ]


def alike(connection: Connection, page: str, blob: str) -> list[Key]:
    """The revisions of a page that hold this very text, by (commit, path)."""
    query = select(revisions.c.commit, revisions.c.path).where(
        revisions.c.page == page, revisions.c.blob == blob
    )
    return [(row.commit, row.path) for row in connection.execute(query)]


def is_text_hidden(connection: Connection, page: str, blob: str) -> bool:
    """Whether a text that the page had is hidden."""
    hidden = parts(connection, {commit for commit, _ in alike(connection, page, blob)})
    return any(Part.TEXT in found for found in hidden.values())


def hide(
    connection: Connection,
    keys: Sequence[Key],
    part: Part,
    reason: str,
    by: int | None,
    at: datetime,
) -> None:
    """Hide a part of these revisions; what is hidden already stays as it was."""
    alike = connection.execute(_KEYS.where(hidden_revisions.c.part == part.value))
    known = {(row.commit, row.path) for row in alike}
    new = [key for key in keys if key not in known]
    if not new:
        return
    shared = {"part": part.value, "reason": reason, "by": by, "at": at}
    values = [{"commit": commit, "path": path, **shared} for commit, path in new]
    connection.execute(insert(hidden_revisions), values)
    changes.record(connection, "revision", new[0][0])


def show(connection: Connection, keys: Sequence[Key], part: Part) -> None:
    """Show a part of these revisions again."""
    where = (hidden_revisions.c.part == part.value, _KEY.in_(list(keys)))
    if connection.execute(delete(hidden_revisions).where(*where)).rowcount:
        changes.record(connection, "revision", keys[0][0])


_KEYS = select(hidden_revisions.c.commit, hidden_revisions.c.path)
