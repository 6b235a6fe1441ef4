"""Comments: the table and its queries.

A row says for ever where it was made: (path, revision), where the revision is one that touched the
page. Which page that is today is looked up in the history projection, so that a comment follows
its page through renames, deletion and restoring, and stays behind when a new page takes the path.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
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
    UniqueConstraint,
    and_,
    case,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from wiki.database.access.sight import visible
from wiki.database.engine import changes
from wiki.database.engine.mapper import filled
from wiki.database.engine.schema import Moment, truth
from wiki.database.engine.upsert import insert_numbered
from wiki.database.history import history
from wiki.database.history.history import names, places, revisions
from wiki.database.members.members import members
from wiki.domain.access.sight import Sight
from wiki.domain.talk.comments import (
    Comment,
    Counts,
    NewComment,
    PlacedComment,
    Resolved,
    State,
    Version,
    place_of,
)

comments = Table(
    "comments",
    truth,
    Column("id", Integer, primary_key=True),
    Column("path", String(250), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("thread", Integer, nullable=False, index=True),
    Column("parent", ForeignKey("comments.id"), index=True),
    Column("depth", Integer, nullable=False),
    Column("place", String(64), nullable=False),
    Column("author", ForeignKey("members.id"), nullable=False),
    Column("text", Text, nullable=False),
    # The words that it is about, or empty, and where they stood in that revision's plain text.
    Column("anchor", Text, nullable=False),
    Column("start", Integer),
    Column("end", Integer),
    Column("created", Moment, nullable=False),
    Column("edited", Moment),
    Column("state", String(8), nullable=False),
    # Takes a place in the list: all but what was deleted and has nothing below it.
    Column("shown", Boolean, nullable=False),
    Column("replies", Integer, nullable=False),
    # One showing of a form gives one comment, however often it is sent.
    Column("nonce", String(40)),
    # Of a thread's first comment: who marked it as dealt with, when, and in which revision.
    Column("resolved_by", Integer),
    Column("resolved_at", Moment),
    Column("resolved_in", String(64)),
    UniqueConstraint("author", "nonce"),
    Index(None, "created"),
    Index(None, "author", "created"),
    Index(None, "author", "state", "id"),
    Index("ix_comments_list", "path", "shown", "place", "state", "revision"),
    sqlite_autoincrement=True,
)
_HAS_ANCHOR = comments.c.start.is_not(None)
Index(
    "ix_comments_anchored",
    comments.c.path,
    comments.c.revision,
    sqlite_where=_HAS_ANCHOR,
    postgresql_where=_HAS_ANCHOR,
)

versions = Table(
    "comment_versions",
    truth,
    Column("id", Integer, primary_key=True),
    Column("comment", ForeignKey("comments.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("written", Moment, nullable=False),
)
"""Texts that comments had before their author changed them; for moderators."""

_resolver = members.alias("resolver")
_RESOLUTION = (
    comments.c.resolved_by,
    comments.c.resolved_at,
    comments.c.resolved_in,
    _resolver.c.username.label("resolver_username"),
    _resolver.c.name.label("resolver_name"),
)
_COLUMNS = (
    comments.c.id,
    comments.c.path,
    comments.c.revision,
    comments.c.thread,
    comments.c.parent,
    comments.c.depth,
    comments.c.place,
    comments.c.author,
    comments.c.text,
    comments.c.anchor,
    comments.c.start,
    comments.c.end,
    comments.c.created,
    comments.c.edited,
    comments.c.state,
    comments.c.replies,
    members.c.uid,
    members.c.username,
    members.c.name,
    *_RESOLUTION,
)
_RESOLVED_BY = _resolver.c.id == comments.c.resolved_by
MADE_THERE = and_(revisions.c.commit == comments.c.revision, revisions.c.path == comments.c.path)
LIVE = comments.c.state == State.LIVE.value


_AT_ONCE = 500
IMPORTED = "import-"
"""How the nonce of a comment begins that was said in another wiki."""


class SentBefore(Exception):
    """The same showing of the form gave a comment at this very moment."""


def add(connection: Connection, new: NewComment) -> int:
    """A new comment; gives its id. The parent, if there is one, exists and is shown.

    Raises SentBefore where databases let two writers in at once.
    """
    above = _above(connection, new.parent) if new.parent else None
    values = asdict(new)
    held = values.pop("held")
    values |= {
        "nonce": new.nonce or None,
        "thread": above.thread if above else 0,
        "depth": 0,
        "place": "",
        "state": (State.HELD if held else State.LIVE).value,
        "shown": not held,
        "replies": 0,
    }
    try:
        id = insert_numbered(connection, comments, values)
    except IntegrityError as error:
        if not new.nonce:
            raise
        raise SentBefore from error
    place, depth = place_of(above.place if above else "", above.depth if above else 0, id)
    settled = {"place": place, "depth": depth, "thread": above.thread if above else id}
    connection.execute(update(comments).where(comments.c.id == id).values(**settled))
    if above and not held:
        count_reply(connection, above.id, 1)
    changes.record(connection, "comment", id)
    return id


def _above(connection: Connection, id: int) -> Any:
    columns = (comments.c.id, comments.c.thread, comments.c.depth, comments.c.place)
    return connection.execute(select(*columns).where(comments.c.id == id)).one()


def count_reply(connection: Connection, id: int, more: int) -> None:
    """So many more answers below a comment are shown."""
    counted = {"replies": comments.c.replies + more}
    connection.execute(update(comments).where(comments.c.id == id).values(**counted))


def sent_before(connection: Connection, author: int, nonce: str) -> int | None:
    """The comment that this showing of the form already gave."""
    where = (comments.c.author == author, comments.c.nonce == nonce)
    return connection.scalar(select(comments.c.id).where(*where)) if nonce else None


def with_nonces(connection: Connection, nonces: Collection[str]) -> list[tuple[str, int]]:
    """Which of these nonces gave a comment, each with that comment, whoever its author is now."""
    pairs: list[tuple[str, int]] = []
    columns = (comments.c.nonce, comments.c.id)
    listed = sorted(nonces)
    for at in range(0, len(listed), _AT_ONCE):
        some = listed[at : at + _AT_ONCE]
        rows = connection.execute(select(*columns).where(comments.c.nonce.in_(some)))
        pairs += [(row.nonce, row.id) for row in rows]
    return pairs


def change_text(connection: Connection, id: int, text: str, now: datetime) -> None:
    """The comment's text, changed by its author; the former one is kept for moderators."""
    columns = (comments.c.id, comments.c.text, func.coalesce(comments.c.edited, comments.c.created))
    former = select(*columns).where(comments.c.id == id)
    connection.execute(insert(versions).from_select(["comment", "text", "written"], former))
    where = update(comments).where(comments.c.id == id)
    connection.execute(where.values(text=text, edited=now))
    changes.record(connection, "comment", id)


