"""Deleted text: what revisions took from pages for good, and which of it is not indexed yet.

The words themselves are sentences that died and never came back. Whenever a page is followed, or
something of its past is hidden, it waits here until the index has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    select,
)

from wiki.database.engine.schema import projections
from wiki.database.history import hiding
from wiki.database.history.history import commits, revisions
from wiki.database.history.sentences import sentences, steps
from wiki.database.members import members
from wiki.domain.history.revisions import Part
from wiki.domain.history.sentences import ALIVE

waiting = Table(
    "lost",
    projections,
    Column("id", Integer, primary_key=True),
    Column("page", String, nullable=False),
    Column("step", Integer, nullable=False),
    Index("ix_lost_page", "page"),
    sqlite_autoincrement=True,
)

_Taken = tuple[int, int, int, str]
_GONE = and_(sentences.c.died != ALIVE, sentences.c.back == false(), sentences.c.text != "")

EVERY = 0
"""The step that stands for all of a page's steps."""

EVERYTHING = ""
"""The page that stands for all pages."""

_NUMBERS = 400


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step of a page (`EVERY`: each of them) of which the words it took have to be indexed anew.

    Without a page: everything.
    """

    id: int
    page: str
    step: int


@dataclass(frozen=True, slots=True)
class Removal:
    """The words that one step of a page took away for good, and at which corrected date.

    Who had written it and who took it are its `authors`, but for hidden and erased names. What
    stood only in revisions whose text a moderator hid is a removal of its own, `closed`.
    """

    step: int
    commit: str
    date: int
    authors: tuple[str, ...]
    texts: tuple[str, ...]
    closed: bool


def wait(connection: Connection, page: str, of: Collection[int] = (EVERY,)) -> None:
    """Let these steps of a page (without a page: everything) be indexed anew."""
    if of:
        connection.execute(insert(waiting), [{"page": page, "step": step} for step in sorted(of)])


def wait_for(connection: Connection, ids: Collection[str]) -> None:
    """Let the pages that these commits touched be indexed anew."""
    touched = select(revisions.c.page).where(revisions.c.commit.in_(sorted(ids))).distinct()
    for page in list(connection.scalars(touched)):
        wait(connection, page)


def pending(connection: Connection, limit: int | None = None) -> list[Waiting]:
    """The oldest of what waits, at most so much."""
    query = select(waiting).order_by(waiting.c.id).limit(limit)
    return [Waiting(*row) for row in connection.execute(query)]


def done(connection: Connection, indexed: Sequence[Waiting]) -> None:
    """Let go of what is indexed; rows of projections made anew meanwhile stay."""
    same = [column == bindparam(f"of_{column.name}") for column in waiting.columns]
    values = [{f"of_{name}": value for name, value in asdict(one).items()} for one in indexed]
    if values:
        connection.execute(delete(waiting).where(*same), values)


def count(connection: Connection) -> int:
    """Tell how much waits."""
    return connection.scalar(select(func.count()).select_from(waiting)) or 0


def is_all_waiting(connection: Connection) -> bool:
    """Whether everything is to be indexed anew."""
    query = select(waiting.c.id).where(waiting.c.page == EVERYTHING)
    return connection.scalar(query.limit(1)) is not None


def pages(connection: Connection) -> list[str]:
    """Every page from which text was deleted for good."""
    query = select(sentences.c.page).where(_GONE).distinct().order_by(sentences.c.page)
    return list(connection.scalars(query))


def removals(
    connection: Connection, page: str, of: Collection[int] = (EVERY,)
) -> Iterator[Removal]:
    """Give what these steps of a page took, the first step first."""
    taken = _taken(connection, page, of)
    steps_by_number = _steps(
        connection, page, {step for row in taken for step in (row.died, row.origin)}
    )
    hidden = hidden_steps(connection, [page])[page]

    def key(row: Row[_Taken]) -> tuple[int, bool]:
        return row.died, hidden.issuperset(range(row.born, row.died))

    for (died, closed), gone in groupby(sorted(taken, key=key), key):
        there = list(gone)
        step = steps_by_number[died]
        authors = [step.name, *(steps_by_number[row.origin].name for row in there)]
        yield Removal(
            died,
            step.commit,
            step.date,
            tuple(dict.fromkeys(filter(None, authors))),
            tuple(row.text for row in there),
            closed,
        )


def _taken(connection: Connection, page: str, of: Collection[int]) -> list[Row[_Taken]]:
    query = select(sentences.c.born, sentences.c.died, sentences.c.origin, sentences.c.text)
    query = query.where(sentences.c.page == page, _GONE).order_by(sentences.c.place)
    if EVERY not in of:
        query = query.where(sentences.c.died.in_(sorted(of)))
    return list(connection.execute(query))


@dataclass(frozen=True, slots=True)
class _Step:
    commit: str
    date: int
    name: str


def _steps(connection: Connection, page: str, numbers: Collection[int]) -> dict[int, _Step]:
    """The commit, its own date and author of steps; no author if hidden or erased."""
    query = (
        select(steps.c.step, steps.c.commit, steps.c.path, commits.c.written, commits.c.name)
        .add_columns(revisions.c.author)
        .join(commits, commits.c.commit == steps.c.commit)
        .join(
            revisions, and_(revisions.c.commit == steps.c.commit, revisions.c.path == steps.c.path)
        )
        .where(steps.c.page == page)
    )
    if len(numbers) <= _NUMBERS:
        query = query.where(steps.c.step.in_(sorted(numbers)))
    hidden = hiding.every(connection)
    former = set(members.former(connection))
    steps_by_number = {}
    for row in connection.execute(query):
        parts = hidden.get((row.commit, row.path), frozenset())
        is_named = Part.AUTHOR not in parts and row.author not in former
        steps_by_number[row.step] = _Step(
            row.commit, int(row.written.timestamp()), row.name if is_named else ""
        )
    return steps_by_number


def hidden_steps(connection: Connection, pages: Collection[str]) -> dict[str, set[int]]:
    """The steps of each of these pages whose text a moderator hid; mostly none."""
    hidden = hiding.hidden_revisions
    same = and_(hidden.c.commit == steps.c.commit, hidden.c.path == steps.c.path)
    query = select(steps.c.page, steps.c.step).join(hidden, same)
    query = query.where(steps.c.page.in_(pages), hidden.c.part == Part.TEXT.value)
    by_page: dict[str, set[int]] = {page: set() for page in pages}
    for page, step in connection.execute(query):
        by_page[page].add(step)
    return by_page
