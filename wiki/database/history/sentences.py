"""The sentences projection: every sentence that stands or stood on each page.

A page's *steps* are its revisions, counted from 1 in history's order; sentences name those, so a
row is small and blame at any revision is one range of numbers. A page's rows change only together
with its row in `weaves`, which says how far it was followed.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    false,
    func,
    insert,
    or_,
    select,
    tuple_,
    union,
    update,
)

from wiki.database.engine.schema import projections
from wiki.database.history.history import (
    ROW,
    Sorted,
    identities,
    joined,
    listed,
    places,
    revisions,
)
from wiki.domain.history.revisions import Revision
from wiki.domain.history.sentences import ALIVE, Sentence

weaves = Table(
    "weaves",
    projections,
    Column("page", String, primary_key=True),
    Column("steps", Integer, nullable=False),
    Column("date", BigInteger, nullable=False),
    Column("commit", Sorted, nullable=False),
    Column("path", Sorted, nullable=False),
    Column("blob", String, nullable=False),
    Column("whole", Boolean, nullable=False),
)
"""How far each page was followed: its last step, and whether that was its newest revision."""

steps = Table(
    "steps",
    projections,
    Column("page", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("commit", Sorted, nullable=False),
    Column("path", Sorted, nullable=False),
    sqlite_with_rowid=False,
)

sentences = Table(
    "passages",
    projections,
    Column("page", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("born", Integer, nullable=False),
    Column("died", Integer, nullable=False),
    Column("origin", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("back", Boolean, nullable=False),
    Column("mark", BigInteger, nullable=False),
    # It holds all that blame asks for.
    Index("ix_passages_page", "page", "died", "place", "born", "origin", "words"),
    Index("ix_passages_mark", "page", "mark"),
    sqlite_with_rowid=False,
)
"""`mark` is a number made of the text, 0 while the sentence stands: to find equal words by."""

_Value = TypeVar("_Value")
_NUMBERS = 400
"""Values in one statement's list."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How far a page was followed: its `steps`-th revision, and the blob that it had there."""

    steps: int = 0
    date: int = 0
    commit: str = ""
    path: str = ""
    blob: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revision that is to be followed; `blob` is empty where the page died."""

    date: int
    commit: str
    path: str
    blob: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A sentence as it stands: the step that first wrote it, and the one that put it there."""

    origin: int
    born: int
    words: int


_FOLLOWED = (weaves.c.steps, weaves.c.date, weaves.c.commit, weaves.c.path, weaves.c.blob)
_SENTENCE = select(*(sentences.c[field.name] for field in fields(Sentence)))
_IN_INDEX = ("number", "place", "born", "died", "origin", "words")
_PLACE_IN_HISTORY = tuple_(revisions.c.date, revisions.c.commit, revisions.c.path)


# -- following --


def reached(connection: Connection, page: str) -> Followed | None:
    """Tell how far a page was followed; None if it was not."""
    query = select(*_FOLLOWED, weaves.c.whole).where(weaves.c.page == page)
    row = connection.execute(query).first()
    return Followed(*row) if row else None


def followed(connection: Connection, page: str) -> Followed | None:
    """Tell how far a page was followed; None if it was not, or if that counts no longer.

    That is so once its history changed before that point: a push brings revisions of long ago.
    """
    last = reached(connection, page)
    if last is None:
        return None
    here = (last.date, last.commit, last.path)
    count = select(func.count()).select_from(revisions)
    count = count.where(revisions.c.page == page, here >= _PLACE_IN_HISTORY)
    return last if connection.scalar(count) == last.steps else None


def waiting(
    connection: Connection, page: str, after: Followed, limit: int | None = None
) -> list[Waiting]:
    """A page's revisions that come after what was followed, in history's order."""
    query = (
        select(revisions.c.date, revisions.c.commit, revisions.c.path, revisions.c.blob)
        .where(revisions.c.page == page, (after.date, after.commit, after.path) < _PLACE_IN_HISTORY)
        .order_by(revisions.c.date, revisions.c.commit, revisions.c.path)
        .limit(limit)
    )
    return [Waiting(*row) for row in connection.execute(query)]


def load(connection: Connection, page: str) -> list[Sentence]:
    """Every sentence of a page."""
    return _sentences(connection, _SENTENCE.where(sentences.c.page == page))