def former_texts(connection: Connection, id: int) -> list[Version]:
    """The texts that a comment had before the one it has, the oldest first."""
    asked = select(versions.c.text, versions.c.written).where(versions.c.comment == id)
    return [Version(*row) for row in connection.execute(asked.order_by(versions.c.id))]


def resolve(connection: Connection, thread: int, by: int, now: datetime, revision: str) -> None:
    """Mark a thread as dealt with in a revision of its page."""
    values = {"resolved_by": by, "resolved_at": now, "resolved_in": revision}
    connection.execute(update(comments).where(comments.c.id == thread).values(**values))
    changes.record(connection, "comment", thread)


def writers(connection: Connection, thread: int) -> list[int]:
    """List the writers of what can be read in a thread."""
    asked = select(comments.c.author).where(comments.c.thread == thread, LIVE).distinct()
    return list(connection.scalars(asked.order_by(comments.c.author)))


def reopen(connection: Connection, thread: int) -> None:
    """Take back that a thread is dealt with."""
    values = {"resolved_by": None, "resolved_at": None, "resolved_in": None}
    connection.execute(update(comments).where(comments.c.id == thread).values(**values))
    changes.record(connection, "comment", thread)


def delete(connection: Connection, id: int) -> None:
    """Delete a comment: its place stays where something shown is below it, else it goes too."""
    was_shown = connection.scalar(select(comments.c.shown).where(comments.c.id == id))
    connection.execute(
        update(comments).where(comments.c.id == id).values(state=State.DELETED.value)
    )
    # One that is held was never counted among the answers above it.
    at: int | None = id if was_shown else None
    while at is not None:
        row = connection.execute(
            select(comments.c.parent, comments.c.state, comments.c.replies).where(
                comments.c.id == at
            )
        ).one()
        if row.replies or row.state != State.DELETED.value:
            break
        connection.execute(update(comments).where(comments.c.id == at).values(shown=False))
        if row.parent is not None:
            count_reply(connection, row.parent, -1)
        at = row.parent
    changes.record(connection, "comment", id)


