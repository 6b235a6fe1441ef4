"""Suggestions: the table and its queries.

As talk does, a row says where it was made, (path, revision); which page that is today is looked up
in the history projection. A suggestion of a new page has only a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
    true,
    update,
)

from wiki.database.access.sight import visible
from wiki.database.engine import changes
from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.database.history.history import places, revisions
from wiki.database.members.members import members
from wiki.domain.access.sight import Sight
from wiki.domain.editing.suggestions import NewSuggestion, State, Suggestion

suggestions = Table(
    "suggestions",
    truth,
    Column("id", Integer, primary_key=True),
    Column("author", ForeignKey("members.id"), nullable=False),
    Column("path", String(1000), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("base", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("decider", ForeignKey("members.id")),
    Column("decided", Moment),
    Column("word", Text, nullable=False),
    Column("became", String(64), nullable=False),
    Column("amended", Boolean, nullable=False),
    Index(None, "state", "id"),
    Index(None, "author", "id"),
    sqlite_autoincrement=True,
)

_DECIDERS = members.alias("deciders")
_MADE_THERE = and_(
    revisions.c.commit == suggestions.c.revision, revisions.c.path == suggestions.c.path
)
_PATH = func.coalesce(places.c.path, suggestions.c.path)


def add(connection: Connection, new: NewSuggestion) -> int:
    """Keep a suggestion; gives its id."""
    values = asdict(new) | {
        "changed": new.created,
        "state": State.OPEN.value,
        "word": "",
        "became": "",
        "amended": False,
    }
    id = insert_numbered(connection, suggestions, values)
    changes.record(connection, "suggestion", id)
    return id


def same(connection: Connection, new: NewSuggestion) -> int | None:
    """An open suggestion of the same text by the same author on the same page."""
    where = (
        suggestions.c.author == new.author,
        suggestions.c.state == State.OPEN.value,
        suggestions.c.path == new.path,
        suggestions.c.base == new.base,
        suggestions.c.text == new.text,
    )
    return connection.scalar(select(suggestions.c.id).where(*where).limit(1))


def state_of(connection: Connection, id: int) -> State:
    """Give the state of a suggestion that there is."""
    asked = select(suggestions.c.state).where(suggestions.c.id == id)
    return State(connection.execute(asked).scalar_one())


def rewrite(connection: Connection, id: int, text: str, summary: str, now: datetime) -> None:
    """Its author says something else; it waits for a decision (again)."""
    values = {
        "text": text,
        "summary": summary,
        "changed": now,
        "state": State.OPEN.value,
        "decider": None,
        "decided": None,
        "word": "",
    }
    _change(connection, id, values)


def decide(
    connection: Connection, id: int, state: State, by: int | None, now: datetime, word: str = ""
) -> None:
    """Somebody decides what becomes of it."""
    values = {"state": state.value, "decider": by, "decided": now, "word": word}
    _change(connection, id, values)


def became(connection: Connection, id: int, path: str, revision: str, *, amended: bool) -> None:
    """It was published as this revision of the page at a path, changed by the editor or not."""
    _change(connection, id, {"became": revision, "amended": amended})
    # Of a new page this is where it is known from now on.
    where = (suggestions.c.id == id, suggestions.c.revision == "")
    placed = {"path": path, "revision": revision}
    connection.execute(update(suggestions).where(*where).values(**placed))


def _change(connection: Connection, id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(suggestions).where(suggestions.c.id == id).values(**values))
    changes.record(connection, "suggestion", id)


def get(connection: Connection, id: int) -> Suggestion | None:
    """A suggestion and where its page is today."""
    row = connection.execute(_query().where(suggestions.c.id == id)).first()
    return _suggestion(row) if row else None


def find(
    connection: Connection,
    *,
    state: State | None = None,
    author: int | None = None,
    reviewed: Sight | None = None,
    path: str = "",
    before: int = 0,
    limit: int = 50,
    sight: Sight,
) -> list[Suggestion]:
    """Suggestions on pages in sight, newest first; `before` is an id to go on after.

    Those by `author`, and those in `reviewed`, where the reader decides: one or the other.
    About the page at a `path` only, if asked.
    """
    query = _query().where(visible(_PATH, sight))
    if reviewed is not None:
        query = query.where(or_(visible(_PATH, reviewed), _by(author)))
    elif author is not None:
        query = query.where(_by(author))
    if state is not None:
        query = query.where(suggestions.c.state == state.value)
    if path:
        query = query.where(_PATH.op("=")(path))
    if before:
        query = query.where(suggestions.c.id < before)
    rows = connection.execute(query.order_by(suggestions.c.id.desc()).limit(limit))
    return [_suggestion(row) for row in rows]


def _by(author: int | None) -> ColumnElement[bool]:
    return suggestions.c.author == author if author is not None else ~true()


def count(connection: Connection, author: int, state: State) -> int:
    """Count how many suggestions of an author are in a state."""
    where = (suggestions.c.author == author, suggestions.c.state == state.value)
    return connection.scalar(select(func.count()).where(*where)) or 0


def waiting(connection: Connection) -> list[tuple[str, str]]:
    """Page (empty: one that is not there) and path of each open suggestion."""
    query = (
        select(func.coalesce(places.c.page, "").label("page"), _PATH.label("path_now"))
        .select_from(_placed())
        .where(suggestions.c.state == State.OPEN.value)
    )
    return [(row.page, row.path_now) for row in connection.execute(query)]


def _placed() -> Any:
    return suggestions.outerjoin(revisions, _MADE_THERE).outerjoin(
        places, places.c.page == revisions.c.page
    )


def _query() -> Select[Any]:
    return select(
        suggestions,
        func.coalesce(places.c.page, "").label("page"),
        _PATH.label("path_now"),
        func.coalesce(places.c.alive, True).label("alive"),
        members.c.uid,
        members.c.username,
        members.c.name,
        _DECIDERS.c.username.label("decider_username"),
        _DECIDERS.c.name.label("decider_name"),
    ).select_from(
        _placed()
        .join(members, members.c.id == suggestions.c.author)
        .outerjoin(_DECIDERS, _DECIDERS.c.id == suggestions.c.decider)
    )


def _suggestion(row: Any) -> Suggestion:
    decider = row.decider_name or row.decider_username or ""
    return filled(Suggestion, row, path=row.path_now, alive=bool(row.alive), decider=decider)