def load_alive(connection: Connection, page: str) -> list[Sentence]:
    """The sentences that stand on a page."""
    # These columns are all in the index; a sentence that stands has no text of its own.
    columns = (getattr(sentences.c, name) for name in _IN_INDEX)
    query = select(*columns).where(sentences.c.page == page, sentences.c.died == ALIVE)
    return _sentences(connection, query)


def load_gone(connection: Connection, page: str, texts: Collection[str]) -> list[Sentence]:
    """The sentences that died on a page with one of these texts."""
    candidates: list[Sentence] = []
    for some in _slices({_mark(text) for text in texts}):
        query = _SENTENCE.where(sentences.c.page == page, sentences.c.mark.in_(some))
        candidates += _sentences(connection, query)
    return [one for one in candidates if one.died != ALIVE and one.text in texts]


def last_number(connection: Connection, page: str) -> int:
    """The highest number of a page's sentences; 0 if there is none."""
    query = select(func.max(sentences.c.number)).where(sentences.c.page == page)
    return connection.scalar(query) or 0


def last_place(connection: Connection, page: str, after: int, before: int | None) -> int | None:
    """The largest place of a page's sentences between two others, or None."""
    query = select(func.max(sentences.c.place))
    query = query.where(sentences.c.page == page, sentences.c.place > after)
    if before is not None:
        query = query.where(sentences.c.place < before)
    found: int | None = connection.scalar(query)
    return found


def _sentences(connection: Connection, query: Select[Any]) -> list[Sentence]:
    return [Sentence(*row) for row in connection.execute(query).all()]


def _mark(text: str) -> int:
    return zlib.crc32(text.encode(errors="surrogatepass")) if text else 0


def advance(
    connection: Connection,
    page: str,
    before: Followed | None,
    after: Followed,
    done: Sequence[Waiting],
    changed: Collection[Sentence],
) -> bool:
    """Write what came of following a page from `before` to `after`.

    False, and nothing is written, if another process has followed it meanwhile. Without `before`
    what was there of the page is forgotten.
    """
    if before is None:
        forget(connection, page)
        connection.execute(insert(weaves).values(page=page, **asdict(after)))
    else:
        same = [column == getattr(before, column.name) for column in _FOLLOWED]
        query = update(weaves).where(weaves.c.page == page, *same).values(**asdict(after))
        if not connection.execute(query).rowcount:
            return False
    start = after.steps - len(done) + 1
    if done:
        connection.execute(
            insert(steps),
            [
                {"page": page, "step": step, "commit": one.commit, "path": one.path}
                for step, one in enumerate(done, start)
            ],
        )
    _put(connection, page, changed, start)
    return True


_OF_SENTENCE = tuple(field.name for field in fields(Sentence))


def _put(connection: Connection, page: str, changed: Iterable[Sentence], since: int) -> None:
    """Write sentences: those born in the step `since` or later are new."""
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    for sentence in changed:
        # Of thousands of them: asdict takes four times as long.
        row = {name: getattr(sentence, name) for name in _OF_SENTENCE}
        row |= {"page": page, "mark": _mark(sentence.text)}
        (new if sentence.born >= since else old).append(row)
    if old:
        names = ("place", "died", "text", "back", "mark")
        here = and_(sentences.c.page == bindparam("at"), sentences.c.number == bindparam("of"))
        query = update(sentences).where(here).values({n: bindparam(f"to_{n}") for n in names})
        values = [
            {"at": page, "of": one["number"], **{f"to_{n}": one[n] for n in names}} for one in old
        ]
        connection.execute(query, values)
    if new:
        connection.execute(insert(sentences), new)


def forget(connection: Connection, page: str) -> None:
    """Forget a page's sentences, to follow it anew."""
    for table in (sentences, steps, weaves):
        connection.execute(delete(table).where(table.c.page == page))


def forget_all(connection: Connection) -> None:
    """Forget every page's sentences."""
    for table in (sentences, steps, weaves):
        connection.execute(delete(table))


def strays(connection: Connection, ids: Collection[str]) -> list[str]:
    """Pages that were followed and, as one of these commits found, are another page."""
    strayed: list[str] = []
    for some in _slices(ids):
        pages = [
            select(column).where(joined.c.commit.in_(some))
            for column in (joined.c.one, joined.c.other)
        ]
        query = (
            select(weaves.c.page)
            .join(places, places.c.page == weaves.c.page, isouter=True)
            .where(weaves.c.page.in_(union(*pages)), places.c.page.is_(None))
        )
        strayed += connection.scalars(query)
    return strayed