def set_state(connection: Connection, id: int, state: State) -> None:
    """Hide a comment's text from readers, or show it again; its place stays."""
    connection.execute(update(comments).where(comments.c.id == id).values(state=state.value))
    changes.record(connection, "comment", id)


def count_by(connection: Connection, author: int) -> int:
    """Count how many comments of a member can be read or were hidden."""
    query = select(func.count()).where(
        comments.c.author == author, comments.c.state != State.DELETED.value
    )
    return connection.scalar(query) or 0


def made_before(connection: Connection, author: int, number: int) -> datetime | None:
    """When the author wrote the comment that is so many back: 1 is the newest; None if none is."""
    query = (
        select(comments.c.created)
        .where(comments.c.author == author)
        .order_by(comments.c.created.desc())
        .limit(1)
        .offset(number - 1)
    )
    return connection.scalar(query)


# -- one comment and where it is --


def get(connection: Connection, id: int) -> PlacedComment | None:
    """A comment and its page today; None if there is none, or its page is not known any more."""
    row = connection.execute(placed_query().where(comments.c.id == id)).first()
    return placed_comment(row) if row else None


def position(connection: Connection, placed: PlacedComment) -> int:
    """Count how many comments stand before this one on its page."""
    before = comments.c.place < placed.comment.place
    asked = select(func.count()).where(here(connection, placed.page), comments.c.shown, before)
    return connection.scalar(asked) or 0


# -- a page's talk --


def counts(connection: Connection, at: ColumnElement[bool]) -> Counts:
    """Count the comments that a page's talk lists, and those to be read; `at` is from `here`."""
    readable = func.coalesce(func.sum(case((LIVE, 1), else_=0)), 0)
    asked = select(func.count(), readable).where(at, comments.c.shown)
    listed, live = connection.execute(asked).one()
    return Counts(listed, live)


