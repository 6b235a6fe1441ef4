"""A page's history: its revisions, and two of them compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache

from wiki.database.engine import changes
from wiki.database.engine.connection import Connection
from wiki.database.history import activity, files, history, moved_revisions
from wiki.database.history import hiding as hidden
from wiki.database.members import members
from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS, Actor
from wiki.domain.content import frontmatter
from wiki.domain.content.attachments import written_as
from wiki.domain.content.paths import file_of
from wiki.domain.errors import Gone, NotFound, Unreadable
from wiki.domain.history import diff
from wiki.domain.history.activity import Period, Writer, periods
from wiki.domain.history.revisions import Part, Revision, is_revision
from wiki.domain.members.members import FORMER
from wiki.engine import Wiki
from wiki.services.content import contents, places
from wiki.services.history import hiding
from wiki.store.history import patches

PAGE = 50
_OWN_PAGES = ("index", "README", "readme", "Home", "_index")
"""How the page of a folder is mostly spelled, where the folder itself cannot be read."""
MOST_TRIED = 200
"""Revisions in which a text that can still be read is looked for."""


@dataclass(frozen=True, slots=True)
class PageNow:
    """A page by its identity: where it is, or where it was when it was deleted."""

    page: str
    path: str
    alive: bool


@dataclass(frozen=True, slots=True)
class RevisionFilter:
    """Which revisions are asked for: of one author (their key), in a time (Unix seconds)."""

    author: str = ""
    since: int | None = None
    until: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out, so that revisions can be numbered in a row."""
        return not self.author and self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class Past:
    """A page's whole life: who wrote on it how often, and when; `since` is its first day."""

    writers: tuple[Writer, ...]
    days: tuple[tuple[int, int], ...]
    number_of_writers: int

    def periods(self, today: date) -> list[Period]:
        """Its life in equal periods, until today."""
        return periods(self.days, today)

    @property
    def since(self) -> datetime | None:
        """The day on which it was made."""
        return datetime.fromtimestamp(self.days[0][0] * 86_400 + 43_200, UTC) if self.days else None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The file of another kind in which a page's text stood before, and its versions there."""

    file: str
    versions: int


@dataclass(frozen=True, slots=True)
class RevisionList:
    """A page of a page's history, newest first; `more` is the `before` of the next one.

    `number` is that of the first revision listed; 0 where some are left out.
    """

    page: PageNow
    title: str
    kind: str
    revisions: Sequence[Revision]
    more: str
    count: int
    number: int
    past: Past
    may_moderate: bool
    earlier: Earlier | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison; `number` counts the page's revisions from 1."""

    revision: Revision
    number: int
    text: str
    readable: bool
    data: bytes | None
    """The file's bytes; None where the revision deleted it."""


@dataclass(frozen=True)
class Comparison:
    """Two revisions of a page; `before` is None where `after` made the page."""

    page: PageNow
    title: str
    kind: str
    before: Side | None
    after: Side

    @cached_property
    def blocks(self) -> tuple[diff.Block, ...]:
        """Their difference in words, front matter left aside; found when it is first asked for."""
        old, new = frontmatter.split(self.old)[1], frontmatter.split(self.after.text)[1]
        with contents.spared():
            return tuple(diff.words(old, new))

    @property
    def counted(self) -> tuple[int, int] | None:
        """Count how many words came and went, if that is known without comparing the texts anew."""
        if "blocks" in self.__dict__:
            return diff.count(self.blocks)
        added, removed = self.after.revision.added, self.after.revision.removed
        is_next = self.after.number == (self.before.number if self.before else 0) + 1
        if not is_next or added is None or removed is None:
            return None
        return added, removed

    @property
    def old(self) -> str:
        """The older text, empty before the page was made."""
        return self.before.text if self.before else ""


def page_at(wiki: Wiki, actor: Actor, path: str) -> PageNow:
    """The page at an address, one that was deleted there included; redirects are followed.

    Raises Invalid, LoginRequired, Forbidden, NotFound.
    """
    try:
        place = places.find(wiki, actor, path)
    except Gone:
        with wiki.database.read() as connection:
            last = history.deleted(connection, places.asked(path))
        if last is None:
            raise NotFound("page_missing", path=path) from None
        return PageNow(last.page, last.path, False)
    except Unreadable as error:
        return _known_at(wiki, places.asked(path), error)
    with wiki.database.read() as connection:
        return PageNow(history.identity(connection, place.path), place.path, True)


