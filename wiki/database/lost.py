"""Lost words: passages that once stood on a page and no longer do, to be searched.

The rows lie in order of the moment that they went, so a search reads from the newest on and stops
when it has enough; words that are rare cost one pass over all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    false,
    insert,
    or_,
    select,
)

from wiki.database.hiding import hidden_revisions as hidden
from wiki.database.history import places
from wiki.database.passages import passages, steps
from wiki.database.schema import projections
from wiki.database.visible import inside, visible
from wiki.domain.revisions import Part
from wiki.domain.sight import Sight

lost = Table(
    "lost",
    projections,
    Column("date", BigInteger, primary_key=True),
    Column("page", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("folded", Text, nullable=False),
    Index("ix_lost_page", "page", "number"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Lost:
    """A passage of a page that went at a corrected date; `folded` is what is searched."""

    date: int
    number: int
    folded: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Where words once stood: the page now, and the revision (at its path then) that took them.

    They stood there from the step `born` until `died`.
    """

    page: str
    path: str
    alive: bool
    text: str
    born: int
    died: int
    commit: str
    then: str


def put(
    connection: Connection, page: str, gone: Sequence[Lost], found: Collection[int] = ()
) -> None:
    """Note what a page lost, and by their numbers the passages that are there again."""
    if found:
        here = and_(lost.c.page == bindparam("at"), lost.c.number == bindparam("of"))
        connection.execute(delete(lost).where(here), [{"at": page, "of": n} for n in sorted(found)])
    if gone:
        connection.execute(
            insert(lost),
            [
                {"date": one.date, "page": page, "number": one.number, "folded": one.folded}
                for one in gone
            ],
        )


def forget(connection: Connection, page: str = "") -> None:
    """Forget what a page lost; without one, what every page did."""
    query = delete(lost)
    connection.execute(query.where(lost.c.page == page) if page else query)


def search(
    connection: Connection,
    wanted: Sequence[Sequence[str]],
    unwanted: Sequence[str] = (),
    limit: int = 20,
    offset: int = 0,
    *,
    folder: str = "",
    since: int | None = None,
    before: int | None = None,
    sight: Sight,
) -> list[Trace]:
    """Lost passages that have, of each of `wanted`, one of its folded words; the last lost first.

    None of the `unwanted`; only of pages in sight. `since` and `before` are Unix seconds.
    """
    query = select(lost)
    for any_of in wanted:
        has = [lost.c.folded.contains(word, autoescape=True) for word in any_of]
        query = query.where(or_(false(), *has))
    for word in unwanted:
        query = query.where(~lost.c.folded.contains(word, autoescape=True))
    if since is not None:
        query = query.where(lost.c.date >= since)
    if before is not None:
        query = query.where(lost.c.date < before)
    if sight.hidden or folder:
        in_sight = visible(places.c.path, sight)
        here = exists().where(places.c.page == lost.c.page, in_sight, inside(places.c.path, folder))
        query = query.where(here)
    newest = query.order_by(lost.c.date.desc(), lost.c.page.desc(), lost.c.number.desc())
    return _traces(connection, newest.limit(limit).offset(offset))


def _traces(connection: Connection, found: Select[Any]) -> list[Trace]:
    """The lost passages that a query finds, with the revisions that took them."""
    some = found.subquery()
    query = (
        select(
            some.c.page,
            places.c.path,
            places.c.alive,
            passages.c.text,
            passages.c.born,
            passages.c.died,
            steps.c.commit,
            steps.c.path,
        )
        .join_from(some, places, places.c.page == some.c.page)
        .join(passages, and_(passages.c.page == some.c.page, passages.c.number == some.c.number))
        .join(steps, and_(steps.c.page == some.c.page, steps.c.step == passages.c.died))
        .order_by(some.c.date.desc(), some.c.page.desc(), some.c.number.desc())
    )
    return [Trace(*row) for row in connection.execute(query)]


def hidden_steps(connection: Connection, page: str) -> set[int]:
    """The steps of a page whose text a moderator hid; mostly none."""
    same = and_(hidden.c.commit == steps.c.commit, hidden.c.path == steps.c.path)
    query = select(steps.c.step).join(hidden, same)
    return set(
        connection.scalars(query.where(steps.c.page == page, hidden.c.part == Part.TEXT.value))
    )