def listing(
    connection: Connection,
    at: ColumnElement[bool],
    *,
    limit: int,
    offset: int,
    newest_first: bool = False,
) -> list[Comment]:
    """A page's comments, thread by thread; `at` is from `here`.

    Within a thread the oldest comes first, whichever thread does.
    """
    order = _threads(newest_first)
    # The ids first, from the index alone: sorting whole comments takes ten times as long.
    wanted = (
        select(comments.c.id)
        .where(at, comments.c.shown)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    query = (
        select(*_COLUMNS)
        .join(wanted, wanted.c.id == comments.c.id)
        .join(members, members.c.id == comments.c.author)
        .outerjoin(_resolver, _RESOLVED_BY)
        .order_by(*order)
    )
    return [_comment(row) for row in connection.execute(query)]


def _threads(newest_first: bool) -> tuple[ColumnElement[Any], ...]:
    # A place begins with its thread's number, eight digits.
    if not newest_first:
        return (comments.c.place,)
    return (func.substr(comments.c.place, 1, 8).desc(), comments.c.place)


def answers(connection: Connection, threads: Sequence[int]) -> dict[int, int]:
    """Count how many answers can be read in each of these threads; none, no entry."""
    query = (
        select(comments.c.thread, func.count())
        .where(comments.c.thread.in_(threads), comments.c.id != comments.c.thread, LIVE)
        .group_by(comments.c.thread)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def resolutions(connection: Connection, threads: Sequence[int]) -> dict[int, Resolved]:
    """Which of these threads are dealt with, and by whom."""
    query = (
        select(comments.c.id, *_RESOLUTION)
        .join(_resolver, _RESOLVED_BY)
        .where(comments.c.id.in_(threads))
    )
    found = ((row.id, _resolved(row)) for row in connection.execute(query))
    return {id: resolved for id, resolved in found if resolved}


@dataclass(frozen=True, slots=True)
class Anchored:
    """A comment with an anchor, of a thread that is not dealt with, and its author's name."""

    id: int
    called: str


def has_anchors(connection: Connection, page: str) -> bool:
    """Whether any comment made where this page is, or was, has an anchor."""
    paths = history.paths_of(connection, page)
    asked = select(comments.c.id).where(comments.c.path.in_(paths), comments.c.start.is_not(None))
    return connection.execute(asked.limit(1)).first() is not None


def anchored(connection: Connection, at: ColumnElement[bool]) -> list[Anchored]:
    """Comments whose passages a page shows: not those of threads that are dealt with."""
    root = comments.alias("root")
    query = (
        select(comments.c.id, members.c.name, members.c.username)
        .join(members, members.c.id == comments.c.author)
        .join(root, root.c.id == comments.c.thread)
        .where(at, comments.c.start.is_not(None), LIVE, root.c.resolved_by.is_(None))
        .order_by(comments.c.id)
    )
    return [Anchored(row.id, row.name or row.username) for row in connection.execute(query)]


def newest_writers(connection: Connection, page: str, limit: int) -> list[int]:
    """List the writers of a page's newest threads, the newest first."""
    newest = (
        select(comments.c.author)
        .where(here(connection, page), comments.c.shown, LIVE)
        .order_by(comments.c.place.desc())
        .limit(limit)
    )
    return list(dict.fromkeys(connection.scalars(newest)))


def here(connection: Connection, page: str) -> ColumnElement[bool]:
    """The condition that a comment is of this page.

    Where no other page ever had one of its paths, the path alone says so.
    """
    paths = history.paths_of(connection, page)
    at = comments.c.path.in_(paths)
    shared = select(names.c.page).where(names.c.path.in_(paths), names.c.page != page).limit(1)
    if connection.execute(shared).first() is None:
        return at
    return and_(at, history.at_page(page, comments.c.path, comments.c.revision))


def callers(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Tell how the author of each of these comments is called."""
    query = (
        select(comments.c.id, members.c.name, members.c.username)
        .join(members, members.c.id == comments.c.author)
        .where(comments.c.id.in_(ids))
    )
    return {row.id: row.name or row.username for row in connection.execute(query)}


def count(connection: Connection, paths: Sequence[str]) -> dict[str, int]:
    """For each path where a page with comments lives: how many can be read."""
    pages = (
        select(places.c.page, places.c.path).where(places.c.path.in_(paths), places.c.alive)
    ).cte("pages")
    spots = (
        select(comments.c.path, comments.c.revision, func.count().label("number"))
        .where(
            comments.c.path.in_(select(names.c.path).join(pages, pages.c.page == names.c.page)),
            comments.c.shown,
            LIVE,
        )
        .group_by(comments.c.path, comments.c.revision)
    ).cte("spots")
    query = (
        select(pages.c.path, func.sum(spots.c.number).label("number"))
        .select_from(spots)
        .join(
            revisions,
            and_(revisions.c.commit == spots.c.revision, revisions.c.path == spots.c.path),
        )
        .join(pages, pages.c.page == revisions.c.page)
        .group_by(pages.c.path)
    )
    return {row.path: int(row.number) for row in connection.execute(query)}


# -- lists over all pages --


def latest(
    connection: Connection,
    *,
    limit: int = 10,
    before: int = 0,
    author: int | None = None,
    sight: Sight,
) -> list[PlacedComment]:
    """The newest comments that can be read, on pages that live and are in sight.

    `before` is the id of a comment to go on after; `author` asks for one member's.
    """
    newest: list[PlacedComment] = []
    readable = and_(places.c.alive, visible(places.c.path, sight))
    batch = max(2 * limit, 50)
    while len(newest) < limit:
        ids = _newest_ids(connection, before, author, batch)
        if not ids:
            break
        query = (
            placed_query().where(comments.c.id.in_(ids), readable).order_by(comments.c.id.desc())
        )
        rows = connection.execute(query.limit(limit - len(newest)))
        newest += [placed_comment(row) for row in rows]
        before, batch = ids[-1], min(2 * batch, 2000)
    return newest


def _newest_ids(
    connection: Connection, before: int, author: int | None, limit: int
) -> Sequence[int]:
    """Readable comments on whatever page: left to itself, SQLite begins with all the pages."""
    query = select(comments.c.id).where(LIVE)
    if before:
        query = query.where(comments.c.id < before)
    if author is not None:
        query = query.where(comments.c.author == author)
    return connection.scalars(query.order_by(comments.c.id.desc()).limit(limit)).all()


def by_author(
    connection: Connection, author: int, *, after: int = 0, limit: int = 1000
) -> list[PlacedComment]:
    """All comments of a member in whatever state, the oldest first, from an id on."""
    query = placed_query().where(comments.c.author == author, comments.c.id > after)
    return [
        placed_comment(row)
        for row in connection.execute(query.order_by(comments.c.id).limit(limit))
    ]


def for_index(connection: Connection, ids: Sequence[int]) -> list[PlacedComment]:
    """Those of the comments that search may find: readable, on pages that live."""
    asked = placed_query().where(LIVE, places.c.alive, comments.c.id.in_(ids))
    return [placed_comment(row) for row in connection.execute(asked)]


def ids(connection: Connection, *, after: int = 0, limit: int = 1000) -> list[int]:
    """The ids of all readable comments, from the first on."""
    asked = select(comments.c.id).where(LIVE, comments.c.id > after).order_by(comments.c.id)
    return list(connection.scalars(asked.limit(limit)))


def ids_on(connection: Connection, page: str) -> list[int]:
    """The ids of a page's readable comments."""
    asked = select(comments.c.id).where(here(connection, page), comments.c.shown, LIVE)
    return list(connection.scalars(asked.order_by(comments.c.id)))


def placed_query() -> Select[Any]:
    """Comments with where their pages are today: to be narrowed, and read by `placed_comment`."""
    return (
        select(
            *_COLUMNS,
            places.c.page.label("page"),
            places.c.path.label("path_now"),
            places.c.alive.label("alive"),
        )
        .select_from(comments)
        .join(members, members.c.id == comments.c.author)
        .outerjoin(_resolver, _RESOLVED_BY)
        .join(revisions, MADE_THERE)
        .join(places, places.c.page == revisions.c.page)
    )


def placed_comment(row: Any) -> PlacedComment:
    """A row of `placed_query`."""
    return PlacedComment(_comment(row), row.page, row.path_now, row.alive)


def _comment(row: Any) -> Comment:
    return filled(Comment, row, resolved=_resolved(row))


def _resolved(row: Any) -> Resolved | None:
    if row.resolved_by is None:
        return None
    return Resolved(
        by=row.resolved_by,
        username=row.resolver_username,
        name=row.resolver_name,
        when=row.resolved_at,
        revision=row.resolved_in,
    )
