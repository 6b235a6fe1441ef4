"""The titles that pages ever had: where a title first stood, to know what a link meant then.

A row stands for each revision that gave its page another title (or another path, which is the title
of a page that has none); the worker writes them while it counts words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import (
    Column,
    Connection,
    Index,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
)

from wiki.database.content.entries import slices
from wiki.database.engine.schema import projections
from wiki.database.history.history import Sorted, revisions

titles = Table(
    "titles",
    projections,
    Column("commit", Sorted, primary_key=True),
    Column("path", Sorted, primary_key=True),
    Column("fold", String, nullable=False),
    Index("ix_titles_fold", "fold"),
    sqlite_with_rowid=False,
)

MOST = 400
"""Characters of a title that are compared: what every database can index."""


def put(connection: Connection, new: Sequence[tuple[str, str, str]]) -> None:
    """Note titles by (commit, path, the title as `domain.paths.fold` folds it)."""
    if not new:
        return
    here = and_(titles.c.commit == bindparam("at"), titles.c.path == bindparam("of"))
    connection.execute(delete(titles).where(here), [{"at": c, "of": p} for c, p, _ in new])
    values = [{"commit": c, "path": p, "fold": fold[:MOST]} for c, p, fold in new]
    connection.execute(insert(titles), values)


def pages(connection: Connection, folds: Collection[str]) -> dict[str, list[str]]:
    """For each of these folded titles: the pages that ever had it."""
    pages_by_fold: dict[str, list[str]] = {}
    here = and_(titles.c.commit == revisions.c.commit, titles.c.path == revisions.c.path)
    for some in slices({fold[:MOST] for fold in folds}):
        query = (
            select(titles.c.fold, revisions.c.page)
            .join(revisions, here)
            .where(titles.c.fold.in_(some))
        )
        for fold, page in connection.execute(query.distinct().order_by(revisions.c.page)):
            pages_by_fold.setdefault(fold, []).append(page)
    return pages_by_fold