def _known_at(wiki: Wiki, path: str, error: Unreadable) -> PageNow:
    """The page that the rows know at a path whose folder cannot be read; else raises the error."""
    with wiki.database.read() as connection:
        for there in (path, *(f"{path}/{name}" for name in _OWN_PAGES)):
            page = history.identity(connection, there)
            if page:
                return PageNow(page, there, True)
    raise error


def last_readable(wiki: Wiki, actor: Actor, path: str) -> Revision | None:
    """The newest revision of a page whose text can be read, and by this actor.

    Raises as `page_at` does.
    """
    page = page_at(wiki, actor, path)
    with wiki.database.read() as connection:
        found = history.of_page(connection, page.page, limit=MOST_TRIED)
        found = hiding.redact(wiki, connection, actor, found)
    return next((one for one in found if one.blob and _is_readable(wiki, one)), None)


def _is_readable(wiki: Wiki, revision: Revision) -> bool:
    if Part.TEXT in revision.withheld:
        return False
    try:
        wiki.store.blob(revision.blob)
    except Unreadable:
        return False
    return True


def revision_of(wiki: Wiki, page: str, written: str, actor: Actor = ANONYMOUS) -> Revision:
    """The revision of this page that a text names, as the actor sees it.

    Raises NotFound (`revision_missing`).
    """
    commit = _commit(wiki, written)
    with wiki.database.read() as connection:
        found = history.revision(connection, page, commit)
        if found is not None:
            return hiding.redact_one(wiki, connection, actor, found)
    raise NotFound("revision_missing", revision=written[:64])


def listing(
    wiki: Wiki, actor: Actor, path: str, before: str = "", wanted: RevisionFilter | None = None
) -> RevisionList:
    """Fifty revisions of a page, the newest or those older than revision `before`."""
    page = page_at(wiki, actor, path)
    wanted = wanted or RevisionFilter()
    before = revision_of(wiki, page.page, before).commit if before else ""
    with wiki.database.read() as connection:
        revisions = history.of_page(
            connection,
            page.page,
            before=before,
            limit=PAGE + 1,
            author=wanted.author,
            since=wanted.since,
            until=wanted.until,
        )
        count = history.count(connection, page.page)
        number = count
        if before and wanted.is_all and revisions:
            number = history.number(connection, page.page, revisions[0].commit)
        generation = changes.current(connection)
        newest = history.of_page(connection, page.page, limit=1) if before else revisions[:1]
        more = revisions[PAGE - 1].commit if len(revisions) > PAGE else ""
        listed = hiding.redact(wiki, connection, actor, revisions[:PAGE])
        if wanted.author:
            listed = hiding.without_hidden_authors(listed)
        title, kind = named(wiki, connection, page, listed)
        is_end = wanted.is_all and revisions and not more
        earlier = _earlier(connection, revisions[-1]) if is_end else None
    key = newest[0].commit if newest else ""
    return RevisionList(
        page=page,
        title=title,
        kind=kind,
        revisions=listed,
        more=more,
        count=count,
        number=number if wanted.is_all else 0,
        past=_past(wiki, page.page, key, count, generation),
        may_moderate=hiding.may(wiki, actor, page.path),
        earlier=earlier,
    )


def _earlier(connection: Connection, first: Revision) -> Earlier | None:
    file = written_as(first.path, files.gone_in(connection, first.commit))
    return Earlier(file, files.count(connection, file)) if file else None


def on_date(wiki: Wiki, actor: Actor, path: str, until: int) -> tuple[PageNow, Revision]:
    """The page at an address, and its last revision before a moment (Unix seconds).

    Raises NotFound (`page_missing_then`) if it was not there.
    """
    page = page_at(wiki, actor, path)
    with wiki.database.read() as connection:
        revisions = history.of_page(connection, page.page, until=until, limit=1)
    if not revisions or not revisions[0].blob:
        raise NotFound("page_missing_then", path=page.path)
    return page, revisions[0]


