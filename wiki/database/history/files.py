"""Files beside pages, as each commit left them; a projection that history fills."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, Text, func, select

from wiki.database.engine.schema import projections
from wiki.database.history.history import Sorted, commits
from wiki.domain.content.attachments import Version

file_revisions = Table(
    "file_revisions",
    projections,
    Column("commit", Sorted, primary_key=True),
    Column("file", Sorted, primary_key=True),
    Column("date", BigInteger, nullable=False),
    Column("blob", String, nullable=False),
    # What it was called by whoever sent it; empty where that is not known.
    Column("name", Text, nullable=False),
    Index("ix_file_revisions_file", "file", "date", "commit"),
)


def versions(connection: Connection, file: str, limit: int = 50) -> list[Version]:
    """The versions of a file, newest first."""
    query = (
        select(file_revisions, commits.c.written)
        .join_from(file_revisions, commits, commits.c.commit == file_revisions.c.commit)
        .where(file_revisions.c.file == file)
        .order_by(file_revisions.c.date.desc(), file_revisions.c.commit.desc())
        .limit(limit)
    )
    rows = connection.execute(query)
    return [Version(row.commit, row.blob, row.name, row.written) for row in rows]


def gone_in(connection: Connection, revision: str, limit: int = 5_000) -> list[str]:
    """The files that a commit deleted."""
    query = select(file_revisions.c.file).where(
        file_revisions.c.commit == revision, file_revisions.c.blob == ""
    )
    return list(connection.scalars(query.order_by(file_revisions.c.file).limit(limit)))


def count(connection: Connection, file: str) -> int:
    """Count the versions of a file that hold something."""
    query = select(func.count()).where(file_revisions.c.file == file, file_revisions.c.blob != "")
    return connection.execute(query).scalar_one()


def version(connection: Connection, file: str, revision: str) -> Version | None:
    """The version of a file that a commit made."""
    query = (
        select(file_revisions, commits.c.written)
        .join_from(file_revisions, commits, commits.c.commit == file_revisions.c.commit)
        .where(file_revisions.c.file == file, file_revisions.c.commit == revision)
    )
    row = connection.execute(query).first()
    return Version(row.commit, row.blob, row.name, row.written) if row else None
