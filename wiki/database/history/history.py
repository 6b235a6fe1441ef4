"""The history projection: every commit as it touched every page, and where pages are.

`order` is (corrected date, commit): a child always comes after its parents, whatever the clocks of
those who pushed said. A row's `born` is the page's own identity, `page` the one that it goes by
since merges brought pages together; queries only know `page`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    tuple_,
)

from wiki.database.access.sight import visible
from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, projections
from wiki.domain.access.sight import Sight
from wiki.domain.history.history import Place
from wiki.domain.history.revisions import Author, Revision

Sorted = String().with_variant(String(collation="C"), "postgresql")
"""Text that sorts by its bytes in every database."""

commits = Table(
    "commits",
    projections,
    Column("commit", Sorted, primary_key=True),
    Column("date", BigInteger, nullable=False),
    Column("written", Moment, nullable=False),
    Column("zone", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("message", Text, nullable=False),
    # Who let a suggestion in, its committer; empty for all other commits.
    Column("accepter", Text, nullable=False),
    Column("accepter_email", Text, nullable=False),
)

revisions = Table(
    "revisions",
    projections,
    Column("commit", Sorted, primary_key=True),
    Column("path", Sorted, primary_key=True),
    Column("page", String, nullable=False),
    Column("born", String, nullable=False),
    Column("date", BigInteger, nullable=False),
    Column("blob", String, nullable=False),
    Column("before", String, nullable=False),
    Column("event", String, nullable=False),
    Column("came_from", String, nullable=False),
    Column("author", String, nullable=False),
    Column("added", Integer),
    Column("removed", Integer),
    Index("ix_revisions_page", "page", "date", "commit"),
    Index("ix_revisions_writers", "page", "author"),
    Index("ix_revisions_date", "date", "commit", "path"),
    Index("ix_revisions_author", "author", "date", "commit", "path"),
    Index("ix_revisions_path", "path", "date", "commit"),
    Index("ix_revisions_blob", "blob"),
)
Index(
    "ix_revisions_uncounted",
    revisions.c.date,
    revisions.c.commit,
    sqlite_where=revisions.c.added.is_(None),
    postgresql_where=revisions.c.added.is_(None),
)

crossings = Table(
    "crossings",
    projections,
    Column("commit", Sorted, primary_key=True),
    Column("path", Sorted, primary_key=True),
    Column("date", BigInteger, nullable=False),
    Column("born", String, nullable=False),
    Column("grave", String, nullable=False),
    Index("ix_crossings_path", "path", "date", "commit"),
)
"""What a commit made of a path that it did not touch: a page moved away, a merge decided."""

identities = Table(
    "identities",
    projections,
    Column("born", String, primary_key=True),
    Column("page", String, nullable=False),
    Column("date", BigInteger, nullable=False),
    Column("commit", Sorted, nullable=False),
    Column("path", Sorted, nullable=False),
    Index("ix_identities_page", "page"),
)

joined = Table(
    "joined",
    projections,
    Column("commit", Sorted, primary_key=True),
    Column("one", String, primary_key=True),
    Column("other", String, primary_key=True),
)
"""Which merge found which two pages to be the same."""

places = Table(
    "places",
    projections,
    Column("page", String, primary_key=True),
    Column("path", Sorted, nullable=False),
    Column("alive", Boolean, nullable=False),
    Column("date", BigInteger, nullable=False),
    Column("commit", Sorted, nullable=False),
    Index("ix_places_path", "path", "alive", "date"),
    Index("ix_places_date", "alive", "date", "commit"),
)
"""Where each page is, and (`date`, `commit`) its newest revision there."""

names = Table(
    "names",
    projections,
    Column("page", String, primary_key=True),
    Column("path", Sorted, primary_key=True),
    Index("ix_names_path", "path"),
)
"""Every path that each page ever had."""

_ORDER = (revisions.c.date.desc(), revisions.c.commit.desc(), revisions.c.path.desc())
ROW = select(
    revisions.c.page,
    revisions.c.commit,
    revisions.c.path,
    revisions.c.blob,
    revisions.c.before,
    revisions.c.event,
    revisions.c.came_from,
    revisions.c.date,
    revisions.c.added,
    revisions.c.removed,
    commits.c.written,
    commits.c.zone,
    commits.c.name,
    commits.c.email,
    commits.c.message,
    commits.c.accepter,
    commits.c.accepter_email,
).join_from(revisions, commits, commits.c.commit == revisions.c.commit)

# Built once: what a statement costs is mostly its making.
_REVISION = ROW.where(revisions.c.page == bindparam("of"), revisions.c.commit == bindparam("at"))
_REVISION = _REVISION.order_by(*_ORDER)
_COUNT = select(func.count()).select_from(revisions).where(revisions.c.page == bindparam("of"))
_LATER = _COUNT.where(
    tuple_(revisions.c.date, revisions.c.commit)
    > tuple_(bindparam("date", type_=BigInteger), bindparam("at", type_=String))
)
_DATE = select(commits.c.date).where(commits.c.commit == bindparam("at"))
_IDENTITY = select(places.c.page).where(places.c.path == bindparam("at"), places.c.alive)
_PLACE = select(places.c.path, places.c.alive).where(places.c.page == bindparam("of"))


def of_page(
    connection: Connection,
    page: str,
    *,
    before: str = "",
    limit: int = 50,
    author: str = "",
    since: int | None = None,
    until: int | None = None,
) -> list[Revision]:
    """A page's revisions, newest first; `before` is the commit to go on after.

    Of one author only (a member's opaque id, or an outside e-mail address), or made from `since`
    on and before `until` (Unix seconds) by the commit's own time, if asked.
    """
    query = ROW.where(revisions.c.page == page)
    if author:
        query = query.where(revisions.c.author == author)
    if since is not None:
        query = query.where(*_made_since(since))
    if until is not None:
        query = query.where(commits.c.written < datetime.fromtimestamp(until, UTC))
    return listed(connection, query, before, limit)


def by_author(
    connection: Connection,
    uid: str,
    *,
    before: str = "",
    limit: int = 50,
    sight: Sight,
) -> list[Revision]:
    """A member's revisions (or those of an e-mail address from outside), newest first.

    Only of pages that now are (or last were) in sight, and were then. `before` is a commit, or
    `domain.history.cursor` of a row to go on within a commit.
    """
    query = in_sight(ROW, sight).where(revisions.c.author == uid)
    return listed(connection, query, before, limit)


def revision(connection: Connection, page: str, commit: str) -> Revision | None:
    """One revision of a page, or None if that commit did not touch it."""
    row = connection.execute(_REVISION, {"of": page, "at": commit}).first()
    return _revision(row) if row else None


def of_pages(
    connection: Connection, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Revision]:
    """Those revisions, each by its page and commit; a few at a time."""
    query = ROW.where(
        revisions.c.commit.in_({commit for _, commit in keys}),
        revisions.c.page.in_({page for page, _ in keys}),
    )
    return {(row.page, row.commit): _revision(row) for row in connection.execute(query)}


def of_commits(connection: Connection, ids: Sequence[str]) -> list[Revision]:
    """List the revisions of pages that these commits made."""
    made: list[Revision] = []
    for start in range(0, len(ids), 500):
        query = ROW.where(revisions.c.commit.in_(ids[start : start + 500]))
        made += [_revision(row) for row in connection.execute(query)]
    return made


def since(connection: Connection, date: int) -> list[Revision]:
    """List the revisions of all pages from a moment (Unix seconds) on."""
    return [_revision(row) for row in connection.execute(ROW.where(*_made_since(date)))]


def _made_since(date: int) -> tuple[ColumnElement[bool], ...]:
    """Made at a moment or later, by the commit's own time.

    What is ordered as earlier was made earlier, so that few rows are looked at; not the other way
    round: a commit with a date to come puts all that follow it behind that date.
    """
    return revisions.c.date >= date, commits.c.written >= datetime.fromtimestamp(date, UTC)


def as_of(connection: Connection, page: str, commit: str) -> Revision | None:
    """A page's last revision that is not later than a commit, or None if it is younger."""
    date = select(commits.c.date).where(commits.c.commit == commit).scalar_subquery()
    not_later = tuple_(revisions.c.date, revisions.c.commit) <= tuple_(date, literal(commit))
    found = listed(connection, ROW.where(revisions.c.page == page, not_later), "", 1)
    return found[0] if found else None


def count(connection: Connection, page: str) -> int:
    """Count how many revisions a page has."""
    return connection.scalar(_COUNT, {"of": page}) or 0


def count_since(connection: Connection, moment: datetime) -> int:
    """Count how many revisions of pages were made since a moment."""
    query = (
        select(func.count())
        .select_from(revisions)
        .join(commits, commits.c.commit == revisions.c.commit)
        .where(*_made_since(int(moment.timestamp())))
    )
    return connection.scalar(query) or 0


def counts(connection: Connection, pages: Collection[str]) -> dict[str, int]:
    """How many revisions each of some pages has."""
    query = select(revisions.c.page, func.count()).where(revisions.c.page.in_(pages))
    return {row[0]: row[1] for row in connection.execute(query.group_by(revisions.c.page))}


def count_by(connection: Connection, author: str) -> int:
    """Count how many revisions of pages an author made."""
    query = select(func.count()).select_from(revisions).where(revisions.c.author == author)
    return connection.scalar(query) or 0


def writers(connection: Connection, page: str) -> int:
    """Count how many different people wrote on a page."""
    query = select(func.count(revisions.c.author.distinct())).where(revisions.c.page == page)
    return connection.scalar(query) or 0


def number(connection: Connection, page: str, commit: str) -> int:
    """The revision's number among the page's, the first being 1; 0 if the commit is unknown."""
    date = connection.scalar(_DATE, {"at": commit})
    return numbers(connection, page, [(date, commit)])[0] if date is not None else 0


def numbers(connection: Connection, page: str, at: Sequence[tuple[int, str]]) -> list[int]:
    """The numbers of revisions by (corrected date, commit), the page's first being 1."""
    every = count(connection, page)
    # Those that came later are mostly few.
    return [
        every - (connection.scalar(_LATER, {"of": page, "date": date, "at": commit}) or 0)
        for date, commit in at
    ]


def written(connection: Connection, ids: Collection[str]) -> dict[str, datetime]:
    """When each of these commits was made."""
    if not ids:
        return {}
    asked = select(commits.c.commit, commits.c.written).where(commits.c.commit.in_(ids))
    return {row[0]: row[1] for row in connection.execute(asked)}


def identity(connection: Connection, path: str) -> str:
    """The page that lives at the path; empty if none does."""
    return connection.scalar(_IDENTITY, {"at": path}) or ""


def place(connection: Connection, page: str) -> Place | None:
    """Where a page is now, or last was; None if there is no such page."""
    row = connection.execute(_PLACE, {"of": page}).first()
    return Place(row.path, row.alive) if row else None


def places_of(connection: Connection, pages: Collection[str]) -> dict[str, Place]:
    """Where each of these pages is now, or last was; a few at a time."""
    query = select(places.c.page, places.c.path, places.c.alive).where(places.c.page.in_(pages))
    return {row.page: Place(row.path, row.alive) for row in connection.execute(query)}


def page_of(connection: Connection, path: str, commit: str) -> str:
    """The page that was at the path in a revision; empty if none was.

    Exact where the revision touched the page; else the last that was there in history's order.
    """
    exact = select(revisions.c.page).where(revisions.c.commit == commit, revisions.c.path == path)
    found: str | None = connection.scalar(exact)
    if found is not None:
        return found
    date = connection.scalar(_DATE, {"at": commit})
    return "" if date is None else _last_before(connection, path, date, commit)


def at_page(
    page: ColumnElement[str] | str, path: ColumnElement[str], commit: ColumnElement[str]
) -> ColumnElement[bool]:
    """The condition that (path, revision), of talk made there, is of this page.

    The revision is one that touched the page: what a reader saw as its last change.
    """
    return exists().where(
        revisions.c.commit == commit, revisions.c.path == path, revisions.c.page == page
    )


def paths_of(connection: Connection, page: str) -> list[str]:
    """Every path that a page ever had, sorted."""
    query = select(names.c.path).where(names.c.page == page).order_by(names.c.path)
    return list(connection.scalars(query))


def pages_at(connection: Connection, path: str) -> list[str]:
    """Every page that ever was at a path, the latest to be touched first."""
    query = (
        select(places.c.page)
        .join_from(names, places, places.c.page == names.c.page)
        .where(names.c.path == path)
        .order_by(places.c.alive.desc(), places.c.date.desc(), places.c.commit.desc())
    )
    return list(connection.scalars(query))


def holder(connection: Connection, path: str, blob: str) -> str:
    """The page that once had this text at this path, the last one if several; else empty."""
    query = (
        select(revisions.c.page)
        .where(revisions.c.blob == blob, revisions.c.path == path)
        .order_by(*_ORDER)
    )
    return connection.scalar(query.limit(1)) or ""


def had(connection: Connection, page: str, blob: str) -> bool:
    """Whether a page ever had this text."""
    query = select(revisions.c.commit).where(revisions.c.blob == blob, revisions.c.page == page)
    return connection.execute(query.limit(1)).first() is not None


def deleted(connection: Connection, path: str) -> Revision | None:
    """The deletion of the page that last was at the path; None if one lives there, or none did."""
    if identity(connection, path):
        return None
    query = _deletions().where(places.c.path == path)
    row = connection.execute(query.order_by(*_ORDER).limit(1)).first()
    return _revision(row) if row else None


def trash(
    connection: Connection,
    limit: int = 50,
    before: str = "",
    *,
    sight: Sight,
) -> list[Revision]:
    """The deletions of pages that do not live and whose path is free, the latest first."""
    taken = places.alias()
    free = ~exists().where(taken.c.path == places.c.path, taken.c.alive)
    query = _deletions().where(free, visible(places.c.path, sight))
    return listed(connection, query, before, limit)


def _deletions() -> Select[tuple[str]]:
    return ROW.join(
        places,
        and_(
            places.c.page == revisions.c.page,
            places.c.commit == revisions.c.commit,
            places.c.path == revisions.c.path,
        ),
    ).where(~places.c.alive, revisions.c.blob == "")


def _last_before(connection: Connection, path: str, date: int, commit: str) -> str:
    touched = (
        select(revisions.c.date, revisions.c.commit, revisions.c.page, revisions.c.blob)
        .where(
            revisions.c.path == path,
            tuple_(revisions.c.date, revisions.c.commit) <= (date, commit),
        )
        .order_by(revisions.c.date.desc(), revisions.c.commit.desc())
        .limit(1)
    )
    crossed = (
        select(crossings.c.date, crossings.c.commit, identities.c.page, crossings.c.grave)
        .join_from(crossings, identities, identities.c.born == crossings.c.born, isouter=True)
        .where(
            crossings.c.path == path,
            tuple_(crossings.c.date, crossings.c.commit) <= (date, commit),
        )
        .order_by(crossings.c.date.desc(), crossings.c.commit.desc())
        .limit(1)
    )
    last = [(row[:2], row[2] if row[3] else "") for row in connection.execute(touched)]
    last += [(row[:2], "" if row[3] else row[2] or "") for row in connection.execute(crossed)]
    return max(last)[1] if last else ""


def in_sight(query: Select[tuple[str]], sight: Sight) -> Select[tuple[str]]:
    """Only revisions whose path may be seen, of pages whose present (or last) one may be."""
    if not sight.hidden:
        return query
    return query.join(places, places.c.page == revisions.c.page).where(
        visible(places.c.path, sight), visible(revisions.c.path, sight)
    )


def listed(
    connection: Connection, query: Select[tuple[str]], before: str, limit: int
) -> list[Revision]:
    """List what a query made from ROW finds, newest first, after the row that `before` names."""
    if before:
        commit, _, path = before.partition(":")
        date = connection.scalar(_DATE, {"at": commit})
        if date is None:
            return []
        if path:
            older = tuple_(revisions.c.date, revisions.c.commit, revisions.c.path) < (
                date,
                commit,
                path,
            )
        else:
            older = tuple_(revisions.c.date, revisions.c.commit) < (date, commit)
        query = query.where(older)
    found = connection.execute(query.order_by(*_ORDER).limit(limit))
    return [_revision(row) for row in found]


def _revision(row: Any) -> Revision:
    zone = timezone(timedelta(minutes=row.zone)) if row.zone else UTC
    return filled(
        Revision,
        row,
        when=row.written.astimezone(zone),
        author=Author(row.name, row.email),
        accepter=Author(row.accepter, row.accepter_email) if row.accepter_email else None,
        hidden=frozenset(),
        withheld=frozenset(),
    )


def places_of_blob(connection: Connection, blob: str, limit: int) -> list[tuple[str, str]]:
    """The paths and commits in which pages said what a blob says, the newest first, so many."""
    query = (
        select(revisions.c.path, revisions.c.commit)
        .where(revisions.c.blob == blob)
        .order_by(revisions.c.date.desc(), revisions.c.commit)
        .limit(limit)
    )
    return [(path, commit) for path, commit in connection.execute(query)]
