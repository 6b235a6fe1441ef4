"""The anchors projection: where the passages that comments are about stand today.

A row in `anchored` says how far a page was followed: its steps are the page's revisions in
history's order. The rows in `standing` are what became of each of its anchors by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from wiki.database.engine.schema import projections
from wiki.database.history import history
from wiki.database.history.history import Sorted, revisions
from wiki.database.talk import comments as talk
from wiki.domain.talk.anchors import Anchor, Standing

anchored = Table(
    "anchored",
    projections,
    Column("page", String, primary_key=True),
    Column("steps", Integer, nullable=False),
    Column("date", BigInteger, nullable=False),
    Column("commit", Sorted, nullable=False),
    Column("path", Sorted, nullable=False),
)

standing = Table(
    "standing",
    projections,
    Column("comment", Integer, primary_key=True),
    Column("page", String, nullable=False),
    Column("blob", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("gone", String, nullable=False),
    Index("ix_standing_page", "page"),
)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a page's anchors were followed: its `steps`-th revision in history's order."""

    steps: int = 0
    date: int = 0
    commit: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """An anchor as it was made: on which step, and the blob of that revision."""

    comment: int
    date: int
    commit: str
    path: str
    anchor: Anchor

    @property
    def key(self) -> tuple[int, str, str]:
        """Return what sorts it among the page's revisions."""
        return self.date, self.commit, self.path


_KEY = tuple_(revisions.c.date, revisions.c.commit, revisions.c.path)


def reached(connection: Connection, page: str) -> Reached | None:
    """Tell how far a page was followed; None if it was not, or its history has changed before."""
    columns = [column for column in anchored.c if column.name != "page"]
    row = connection.execute(select(*columns).where(anchored.c.page == page)).first()
    if row is None:
        return None
    found = Reached(*row)
    count = select(func.count()).select_from(revisions).where(revisions.c.page == page)
    count = count.where((found.date, found.commit, found.path) >= _KEY)
    return found if connection.scalar(count) == found.steps else None


def begin(connection: Connection, page: str, key: tuple[int, str, str]) -> Reached:
    """The revision of a page with this (date, commit, path), as the one to follow from."""
    count = select(func.count()).select_from(revisions).where(revisions.c.page == page, key >= _KEY)
    return Reached(connection.scalar(count) or 0, *key)


def made(connection: Connection, page: str) -> list[Made]:
    """A page's anchors as they were made, the first comment first."""
    query = (
        select(
            talk.comments.c.id,
            talk.comments.c.start,
            talk.comments.c.end,
            talk.comments.c.anchor,
            revisions.c.date,
            revisions.c.commit,
            revisions.c.path,
            revisions.c.blob,
        )
        .join(revisions, talk.MADE_THERE)
        .where(revisions.c.page == page, talk.comments.c.start.is_not(None))
        .where(talk.comments.c.path.in_(history.paths_of(connection, page)))
        .order_by(talk.comments.c.id)
    )
    return [
        Made(
            comment=row.id,
            date=row.date,
            commit=row.commit,
            path=row.path,
            anchor=Anchor(row.blob, row.start, row.end, row.anchor),
        )
        for row in connection.execute(query)
    ]


def are_new(connection: Connection, page: str) -> bool:
    """Whether a page has anchors of which nothing is kept yet."""
    query = (
        select(talk.comments.c.id)
        .join(revisions, talk.MADE_THERE)
        .join(standing, standing.c.comment == talk.comments.c.id, isouter=True)
        .where(revisions.c.page == page, talk.comments.c.start.is_not(None))
        .where(talk.comments.c.path.in_(history.paths_of(connection, page)))
        .where(standing.c.comment.is_(None))
    )
    return connection.execute(query.limit(1)).first() is not None


def load(connection: Connection, page: str) -> dict[int, Standing]:
    """Load each of a page's anchors as far as it was followed, by comment."""
    query = select(standing).where(standing.c.page == page)
    return {
        row.comment: Standing(Anchor(row.blob, row.start, row.end, row.words), row.gone)
        for row in connection.execute(query)
    }


def keep(
    connection: Connection,
    page: str,
    before: Reached | None,
    after: Reached,
    changed: Mapping[int, Standing],
) -> bool:
    """Write what came of following a page from `before` (None: from nothing) to `after`.

    False, and nothing is written, if another process has followed it meanwhile.
    """
    if before is None:
        for table in (anchored, standing):
            connection.execute(delete(table).where(table.c.page == page))
        connection.execute(insert(anchored).values(page=page, **asdict(after)))
    else:
        same = [getattr(anchored.c, name) == value for name, value in asdict(before).items()]
        query = update(anchored).where(anchored.c.page == page, *same).values(**asdict(after))
        if not connection.execute(query).rowcount:
            return False
    _put(connection, page, changed)
    return True


def _put(connection: Connection, page: str, changed: Mapping[int, Standing]) -> None:
    ids = list(changed)
    for start in range(0, len(ids), 400):
        some = standing.c.comment.in_(ids[start : start + 400])
        connection.execute(delete(standing).where(some))
    if changed:
        values = [
            {"comment": id, "page": page, "gone": one.gone, **asdict(one.place)}
            for id, one in changed.items()
        ]
        connection.execute(insert(standing), values)


def forget(connection: Connection) -> None:
    """Forget where all anchors stand, to follow them anew."""
    for table in (anchored, standing):
        connection.execute(delete(table))


def waiting(connection: Connection, limit: int) -> list[str]:
    """Pages with anchors that were not followed to their newest revision, or not at all."""
    pages = (
        select(revisions.c.page.label("page"))
        .join_from(talk.comments, revisions, talk.MADE_THERE)
        .where(talk.comments.c.start.is_not(None))
        .distinct()
        .cte("pages")
    )
    steps = select(func.count()).select_from(revisions).where(revisions.c.page == pages.c.page)
    names = history.names
    new = (
        select(talk.comments.c.id)
        .join(revisions, talk.MADE_THERE)
        .join(standing, standing.c.comment == talk.comments.c.id, isouter=True)
        .where(names.c.page == pages.c.page, names.c.path == talk.comments.c.path)
        .where(revisions.c.page == pages.c.page, talk.comments.c.start.is_not(None))
        .where(standing.c.comment.is_(None))
        .correlate(pages)
    )
    query = (
        select(pages.c.page)
        .join(anchored, anchored.c.page == pages.c.page, isouter=True)
        .where(or_(func.coalesce(anchored.c.steps, 0) != steps.scalar_subquery(), new.exists()))
        .order_by(pages.c.page)
        .limit(limit)
    )
    return list(connection.scalars(query))


def followed_pages(connection: Connection, limit: int) -> list[str]:
    """Pages that were followed, at most so many."""
    return list(connection.scalars(select(anchored.c.page).order_by(anchored.c.page).limit(limit)))