def unfollowed(connection: Connection, limit: int) -> list[str]:
    """Pages that were not followed to their end yet, the most lately changed first."""
    query = (
        select(places.c.page)
        .join(weaves, weaves.c.page == places.c.page, isouter=True)
        .where(or_(weaves.c.page.is_(None), weaves.c.whole == false()))
        .order_by(places.c.date.desc(), places.c.commit.desc(), places.c.page)
        .limit(limit)
    )
    return list(connection.scalars(query))


def followed_pages(connection: Connection, limit: int) -> list[tuple[str, str]]:
    """Pages that were followed to their end and their paths: as good as drawn by lot."""
    query = select(weaves.c.page, places.c.path).join(places, places.c.page == weaves.c.page)
    found = connection.execute(query.where(weaves.c.whole).order_by(weaves.c.page).limit(limit))
    return [(row[0], row[1]) for row in found]


def count_unfollowed(connection: Connection) -> int:
    """Count how many pages were not followed to their end yet."""
    whole = select(func.count()).select_from(weaves).where(weaves.c.whole)
    every = select(func.count()).select_from(places)
    return max(0, (connection.scalar(every) or 0) - (connection.scalar(whole) or 0))


def touched(connection: Connection, ids: Collection[str]) -> list[str]:
    """The pages, of those that were followed before, that these commits touched or joined."""
    pages_touched: dict[str, None] = {}
    for some in _slices(ids):
        changed = select(revisions.c.page).where(revisions.c.commit.in_(some))
        met = select(identities.c.page).join(joined, joined.c.one == identities.c.born)
        pages = union(changed, met.where(joined.c.commit.in_(some)))
        query = select(weaves.c.page).where(weaves.c.page.in_(pages))
        pages_touched.update(dict.fromkeys(connection.scalars(query)))
    return list(pages_touched)


def _slices(values: Collection[_Value]) -> Iterator[list[_Value]]:
    """The values in lists short enough for one statement."""
    every = list(values)
    for start in range(0, len(every), _NUMBERS):
        yield every[start : start + _NUMBERS]


# -- what stood where --


def step_of(connection: Connection, page: str, commit: str) -> int:
    """The step that a commit was in a page's history; 0 if it was none that was followed."""
    query = select(func.max(steps.c.step)).where(steps.c.page == page, steps.c.commit == commit)
    return connection.scalar(query) or 0


def standing(connection: Connection, page: str, step: int = ALIVE) -> list[Standing]:
    """The sentences that stood after a step (default: that stand now), in reading order."""
    query = select(sentences.c.origin, sentences.c.born, sentences.c.words)
    if step >= ALIVE:
        query = query.where(sentences.c.page == page, sentences.c.died == ALIVE)
    else:
        there = and_(sentences.c.born <= step, sentences.c.died > step)
        query = query.where(sentences.c.page == page, there)
    return [Standing(*row) for row in connection.execute(query.order_by(sentences.c.place))]


def revisions_at(
    connection: Connection, page: str, numbers: Collection[int]
) -> dict[int, Revision]:
    """The page's revisions that were these steps."""
    keys: dict[tuple[str, str], int] = {}
    revisions_by_step: dict[int, Revision] = {}
    for some in _slices(sorted(numbers)):
        mine = and_(steps.c.page == page, steps.c.step.in_(some))
        query = select(steps.c.commit, steps.c.path, steps.c.step).where(mine)
        keys.update({(row[0], row[1]): row[2] for row in connection.execute(query)})
        same = and_(steps.c.commit == revisions.c.commit, steps.c.path == revisions.c.path)
        for revision in listed(connection, ROW.join(steps, same).where(mine), "", _NUMBERS):
            revisions_by_step[keys[revision.commit, revision.path]] = revision
    return revisions_by_step


def commits_of(connection: Connection, page: str, numbers: Collection[int]) -> dict[int, str]:
    """The commits that were these steps of a page."""
    commits: dict[int, str] = {}
    for some in _slices(sorted(numbers)):
        query = select(steps.c.step, steps.c.commit)
        query = query.where(steps.c.page == page, steps.c.step.in_(some))
        commits.update((row[0], row[1]) for row in connection.execute(query))
    return commits


def shares(connection: Connection, page: str) -> dict[int, int]:
    """Count how many words of what stands on a page each step first wrote."""
    query = (
        select(sentences.c.origin, func.sum(sentences.c.words))
        .where(sentences.c.page == page, sentences.c.died == ALIVE)
        .group_by(sentences.c.origin)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
