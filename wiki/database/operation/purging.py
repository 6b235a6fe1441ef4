"""The truth after a purge: new ids in the place of old ones, and nothing of what had to go.

Every text of every table is looked through, so that a new one cannot be forgotten. Ids are mapped
in all of them. Words are not, where they are an account's own (who is to go is erased), or name a
place: these are reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, select, update

from wiki.database.editing.drafts import presence
from wiki.database.history import hiding
from wiki.database.history.history import identities
from wiki.database.history.moved_revisions import moved_revisions
from wiki.database.operation.erasing import change_texts, holding
from wiki.database.talk.comments import comments
from wiki.domain.history.revisions import Part
from wiki.domain.operation.purging import Ids, Words

ACCOUNTS = frozenset(
    {
        "attempts",
        "members",
        "passkeys",
        "recovery_codes",
        "sealing",
        "second_factors",
        "sessions",
        "tokens",
    }
)
"""Tables of what an account is: words in them go with the account."""
PLACES = frozenset({"path", "prefix", "key", "recipient", "topic", "groups"})
"""Columns that say where something is or goes: another word there would be another place."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """A comment that is about a passage: which words, from where to where, of which file then."""

    comment: int
    path: str
    revision: str
    words: str
    start: int
    end: int


def change_ids(connection: Connection, ids: Ids) -> Counter[str]:
    """Let every text name new commits, blobs and pages; gives by table how many rows changed."""
    connection.execute(delete(presence))
    return change_texts(
        connection, ids.text, takes=lambda column: column.table is not moved_revisions, tell=False
    )


def change_words(connection: Connection, words: Words) -> Counter[str]:
    """Take words out of what people wrote; gives by table how many rows changed."""
    return change_texts(connection, words.replaced, takes=_is_written, tell=False)


def with_words(connection: Connection, words: Words) -> Counter[str]:
    """By table how many rows `change_words` would change."""
    return holding(connection, words.stand_in, _is_written)


def left(connection: Connection, words: Words) -> Counter[str]:
    """By table how many rows hold words that `change_words` leaves."""
    return holding(connection, words.stand_in, lambda column: not _is_written(column))


def _is_written(column: Column[Any]) -> bool:
    table: Table = column.table
    return table.name not in ACCOUNTS and column.name not in PLACES and not column.foreign_keys


def births(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Every page by birth: its identity, and the commit and path that made it."""
    for row in connection.execute(
        select(identities.c.born, identities.c.commit, identities.c.path)
    ):
        yield row[0], row[1], row[2]


def anchored(connection: Connection) -> list[Anchored]:
    """Every comment that is about a passage."""
    query = select(
        comments.c.id,
        comments.c.path,
        comments.c.revision,
        comments.c.anchor,
        comments.c.start,
        comments.c.end,
    ).where(comments.c.start.is_not(None))
    return [Anchored(*row) for row in connection.execute(query)]


def move_anchors(
    connection: Connection, anchors: Iterable[tuple[int, str, int | None, int | None]]
) -> None:
    """Put comments (by id) on these words, from where to where; on nothing without a place."""
    for id, words, start, end in anchors:
        values = {"anchor": words, "start": start, "end": end}
        connection.execute(update(comments).where(comments.c.id == id).values(**values))


def unhide(connection: Connection, parts: Mapping[Part, Iterable[hiding.Key]]) -> None:
    """Forget that something is hidden which is gone."""
    for part, keys in parts.items():
        if keys := list(keys):
            hiding.show(connection, keys, part)