def compare(wiki: Wiki, actor: Actor, path: str, start: str, end: str) -> Comparison:
    """Two revisions of the page at `path`, the older one first whichever way they were named.

    An empty `end` is the newest revision; an empty `start` the one before `end`. Raises NotFound
    for what is no revision of this page, Gone for a text that is hidden.
    """
    page = page_at(wiki, actor, path)
    asked = [_commit(wiki, written) if written else "" for written in (start, end)]
    with wiki.database.read() as connection:
        found = _both(connection, page.page, *asked)
        sides = sorted(found, key=lambda one: (one.date, one.commit))
        sides = hiding.redact(wiki, connection, actor, sides)
        places_in_row = history.numbers(
            connection, page.page, [(side.date, side.commit) for side in sides]
        )
        title, kind = named(wiki, connection, page, sides[-1:])
    listed = [_side(wiki, *pair) for pair in zip(sides, places_in_row, strict=True)]
    after, before = listed[-1], listed[0] if len(listed) > 1 else None
    return Comparison(page, title, kind, before, after)


def patch_of(comparison: Comparison) -> bytes:
    """The difference between two revisions as a patch of the page's file."""
    before, after = comparison.before, comparison.after
    old, was = (before.data, file_of(before.revision.path)) if before else (None, "")
    return patches.unified(old, after.data, file_of(after.revision.path), was)


def _both(connection: Connection, page: str, start: str, end: str) -> list[Revision]:
    """The page's revisions that two commits made; empty: the newest, and the one before `end`."""
    if end:
        after = history.revision(connection, page, end)
    else:
        after = next(iter(history.of_page(connection, page, limit=1)), None)
    if after is None:
        raise NotFound("revision_missing", revision=end[:64])
    if not start:
        return [after, *history.of_page(connection, page, before=after.commit, limit=1)]
    before = history.revision(connection, page, start)
    if before is None:
        raise NotFound("revision_missing", revision=start[:64])
    return [before, after]


def previous(wiki: Wiki, actor: Actor, revision: Revision) -> Revision | None:
    """The revision of the same page before this one, as the actor sees it."""
    with wiki.database.read() as connection:
        found = history.of_page(connection, revision.page, before=revision.commit, limit=1)
        return hiding.redact_one(wiki, connection, actor, found[0]) if found else None


def _commit(wiki: Wiki, written: str) -> str:
    """The commit that a text names, also by the id it had before a purge. Raises NotFound."""
    commit = wiki.store.resolve(written)
    if commit is None and is_revision(written):
        with wiki.database.read() as connection:
            commit = moved_revisions.now(connection, written)
    if not commit:
        raise NotFound("revision_missing", revision=written[:64])
    return commit


@lru_cache(maxsize=512)
def _past(wiki: Wiki, page: str, newest: str, count: int, generation: int) -> Past:
    """A page's whole life; the other arguments change whenever it does."""
    del newest, count, generation
    with wiki.database.read() as connection:
        return Past(
            tuple(_writers(wiki, connection, page)),
            tuple(activity.days(connection, page)),
            history.writers(connection, page),
        )


def _writers(wiki: Wiki, connection: Connection, page: str) -> list[Writer]:
    former = wiki.people.former
    found = activity.writers(connection, page)
    known = members.names(connection, [one.key for one in found])
    names = {uid: name for uid, (_, name) in known.items() if name} | dict.fromkeys(former, FORMER)
    return [replace(one, name=names.get(one.key, one.name)) for one in found]


def _side(wiki: Wiki, revision: Revision, number: int) -> Side:
    hiding.require_text(revision)
    content = contents.read(wiki, revision.blob)
    data = content.source.data if revision.blob else None
    return Side(revision, number, content.text, content.source.readable, data)


def titles_of_deleted(
    wiki: Wiki, connection: Connection, deletions: Iterable[Revision]
) -> dict[str, str]:
    """By path, the title that each page had which these revisions deleted, unless it is hidden."""
    gone = [one for one in deletions if not one.blob and one.before]
    titles = {
        one.path: _title_of(wiki, one.before)
        for one in gone
        if not hidden.is_text_hidden(connection, one.page, one.before)
    }
    return {path: title for path, title in titles.items() if title}


@lru_cache(maxsize=512)
def _title_of(wiki: Wiki, blob: str) -> str:
    return contents.title_of(wiki, blob)


def named(
    wiki: Wiki, connection: Connection, page: PageNow, revisions: Sequence[Revision]
) -> tuple[str, str]:
    """The page's title and kind: as it is, or as it was last."""
    summary = catalogue.get(connection, page.path) if page.alive else None
    if summary is not None:
        return summary.title, summary.meta.kind.value
    readable = [found for found in revisions if Part.TEXT not in found.withheld]
    blob = next((found.blob for found in readable if found.blob), "")
    title, kind = contents.title_of(wiki, blob), contents.meta_of(wiki, blob, page.path).kind
    return title or page.path, kind.value
